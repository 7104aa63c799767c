/**
 * The real Heroku CLI, as a user has it, but that it asks a simulated Heroku. What surprises: its host is one of
 * Heroku's own or loopback, and nothing else, so that a login is sent nowhere else.
 */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { installHerokuCli } from './tools.ts';

/** @returns the folder, under `folder`, that holds the command `heroku` and no other */
export async function linkHerokuCommand(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(await installHerokuCli(), join(bin, 'heroku'));
  return bin;
}

/** @param login the user's own token, which stands for `heroku login` */
export function herokuEnvironment(url: string, login: string): Record<string, string> {
  return {
    HEROKU_HOST: url,
    // Who is behind with paying is asked elsewhere.
    HEROKU_PARTICLEBOARD_URL: url,
    HEROKU_API_KEY: login,
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
    DISABLE_TELEMETRY: 'true',
  };
}
