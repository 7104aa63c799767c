/**
 * What Heroku is asked, and how often: a quiet app costs next to nothing of the request budget, a busy one little,
 * and nothing is believed of a kept log session that a new one would not say.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedApp } from '../../infra/local/heroku/app.ts';
import type { FaultAction } from '../../infra/local/heroku/faults.ts';
import { type ScanRecord, type Scene, startScene } from './scene.ts';

const FINE = { baseMb: 300 };
const OVER = { baseMb: 600 };
/** 1,500 lines span 4 s: far shorter than a period. */
const BUSY = { routerLinesPerSecond: 400 };
const loadSources = async () => (await import('../../functions/scan.ts')).createHandler;

let scene: Scene;
beforeEach(async () => {
  scene = await startScene(loadSources);
});
afterEach(async () => {
  await scene.world.close();
});

function addApp(name: string, options = {}, config = {}): SimulatedApp {
  const app = scene.heroku.addApp(name, options);
  app.scale('web', 2, FINE);
  scene.world.configure(name, config);
  scene.advanceMinutes(10);
  return app;
}

const requestsOf = (scan: ScanRecord) => Number(scan.of('ScanDone')[0]?.herokuRequests);
const sizesOf = (scan: ScanRecord) => scan.of('DynoSize').map(({ process }) => process);

/** The requests of a scan: of what kind they were. */
async function asked(scan: () => Promise<unknown>): Promise<string[]> {
  const before = scene.heroku.requests.length;
  await scan();
  return scene.heroku.requests.slice(before).map(({ kind }) => kind);
}

/** How many lines each log session was opened for. */
function linesAsked(): unknown[] {
  return scene.heroku.requests
    .filter(({ kind }) => kind === 'log-session')
    .map(({ body }) => JSON.parse(body).lines);
}

describe('in the steady state', () => {
  it.each<[string, (app: SimulatedApp) => void, object]>([
    ['is quiet', () => undefined, {}],
    ['has a watched type that is scaled to zero', () => undefined, { dynos: ['web', 'worker'] }],
    ['sleeps', (app) => app.idle(), {}],
    ['is scaled to zero', (app) => app.scale('web', 0), {}],
  ])('an app that %s costs at most a quarter of a request a minute', async (_case, become, config) => {
    become(addApp('shop', {}, config));
    scene.advanceMinutes(10);
    await scene.scanMinutes(5);
    const scans = await scene.scanMinutes(40);
    expect(scans.flatMap(({ events }) => events.filter(({ event }) => event.endsWith('Failed')))).toEqual([]);
    const requests = scans.reduce((sum, scan) => sum + requestsOf(scan), 0);
    expect(requests / scans.length).toBeLessThanOrEqual(0.25);
  });

  it('a busy app costs its dyno list, and now and then a session', async () => {
    addApp('busy', BUSY);
    await scene.scan();
    const scans = await scene.scanMinutes(10);
    for (const scan of scans) expect(sizesOf(scan)).toEqual(['web.1', 'web.2']);
    const requests = scans.reduce((sum, scan) => sum + requestsOf(scan), 0);
    expect(requests / scans.length).toBeLessThanOrEqual(1.3);
  });

  it('more apps than Heroku refills requests in a minute use up no budget', async () => {
    await scene.world.close();
    scene = await startScene(loadSources, { rateLimit: { capacity: 450, perMinute: 7 } });
    for (let index = 0; index < 20; index++) {
      scene.heroku.addApp(`app-${index}`).scale('web', 1, FINE);
      scene.world.configure(`app-${index}`);
    }
    scene.advanceMinutes(10);
    const scans = await scene.scanMinutes(11);
    for (const scan of scans) expect(sizesOf(scan)).toHaveLength(20);
    // Every five minutes sessions are opened, and by then what they took has been refilled.
    const left = scans.flatMap((scan) =>
      scan.of('ScanDone').flatMap((done) => done.herokuRequestsLeft ?? []),
    );
    expect(left).toHaveLength(3);
    expect(left).toEqual([left[0], left[0], left[0]]);
  });
});

