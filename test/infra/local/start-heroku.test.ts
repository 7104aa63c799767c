import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { withDryRun } from '../../../infra/local/heroku-stage.ts';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';
import { startWorld } from '../../../infra/local/world.ts';
import { buildOnce, start } from './start-child.ts';

beforeAll(buildOnce);

const TEN_MINUTES = 600_000;

/** A Heroku in real time, with one app of two dynos, one of them over its threshold. */
async function startHeroku() {
  const clock = new VirtualClock({ start: Date.now() - TEN_MINUTES });
  const { heroku, token, environment, close } = await startWorld({ clock });
  const app = heroku.addApp('my-shop');
  app.scale('web', 2, (index) => ({ size: 'standard-2X', baseMb: index === 1 ? 1010 : 400 }));
  clock.advance(TEN_MINUTES);
  const stop = clock.run(1);
  onTestFinished(async () => {
    stop();
    await close();
  });
  return { heroku, token, environment: { HEROKU_API_URL: environment.HEROKU_API_URL, MY_TOKEN: token } };
}

const ARGS = ['--heroku', 'my-shop', '--token-env', 'MY_TOKEN', '--minutes', '1', '--plain'];

describe('the local run against Heroku', () => {
  it('restarts nothing unless it is told to', async () => {
    const { heroku, token, environment } = await startHeroku();
    const { code, stdout, stderr } = await start(ARGS, environment).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Dry run: ');
    expect(stdout).toMatch(/DynoSize +my-shop +web\.1 1010, web\.2 400 MB/);
    expect(stdout).toMatch(/DynoSpared +my-shop +web\.1 +1010\/1000 MB +dry-run/);
    expect(stdout).not.toContain(token);
    expect(heroku.restarts).toEqual([]);
  });

  it('is not talked into restarting by the rules of a type', async () => {
    const { heroku, environment } = await startHeroku();
    const config = '{"dynos": {"web": {"dryRun": false, "restartThreshold": "50%"}}}';
    const { stdout } = await start([...ARGS, '--config', config], environment).ended;
    expect(stdout).toMatch(/DynoSpared +my-shop +web\.1 +1010\/512 MB +dry-run/);
    expect(heroku.restarts).toEqual([]);
  });

  it('restarts with --for-real, and says so before', async () => {
    const { heroku, token, environment } = await startHeroku();
    const { code, stdout } = await start([...ARGS, '--for-real'], environment).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^FOR REAL: restarts dynos of my-shop/m);
    expect(stdout).toMatch(/DynoRestart +my-shop +web\.1/);
    expect(stdout).not.toContain(token);
    expect(heroku.restarts).toMatchObject([{ app: 'my-shop', process: 'web.1' }]);
  });

  it('shows a scan that failed, and goes on', async () => {
    const { environment } = await startHeroku();
    const { code, stdout } = await start(ARGS, { ...environment, MY_TOKEN: 'HRKU-revoked-token' }).ended;
    expect(stdout).toMatch(/AppFailed +my-shop .* unauthorized: /);
    expect(stdout).toMatch(/ScanFailed +minute 1: Every app failed/);
    expect(stdout).toMatch(/scans failed +1/);
    expect(stdout).not.toContain('HRKU-revoked-token');
    expect(code).toBe(1);
  });

  it.each([
    ['no token', [], {}, /^HEROKU_API_KEY is not set.*heroku authorizations:create/],
    [
      'a config with mistakes',
      ['--config', '{"minUptime": -1, "paused": "soon"}'],
      { HEROKU_API_KEY: 'a-token' },
      /^--config: The config has 2 mistakes: minUptime: .*; paused: /,
    ],
  ])('refuses to begin with %s', async (_what, args, environment, message) => {
    const { code, stdout, stderr } = await start(['--heroku', 'my-shop', ...args], environment).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});

describe('withDryRun', () => {
  it.each([
    ['{}', { dryRun: true }],
    ['{"dryRun": false, "dynos": ["web"]}', { dryRun: true, dynos: ['web'] }],
    [
      '{"dynos": {"web": {}, "worker": {"dryRun": false, "minUptime": 5}}}',
      { dryRun: true, dynos: { web: { dryRun: true }, worker: { dryRun: true, minUptime: 5 } } },
    ],
  ])('of %s leaves no type that could be restarted', (config, expected) => {
    expect(JSON.parse(withDryRun(config))).toEqual(expected);
  });
});
