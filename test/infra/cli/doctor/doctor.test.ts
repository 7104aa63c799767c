/** The doctor, over a deployment on loopback: what it finds, and what it says to do. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { deploy } from '../deployed.ts';
import { restarted } from '../restarted.ts';
import { openTerminal, type Typing } from '../typed.ts';

const check = z.object({
  check: z.string(),
  state: z.enum(['ok', 'note', 'problem', 'not-checked']),
  found: z.string(),
  remedy: z.array(z.string()),
});
const checks = z.array(check);
const document = z.object({
  deployment: z.object({ stack: z.string(), checks }),
  accounts: z.array(z.object({ account: z.string(), checks })),
  apps: z.array(z.object({ app: z.string(), checks })),
  problems: z.number(),
});

/** A deployment that is well, and scans. */
async function openDeployed() {
  const terminal = await openTerminal();
  const deployed = await deploy();
  const { clock, world } = terminal;
  const scanned = (failures = 0) => {
    const at = new Date(clock.now() - 20_000).toISOString();
    deployed.lines += `${JSON.stringify({ event: 'ScanDone', at, apps: 1, failures })}\n`;
  };
  const type = (args: readonly string[], typing: Typing = {}) =>
    terminal.type(['doctor', ...args], { environment: { AWS_ENDPOINT_URL: deployed.url }, ...typing });
  /** The JSON document, and the states and findings of one app. */
  const examine = async (app: string, args: readonly string[] = [], typing: Typing = {}) => {
    const typed = await type([app, '--json', ...args], typing);
    const { apps, ...rest } = document.parse(typed.json());
    const found = apps.find((one) => one.app === app)?.checks ?? [];
    const of = (name: string) => found.filter((one) => one.check === name);
    return { ...rest, typed, checks: found, of, state: (name: string) => of(name).map(({ state }) => state) };
  };
  const minutes = (count: number) => clock.advance(count * 60_000);
  return { ...terminal, world, deployed, scanned, type, examine, minutes };
}

it('finds nothing where all is well', async () => {
  const { world, scanned, type, minutes } = await openDeployed();
  world.configure('shop', { dynos: ['web', 'worker'] });
  const shop = world.heroku.addApp('shop');
  shop.scale('web', 2, { size: 'standard-2X', baseMb: 400 });
  shop.scale('worker', 1, { baseMb: 200 });
  shop.scale('clock', 1, {});
  minutes(60);
  scanned();
  const typed = await type([]);
  expect(typed).toMatchObject({ code: 0, stderr: '' });
  expect(typed.stdout).toBe(
    [
      'The deployment Whacamole',
      '✓ stack                Whacamole is there',
      '✓ function             scan can run, and reads its apps under /whacamole',
      '✓ schedule             rate(1 minute), enabled',
      '✓ table                restarts answers',
      '✓ last scan            20 s ago, of 1 app',
      '',
      'The Heroku account developer@example.com',
      '✓ request budget       1 app needs about 0.2 requests a minute; Heroku refills 75, and 4499 of 4500 are left',
      '',
      'The app shop',
      '✓ config               web, worker',
      '✓ token                "default" works: the token of developer@example.com',
      '✓ app                  is there, of the cedar generation',
      '✓ log-runtime-metrics  is on',
      '✓ formation            2 web (standard-2X), 1 worker (standard-1X); not watched: 1 clock (standard-1X)',
      '✓ samples              all 3 dynos that are up are heard of, in the last 17 s',
      '✓ threshold            web restarts above 1000 MB, of 1024 (standard-2X); the largest is at 400 MB',
      '✓ threshold            worker restarts above 500 MB, of 512 (standard-1X); the largest is at 200 MB',
      '✓ restarts             none on record',
      '✓ preboot              is off',
      '',
      'No problem was found.',
      '',
    ].join('\n'),
  );
  expect(world.heroku.restarts).toEqual([]);
});