describe('a kept log session', () => {
  it('is read again for five minutes, and shows what is new', async () => {
    const app = addApp('shop');
    await scene.scan();
    scene.advanceMinutes(1);
    app.dyno('web.2').behaviour = OVER;
    scene.advanceMinutes(1);
    expect(await asked(() => scene.scan())).toEqual(['log-url', 'dynos', 'restart']);
    scene.advanceMinutes(4);
    expect(await asked(() => scene.scan())).toContain('log-session');
  });

  it.each<[string, FaultAction]>([
    ['has expired', { status: 404 }],
    ['answers with a server error', { status: 500 }],
    ['breaks the connection', 'reset'],
    ['breaks off', { resetAfterBytes: 500 }],
    ['has nothing to say', { status: 200, body: '' }],
    ['says what it said long ago', { status: 200, body: oldSamples() }],
    ['answers with a web page', { status: 200, body: '<!doctype html>\n' }],
  ])('that %s is replaced within the same scan', async (_case, fault) => {
    const app = addApp('shop');
    await scene.scan();
    scene.advanceMinutes(1);
    app.dyno('web.2').behaviour = OVER;
    scene.advanceMinutes(1);
    scene.heroku.faults.push({ match: ({ kind }) => kind === 'log-url', times: 1, do: fault });
    const scan = await scene.scan();
    expect(scan.of('DynoSize')).toMatchObject([{ size: 300 }, { size: 600 }]);
    expect(scan.of('AppFailed')).toEqual([]);
    expect(scan.of('DynoRestart')).toMatchObject([{ process: 'web.2' }]);
  });

  it('that hangs costs some seconds, and not the scan', async () => {
    addApp('shop');
    await scene.scan();
    scene.advanceMinutes(1);
    scene.heroku.faults.push({ match: ({ kind }) => kind === 'log-url', times: 1, do: 'hang' });
    const scan = await scene.scan();
    expect(sizesOf(scan)).toEqual(['web.1', 'web.2']);
  });

  it('of a tail that has expired is replaced within the same scan', async () => {
    addApp('busy', BUSY);
    await scene.scan();
    scene.advanceMinutes(1);
    scene.heroku.faults.push({ match: ({ kind }) => kind === 'log-url', times: 1, do: { status: 404 } });
    const scan = await scene.scan();
    expect(sizesOf(scan)).toEqual(['web.1', 'web.2']);
    expect(scan.of('AppFailed')).toEqual([]);
  });

  it('is opened for no more lines than are enough, once that is known', async () => {
    addApp('shop');
    scene.advanceMinutes(30);
    await scene.scanMinutes(12);
    const [first, ...later] = linesAsked();
    expect(first).toBe(1500);
    expect(later.length).toBeGreaterThan(1);
    for (const lines of later) expect(lines).toBeLessThan(400);
  });

  it('is opened for all lines again, in the same scan, where they are no longer enough', async () => {
    const app = addApp('shop', {}, { restartThreshold: 500 });
    scene.advanceMinutes(30);
    await scene.scanMinutes(2);
    app.setTraffic({ routerLinesPerSecond: 9 });
    scene.advanceMinutes(7);
    app.dyno('web.2').behaviour = OVER;
    scene.advanceMinutes(1);
    const before = linesAsked().length;
    const scan = await scene.scan();
    const lines = linesAsked().slice(before);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBeLessThan(1500);
    expect(lines[1]).toBe(1500);
    expect(scan.of('DynoRestart')).toMatchObject([{ process: 'web.2' }]);
    expect(scan.of('NoSamples')).toEqual([]);
  });

  it('is not read with another token than it was opened with', async () => {
    addApp('shop');
    await scene.scan();
    scene.advanceMinutes(1);
    scene.world.storeToken('default', 'HRKU-a-second-token');
    expect(await asked(() => scene.scan())).toEqual(['log-session', 'log-url']);
  });

  it('is a secret in each scan that reads it', async () => {
    addApp('shop');
    await scene.scan();
    const [url = ''] = scene.heroku.requests.filter(({ kind }) => kind === 'log-url').map(({ path }) => path);
    scene.advanceMinutes(1);
    scene.heroku.app('shop').dyno('web.1').behaviour = OVER;
    scene.advanceMinutes(1);
    scene.heroku.faults.push({
      match: ({ kind }) => kind === 'restart',
      do: { status: 422, body: { id: 'invalid_params', message: `the log at ${url}` } },
    });
    const scan = await scene.scan();
    expect(scan.of('RestartFailed')[0]?.message).toContain('(withheld)');
    expect(scan.output).not.toContain(url);
  });
});

