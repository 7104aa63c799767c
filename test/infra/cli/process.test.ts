import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';
import { startWorld } from '../../../infra/local/world.ts';
import { deploy } from './deployed.ts';

const LAUNCHER = 'infra/cli/whacamole.mjs';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process of its own, built if need be. */
function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  launcher: readonly string[] = [LAUNCHER],
): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', ...environment };
    execFile(process.execPath, [...launcher, ...args], { env }, (error, stdout, stderr) => {
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

it('loads what a command needs of AWS and Heroku', async () => {
  const world = await startWorld({ clock: new VirtualClock({ start: Date.now() }) });
  onTestFinished(() => world.close());
  world.configure('shop');
  world.heroku.addApp('shop').scale('web', 1);
  const { url } = await deploy();
  const typed = await start(['doctor', 'shop'], { ...world.environment, AWS_ENDPOINT_URL: url });
  expect(typed).toMatchObject({ code: 1, stderr: '' });
  expect(typed.stdout).toContain('✓ schedule             rate(1 minute), enabled');
  expect(typed.stdout).toContain('✗ last scan            none was done in the last 10 min');
  expect(typed.stdout).toContain('! samples              no watched dyno has been up for long enough');
  const explained = await start(['explain', 'shop'], { ...world.environment, AWS_ENDPOINT_URL: url });
  expect(explained).toMatchObject({ code: 1, stdout: '' });
  expect(explained.stderr).toContain('Nothing was said of shop in the last 1 h.');
});

it('gives the shell its exit codes', async () => {
  expect(await start(['--help'])).toMatchObject({ code: 0 });
  expect(await start(['apps', 'lst'])).toMatchObject({ code: 2, stdout: '' });
});

it('says what is missing where the project is not installed', async () => {
  const clone = await realpath(await mkdtemp(join(tmpdir(), 'whacamole-')));
  onTestFinished(() => rm(clone, { recursive: true }));
  const launcher = join(clone, LAUNCHER);
  await mkdir(dirname(launcher), { recursive: true });
  await copyFile(LAUNCHER, launcher);
  const typed = await start(['--help'], {}, [launcher]);
  expect(typed).toMatchObject({ code: 1, stdout: '' });
  expect(typed.stderr).toBe(`Whacamole is not installed: run npm ci in ${clone}/ first.\n`);
});

it('says which Node it needs to one that is older', async () => {
  const older = "Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })";
  const typed = await start(['--help'], {}, ['--import', `data:text/javascript,${older}`, LAUNCHER]);
  expect(typed).toMatchObject({ code: 1, stdout: '' });
  expect(typed.stderr).toMatch(
    /^The command line of Whacamole needs Node 24, and this is .*npm ci, npx whacamole/,
  );
});