describe('log-runtime-metrics is off', () => {
  async function openDeaf() {
    const opened = await openDeployed();
    for (const app of ['shop', 'wiki']) {
      opened.world.configure(app);
      opened.world.heroku.addApp(app, { runtimeMetrics: app === 'wiki' }).scale('web', 1);
    }
    opened.minutes(10);
    opened.scanned();
    const patches = () => opened.world.heroku.requests.filter(({ method }) => method === 'PATCH');
    return { ...opened, patches };
  }

  it('is a problem, with the commands that mend it; what builds upon it is not checked', async () => {
    const { examine, patches } = await openDeaf();
    const { typed, of, problems } = await examine('shop');
    expect(of('log-runtime-metrics')).toMatchObject([
      {
        state: 'problem',
        remedy: ['heroku labs:enable log-runtime-metrics --app shop', 'heroku ps:restart --app shop'],
      },
    ]);
    expect(of('samples')).toMatchObject([{ state: 'not-checked', found: 'log-runtime-metrics is off' }]);
    expect({ code: typed.code, problems, changed: patches() }).toEqual({ code: 1, problems: 1, changed: [] });
  });

  it('is switched on with --fix, once that was agreed to, and the dynos have yet to be restarted', async () => {
    const { world, examine, type, patches, minutes } = await openDeaf();
    const fixed = await type(['--fix'], { answers: [true] });
    expect(fixed.asked).toEqual(['Write this?']);
    expect(fixed.stderr).toContain(
      '- shop: off\n+ shop: on\nDynos log their memory once they have been restarted',
    );
    expect(fixed.stdout).toContain('✓ log-runtime-metrics  is on, since just now');
    expect(fixed.stdout).toContain('✗ samples              dynos log none before they have been restarted');
    expect(patches()).toMatchObject([
      { path: '/apps/shop/features/log-runtime-metrics', body: '{"enabled":true}', status: 200 },
    ]);
    expect(fixed.code).toBe(1);
    // Nobody has restarted them, so they log nothing yet.
    minutes(1);
    expect((await examine('shop')).of('samples')).toMatchObject([
      { state: 'problem', remedy: ['heroku ps:restart web.1 --app shop'] },
    ]);
    world.heroku.app('shop').restart('web.1');
    minutes(2);
    expect((await examine('shop')).state('samples')).toEqual(['ok']);
  });

  it('stays off where somebody says no, or nobody can be asked; --yes asks nobody', async () => {
    const { type, patches } = await openDeaf();
    expect(await type(['--fix'], { answers: [false] })).toMatchObject({ code: 1, stdout: '' });
    expect(await type(['--fix'])).toMatchObject({ code: 2, stdout: '' });
    expect(patches()).toEqual([]);
    expect(await type(['shop', '--fix', '--yes'])).toMatchObject({ code: 1, asked: [] });
    expect(patches()).toHaveLength(1);
  });

  it('may be refused, which says so and hides nothing else', async () => {
    const { world, examine } = await openDeaf();
    world.heroku.faults.push({ match: ({ method }) => method === 'PATCH', do: { status: 403 } });
    const { of, state } = await examine('shop', ['--fix', '--yes']);
    expect(of('log-runtime-metrics')).toMatchObject([{ state: 'problem' }]);
    expect(of('log-runtime-metrics')[0]?.found).toContain(
      'could not be switched on: PATCH /apps/shop/features/',
    );
    expect(state('formation')).toEqual(['ok']);
    expect(state('samples')).toEqual(['not-checked']);
  });
});