describe('a type that ran no dyno', () => {
  it('is heard as soon as it runs one', async () => {
    const app = addApp('shop', {}, { dynos: ['web', 'worker'] });
    await scene.scanMinutes(3);
    app.scale('worker', 1, OVER);
    scene.advanceMinutes(5);
    expect((await scene.scan()).of('DynoRestart')).toMatchObject([{ process: 'worker.1' }]);
  });

  it('is missed where it runs one and says nothing', async () => {
    const app = addApp('shop', {}, { dynos: ['web', 'worker'] });
    await scene.scanMinutes(3);
    app.features['log-runtime-metrics'] = false;
    app.scale('worker', 1, FINE);
    const scans = await scene.scanMinutes(25);
    expect(scans.flatMap((scan) => scan.of('NoSamples'))[0]).toMatchObject({ processes: ['worker.1'] });
  });
});

describe('busy apps', () => {
  it('that are known for it are listened to at once', async () => {
    addApp('busy', BUSY);
    const unknown = await asked(() => scene.scan());
    expect(unknown.filter((kind) => kind === 'log-session')).toHaveLength(2);
    scene.advanceMinutes(1);
    expect(await asked(() => scene.scan())).toEqual(['dynos', 'log-url']);
  });

  it('that have become quiet are quiet again', async () => {
    const app = addApp('busy', BUSY);
    await scene.scan();
    app.setTraffic({ routerLinesPerSecond: 0 });
    await scene.scanMinutes(3);
    expect(await asked(() => scene.scan())).toEqual(['log-url']);
  });

  it('are all listened to at the same time, each no longer than it takes', async () => {
    for (let index = 0; index < 12; index++) addApp(`busy-${index}`, BUSY);
    const startedAt = scene.clock.now();
    const scan = await scene.scan();
    expect(sizesOf(scan)).toHaveLength(24);
    expect(scene.clock.now() - startedAt).toBeLessThan(26_000);
  });
});

it('says where a token’s budget does not last, and scans in turn', async () => {
  await scene.world.close();
  scene = await startScene(loadSources, { rateLimit: { capacity: 14, perMinute: 1 } });
  for (let index = 0; index < 8; index++) {
    scene.heroku.addApp(`app-${index}`).scale('web', 1, FINE);
    scene.world.configure(`app-${index}`);
  }
  scene.advanceMinutes(10);
  const first = await scene.scan();
  expect(first.of('BudgetLow')).toMatchObject([
    { token: 'default', apps: 8, waiting: 4, message: expect.stringContaining('every 2 minutes') },
  ]);
  expect(first.of('BudgetLow')[0]).not.toHaveProperty('unwatchedSeconds');
  const watched = new Set(first.of('DynoSize').map(({ app }) => app));
  scene.advanceMinutes(6);
  const second = await scene.scan();
  for (const { app } of second.of('DynoSize')) expect(watched).not.toContain(app);
  expect(second.of('DynoSize').length).toBeGreaterThan(2);
});

function oldSamples(): string {
  const at = Date.UTC(2020, 0, 1);
  return Array.from({ length: 9 }, (_, index) => {
    const time = new Date(at + index * 10_000).toISOString().replace('Z', '000+00:00');
    return (
      `${time} heroku[web.1]: source=web.1 dyno=heroku.1.7f9b14bc-1d3b-47f4-91c1-704964b8793f ` +
      'sample#memory_total=10.00MB\n'
    );
  }).join('');
}
