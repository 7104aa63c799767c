import { execFile } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';
import { startWorld } from '../../../infra/local/world.ts';

const LAUNCHER = 'infra/cli/whacamole.mjs';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process of its own, built if need be. */
function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', ...environment };
    execFile(process.execPath, [LAUNCHER, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

it('runs as it is built, against what the environment names', async () => {
  const world = await startWorld({ clock: new VirtualClock() });
  onTestFinished(() => world.close());
  world.configure('shop', { dryRun: true });
  const typed = await start(['apps', 'list', '--json'], world.environment);
  expect(typed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(typed.stdout)).toMatchObject({ apps: [{ app: 'shop', state: 'dry run' }] });
});

it('gives the shell its exit codes', async () => {
  expect(await start(['--help'])).toMatchObject({ code: 0 });
  expect(await start(['apps', 'lst'])).toMatchObject({ code: 2, stdout: '' });
});