it('checks each app on its own, and none after what failed', async () => {
  const { world, scanned, type, minutes } = await openDeployed();
  world.configure('broken', { restartTreshold: 1 });
  world.configure('gone');
  world.configure('fir');
  world.configure('lost', { token: 'missing' });
  world.configure('old', { token: 'revoked' });
  world.configure('quiet', { paused: true });
  world.storeToken('revoked', 'HRKU-revoked-token');
  world.heroku.revokeToken('HRKU-revoked-token');
  world.heroku.addApp('fir', { generation: 'fir' }).scale('web', 1);
  world.heroku.addApp('quiet', { maintenance: true }).scale('web', 1);
  minutes(10);
  scanned();
  const typed = await type(['--json']);
  const { apps, problems } = document.parse(typed.json());
  const found = Object.fromEntries(
    apps.map(({ app, checks: all }) => [
      app,
      all.filter(({ state }) => state !== 'ok').map(({ check: name, state }) => `${state} ${name}`),
    ]),
  );
  const rest = ['app', 'log-runtime-metrics', 'formation', 'samples', 'threshold', 'restarts', 'preboot'];
  const notChecked = (...names: string[]) => names.map((name) => `not-checked ${name}`);
  const asked = rest.filter((name) => name !== 'restarts');
  expect(found).toEqual({
    broken: ['problem config', ...notChecked('token', ...rest)],
    gone: ['problem app', ...notChecked(...asked.slice(1))],
    fir: ['problem app', ...notChecked(...asked.slice(1))],
    lost: ['problem token', ...notChecked(...asked)],
    old: ['problem token', ...notChecked(...asked)],
    quiet: ['note config', 'note app'],
  });
  expect({ code: typed.code, problems }).toEqual({ code: 1, problems: 5 });
  const because = apps
    .find(({ app }) => app === 'lost')
    ?.checks.find(({ check: name }) => name === 'preboot');
  expect(because?.found).toBe('its token does not work');
  const remedies = Object.fromEntries(
    apps.map(({ app, checks: all }) => [app, all.flatMap(({ remedy }) => remedy)]),
  );
  expect(remedies).toMatchObject({
    broken: ['npx whacamole apps edit broken'],
    gone: ['heroku apps:info --app gone', 'npx whacamole apps remove gone'],
    fir: ['npx whacamole apps remove fir'],
    lost: ['npx whacamole tokens set missing'],
    old: ['npx whacamole tokens set revoked'],
  });
});

it('says what is to be done where an app is not watched at all', async () => {
  const { examine, type } = await openDeployed();
  const { of, state } = await examine('shop');
  expect(of('config')).toMatchObject([
    { found: 'there is no parameter /whacamole/apps/shop', remedy: ['npx whacamole apps add shop'] },
  ]);
  expect(state('token')).toEqual(['not-checked']);
  expect((await type([])).stdout).toContain(
    'No app is watched: there is no parameter under /whacamole/apps.',
  );
});

it('finds what a config asks for and the app does not have', async () => {
  const { world, examine, minutes } = await openDeployed();
  world.configure('shop', { dynos: ['web', 'wrker', 'batch'], minUptime: 60 });
  const shop = world.heroku.addApp('shop', { preboot: true });
  shop.scale('web', 2, {});
  shop.scale('batch', 0);
  minutes(10);
  shop.crash('web.2');
  const { of } = await examine('shop');
  expect(of('formation')).toMatchObject([
    {
      state: 'problem',
      found: 'web.2 has crashed and counts as down: restartsAtOnce allows no other web dyno to be restarted',
    },
    { state: 'problem', found: 'there is no process type "wrker" in it, only: web, batch' },
    { state: 'note', found: 'batch is scaled to zero: nothing of it is watched' },
  ]);
  expect(of('preboot')).toMatchObject([{ state: 'problem' }]);
  expect(of('preboot')[0]?.found).toContain('minUptime is 60 s: a restart within those three minutes');
});

it('knows a busy app from one whose samples are missing', async () => {
  const { world, examine, minutes } = await openDeployed();
  world.configure('busy');
  world.heroku.addApp('busy', { routerLinesPerSecond: 500 }).scale('web', 1);
  minutes(10);
  const { of, accounts } = await examine('busy');
  expect(of('samples')).toMatchObject([{ state: 'note' }]);
  expect(of('samples')[0]?.found).toMatch(/^the app is busy: its log's history spans \d s, .* of web\.1\. /);
  expect(accounts[0]?.checks[0]?.found).toMatch(/^1 app needs about 1.2 requests a minute \(1 busy\)/);
});

it('judges what dynos weigh right after their start', async () => {
  const { world, examine, minutes } = await openDeployed();
  world.configure('shop', { restartThreshold: 300 });
  world.heroku.addApp('shop').scale('web', 1, { baseMb: 350 });
  minutes(4);
  const { of, typed } = await examine('shop');
  expect(of('threshold')).toMatchObject([
    {
      state: 'problem',
      remedy: ['npx whacamole apps edit shop', 'heroku ps:type web=LARGER-SIZE --app shop'],
    },
  ]);
  expect(of('threshold')[0]?.found).toMatch(
    /^web\.1 is at 350 MB, over 300 \(memory_total\), only 3 min \d+ s after/,
  );
  expect(typed.code).toBe(1);
});

it.each([
  [3, 40, 'problem', 'web.1 has been restarted 3 times in a row, last 40 min ago: restarts do not help.'],
  [3, 61, 'ok', 'the last: web.1 1 h 1 min ago'],
  [2, 1, 'ok', 'the last: web.1 1 min ago'],
] as const)('knows of %s restarts in a row, the last %s minutes ago', async (restarts, ago, state, found) => {
  const terminal = await openDeployed();
  const { world, examine } = terminal;
  world.configure('shop');
  await restarted(terminal, { app: 'shop', process: 'web.1', minutesAgo: ago, restarts });
  expect((await examine('shop')).of('restarts')).toMatchObject([
    { state, found: expect.stringContaining(found) },
  ]);
});

describe('the deployment', () => {
  it.each([
    ['schedule', 'is disabled: nothing is scanned', { state: 'DISABLED' }],
    ['function', 'has a reserved concurrency of 0: it never runs', { concurrency: 0 }],
    ['function', 'is in state Failed', { functionState: 'Failed' }],
    ['function', 'reads its apps under /elsewhere, and these are under /whacamole', { prefix: '/elsewhere' }],
    ['last scan', 'none was done in the last 10 min', { lines: '' }],
    ['last scan', 'none was done in the last 5 h', { lines: '', expression: 'rate(1 hour)' }],
    ['stack', 'There is no stack Whacamole in us-east-1.', { stack: 'Whacamole-staging' }],
  ] as const)('%s: %s', async (name, found, change) => {
    const { deployed, scanned, examine } = await openDeployed();
    scanned();
    Object.assign(deployed, change);
    const { deployment, typed } = await examine('shop');
    const bad = deployment.checks.filter(({ state }) => state === 'problem');
    expect(bad).toMatchObject([{ check: name, found: expect.stringContaining(found) }]);
    expect(typed.code).toBe(1);
  });

  it('says where the last scan had failures', async () => {
    const { scanned, examine } = await openDeployed();
    scanned(2);
    const { deployment } = await examine('shop');
    expect(deployment.checks.at(-1)).toMatchObject({
      state: 'note',
      found: '20 s ago, of 1 app, with 2 failures',
    });
  });

  it('says what it may not ask, and goes on', async () => {
    const { world, deployed, examine, minutes } = await openDeployed();
    world.configure('shop');
    world.heroku.addApp('shop').scale('web', 1);
    minutes(10);
    for (const service of ['schedules', 'functions', 'Logs'] as const) deployed.refusing.add(service);
    const { deployment, state } = await examine('shop');
    expect(deployment.checks.map(({ check: name, state: found }) => `${name} ${found}`)).toEqual([
      ...['stack ok', 'function problem', 'schedule problem', 'table ok', 'last scan problem'],
    ]);
    expect(deployment.checks[1]?.found).toContain('The AWS credentials do not allow this.');
    expect(state('samples')).toEqual(['ok']);
  });
});

it('shows no token and no log session, whatever Heroku answers', async () => {
  const { world, scanned, type, minutes } = await openDeployed();
  world.configure('shop');
  world.heroku.addApp('shop').scale('web', 1);
  minutes(10);
  scanned();
  const said: string[] = [];
  const message = `Token ${world.token} is not liked.`;
  for (const kind of [
    'account',
    'rate-limits',
    'app',
    'features',
    'formation',
    'dynos',
    'log-session',
    'log-url',
  ]) {
    world.heroku.faults.length = 0;
    const body = { id: 'odd', message };
    world.heroku.faults.push({ match: (request) => request.kind === kind, do: { status: 422, body } });
    const { stdout, stderr } = await type(['shop']);
    said.push(stdout, stderr);
  }
  expect(said.join('')).toContain('422');
  for (const secret of world.heroku.secrets) expect(said.join('')).not.toContain(secret);
});
