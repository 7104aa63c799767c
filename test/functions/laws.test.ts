/** The laws that the function keeps, each seen from outside: over HTTP, on the sources and on the bundle. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedApp } from '../../infra/local/heroku/app.ts';
import type { FaultAction } from '../../infra/local/heroku/faults.ts';
import { LOADERS, type Scene, startScene } from './scene.ts';

const OVER = { baseMb: 600 };
const FINE = { baseMb: 300 };

const sample = (process: string, dyno: string, at: number) =>
  `${new Date(at).toISOString().replace('Z', '000+00:00')} heroku[${process}]: source=${process} ` +
  `dyno=heroku.55116999.${dyno} sample#memory_total=99999.00MB`;

describe.each(LOADERS)('by %s', (_name, load) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene(load);
  });
  afterEach(async () => {
    await scene.world.close();
  });

  /** An app whose dynos have been up for ten minutes, or as many as are named; those numbered are over their threshold. */
  function addApp(
    name: string,
    dynos: number,
    over: readonly number[],
    options = {},
    minutes = 10,
  ): SimulatedApp {
    const app = scene.heroku.addApp(name, options);
    app.scale('web', dynos, (index) => (over.includes(index) ? OVER : FINE));
    scene.world.configure(name);
    scene.advanceMinutes(minutes);
    return app;
  }
  const restarted = () => scene.heroku.restarts.map(({ app, process }) => `${app} ${process}`);

  it('restarts the dyno that is over its threshold, by its name, once', async () => {
    const app = addApp('shop', 3, [2]);
    const before = app.dyno('web.2').id;
    const scans = await scene.scanMinutes(10);
    expect(restarted()).toEqual(['shop web.2']);
    expect(scene.heroku.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual(
      ['/apps/shop/dynos/web.2'],
    );
    expect(scans[0]?.of('DynoRestart')).toEqual([
      {
        event: 'DynoRestart',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        app: 'shop',
        process: 'web.2',
        dyno: before,
        size: 600,
        units: 'MB',
        threshold: 500,
        reason: 'memory',
        measure: 'memory_total',
      },
    ]);
    expect(scans[0]?.done).toEqual(scans[0]?.of('ScanDone')[0]);
    expect(scans[0]?.done).toMatchObject({ apps: 1, dynos: 3, restarts: 1, spared: 0, failures: 0 });
  });

  it('writes nothing to the table and asks for one thing alone when nothing is to be restarted', async () => {
    addApp('shop', 3, []);
    const { events, done } = await scene.scan();
    expect(events.map(({ event }) => event)).toEqual(['DynoSize', 'DynoSize', 'DynoSize', 'ScanDone']);
    expect(done).toMatchObject({ herokuRequests: 1 });
    expect(scene.heroku.requests.map(({ kind }) => kind)).toEqual(['log-session', 'log-url']);
    expect(await scene.world.table.items()).toEqual([]);
  });

  describe('law 1: only Heroku’s own word counts', () => {
    const uuid = 'd72a0fcf-23c8-4919-b268-d0656f7b4d6d';
    it.each<[string, (app: SimulatedApp, now: number) => void]>([
      [
        'a visitor writes a measurement into a URL',
        (app) =>
          app.log({
            source: 'heroku',
            process: 'router',
            message: `at=info method=GET path="/?measure=memory_total&val=99999&sample#memory_total=99999.00MB" dyno=web.1`,
          }),
      ],
      [
        'an app prints a perfect sample line',
        (app, now) =>
          app.log({ source: 'app', process: 'web.1', message: sample('web.1', app.dyno('web.1').id, now) }),
      ],
      [
        'an app prints a newline and then a perfect sample line',
        (app, now) =>
          app.log({
            source: 'app',
            process: 'web.1',
            message: `x\n${sample('web.1', app.dyno('web.1').id, now)}`,
          }),
      ],
      [
        'a line speaks of one dyno under the name of another',
        (app, now) =>
          app.raw(
            sample('web.1', app.dyno('web.1').id, now).replace('source=web.1', 'source=web.2'),
            'heroku',
          ),
      ],
      [
        'the form of 2013 comes back',
        (app) =>
          app.raw(
            `source=heroku.1.web.1.${app.dyno('web.1').id} measure=memory_total val=99999 units=MB`,
            'heroku',
          ),
      ],
      [
        'a sample names a UUID that nobody knows',
        (app, now) => app.raw(sample('web.1', uuid, now), 'heroku'),
      ],
    ])('restarts nothing when %s', async (_case, forge) => {
      const app = addApp('shop', 2, []);
      forge(app, scene.clock.now());
      const { output } = await scene.scan();
      expect(restarted()).toEqual([]);
      expect(output).not.toContain('AppFailed');
      expect((await scene.scan()).of('DynoSize').filter(({ dyno }) => dyno !== uuid)).toHaveLength(2);
    });

    // A history of many chunks takes its real time to come: the smaller they are, the shorter it is.
    it.each([
      [1, 4],
      [7, 10],
      [333, 10],
    ])('loses no sample in a log cut into chunks of %i bytes', async (chunkBytes, minutes) => {
      addApp('shop', 3, [3], { chunkBytes, routerLinesPerSecond: 0.5 }, minutes);
      const { events } = await scene.scan();
      const sizes = events
        .filter(({ event }) => event === 'DynoSize')
        .map(({ process, size }) => [process, size]);
      expect(sizes).toEqual([
        ['web.1', 300],
        ['web.2', 300],
        ['web.3', 600],
      ]);
      expect(restarted()).toEqual(['shop web.3']);
    });
  });

  describe('law 2: the dyno that was measured is the dyno that is restarted', () => {
    it('leaves a preboot overlap alone: the old dyno goes on logging, and the new one is not hit', async () => {
      const app = addApp('shop', 1, [1], { preboot: true });
      scene.world.configure('shop', { minUptime: 0, restartWindow: 1 });
      await scene.scan();
      expect(restarted()).toEqual(['shop web.1']);
      app.scale('web', 1, FINE);
      app.restart('web.1');
      scene.clock.advance(60_000);
      const scans = await scene.scanMinutes(3);
      expect(restarted()).toEqual(['shop web.1']);
      expect(scans[0]?.of('DynoSpared').map(({ reason }) => reason)).toContain('not-current');
    });

    it.each<[string, (app: SimulatedApp) => void]>([
      ['cycled', (app) => app.cycle('web.1')],
      ['deployed', (app) => app.deploy()],
      ['restarted by somebody', (app) => app.restart('web.1')],
      ['scaled away', (app) => app.scale('web', 0)],
    ])('spares a dyno that has just been %s', async (_case, replace) => {
      replace(addApp('shop', 1, [1]));
      const { events } = await scene.scan();
      expect(restarted()).toEqual([]);
      expect(events.find(({ event }) => event === 'DynoSpared')).toMatchObject({
        reason: 'not-current',
        process: 'web.1',
      });
    });

    it('spares a dyno that is not up', async () => {
      addApp('shop', 2, [1]).crash('web.1');
      const { events } = await scene.scan();
      expect(events.find(({ event }) => event === 'DynoSpared')).toMatchObject({ reason: 'not-up' });
      expect(restarted()).toEqual([]);
    });

    it('spares a dyno that is too young, and restarts it once it is not', async () => {
      const app = scene.heroku.addApp('shop');
      app.scale('web', 1, OVER);
      scene.world.configure('shop');
      scene.clock.advance(60_000);
      expect((await scene.scan()).of('DynoSpared')).toMatchObject([{ reason: 'too-young' }]);
      scene.clock.advance(121_000);
      expect((await scene.scan()).of('DynoRestart')).toHaveLength(1);
    });

    it.each([
      [119, 'DynoRestart', undefined],
      [121, 'DynoSpared', 'stale'],
    ])('takes a sample of %i s ago for %s', async (ageSeconds, event, reason) => {
      const app = scene.heroku.addApp('shop', { runtimeMetrics: false });
      app.scale('web', 1, OVER);
      scene.world.configure('shop');
      scene.advanceMinutes(10);
      app.raw(
        sample('web.1', app.dyno('web.1').id, scene.clock.now() - ageSeconds * 1000),
        'heroku',
        'web.1',
      );
      app.log({ source: 'heroku', process: 'router', message: 'at=info' });
      const { events } = await scene.scan();
      expect(events.find((one) => one.event === event)).toMatchObject({
        process: 'web.1',
        ...(reason && { reason }),
      });
      expect(restarted()).toEqual(event === 'DynoRestart' ? ['shop web.1'] : []);
      expect(events.some((one) => one.event === 'NoSamples')).toBe(event === 'DynoSpared');
    });
  });

  describe('law 3: one restart per process and window', () => {
    it('holds the window over cold starts, and ends it', async () => {
      addApp('shop', 1, [1]);
      const startedAt = scene.clock.now();
      await scene.coldScan();
      for (let minute = 1; minute < 30; minute++) {
        scene.advanceMinutes(1);
        await scene.coldScan();
      }
      expect(restarted()).toEqual(['shop web.1']);
      scene.clock.advance(startedAt + 1_800_000 - scene.clock.now());
      await scene.coldScan();
      expect(restarted()).toEqual(['shop web.1', 'shop web.1']);
    });

    it('counts the window from the restart on, however long its request was on the way', async () => {
      addApp('shop', 1, [1]);
      let slow = true;
      const takesTime = ({ kind }: { kind: string }) => {
        if (kind === 'restart' && slow) scene.clock.advance(5000);
        slow = slow && kind !== 'restart';
        return false;
      };
      scene.heroku.faults.push({ match: takesTime, do: 'hang' });
      const askedAt = scene.clock.now();
      await scene.coldScan();
      scene.clock.advance(askedAt + 1_800_000 - scene.clock.now());
      const early = await scene.coldScan();
      expect(early.of('DynoSpared')).toMatchObject([{ reason: 'within-window' }]);
      scene.clock.advance(5000);
      await scene.coldScan();
      const [first, second] = scene.heroku.restarts.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBe(1_800_000);
    });

    it('restarts once, however many runs there are at the same time', async () => {
      addApp('shop', 3, [1]);
      const scans = await Promise.all(Array.from({ length: 10 }, () => scene.coldScan()));
      expect(restarted()).toEqual(['shop web.1']);
      const said = scans.flatMap(({ events }) =>
        events.filter(({ event }) => /^Dyno(Restart|Spared)$/.test(event)),
      );
      expect(said).toHaveLength(10);
      expect(said.filter(({ event }) => event === 'DynoRestart')).toHaveLength(1);
    });
  });

  describe('law 4: a refused restart costs no window', () => {
    const isRestart = ({ kind }: { kind: string }) => kind === 'restart';

    it.each([400, 401, 402, 403, 404, 406, 409, 422, 429])(
      'tries again in the next scan after %i',
      async (status) => {
        addApp('shop', 2, [1]);
        scene.heroku.faults.push({ match: isRestart, times: 1, do: { status } });
        const [first, second] = await scene.scanMinutes(2);
        expect(first?.of('RestartFailed')).toMatchObject([{ process: 'web.1', status }]);
        expect(first?.of('DynoRestart')).toEqual([]);
        expect(second?.of('DynoRestart')).toMatchObject([{ process: 'web.1' }]);
        expect(restarted()).toEqual(['shop web.1']);
      },
    );

    it('keeps the window of the restart before a refused one', async () => {
      const app = addApp('shop', 1, [1]);
      await scene.scan();
      scene.advanceMinutes(31);
      scene.heroku.faults.push({ match: isRestart, times: 1, do: { status: 403 } });
      await scene.scan();
      expect(await claims()).toMatchObject([{ process: 'web.1', state: 'done', restarts: 1 }]);
      expect(app.dynos()).toHaveLength(1);
    });

    it.each<[string, FaultAction, number | null]>([
      ['a server error', { status: 503 }, 503],
      ['a lost answer', 'reset', null],
    ])(
      'tries again within two minutes after %s, where the dyno is still there',
      async (_case, fault, status) => {
        addApp('shop', 2, [1]);
        scene.heroku.faults.push({ match: isRestart, times: 1, do: fault });
        const scans = await scene.scanMinutes(3);
        expect(scans[0]?.of('RestartFailed')).toMatchObject([{ process: 'web.1', status }]);
        expect(restarted()).toEqual(['shop web.1']);
        expect(scans.flatMap((scan) => scan.of('DynoRestart'))).toHaveLength(1);
      },
    );

    it('holds the window where the restart has happened though Heroku answered with an error', async () => {
      addApp('shop', 1, [1]);
      scene.heroku.faults.push({ match: isRestart, times: 1, do: { performThen: { status: 500 } } });
      const scans = await scene.scanMinutes(12);
      expect(restarted()).toEqual(['shop web.1']);
      expect(scans.at(-1)?.of('DynoSpared')).toMatchObject([{ reason: 'within-window' }]);
    });

    it('settles a claim whose run has crashed, and restarts what is still there', async () => {
      addApp('shop', 2, [1]);
      scene.heroku.faults.push({ match: isRestart, times: 1, do: 'hang' });
      // The time of this run ends in the middle of its restart.
      const first = await scene.coldScan({}, 2500);
      expect(first.of('RestartFailed')).toMatchObject([{ process: 'web.1', status: null }]);
      expect(await claims()).toMatchObject([{ state: 'claimed' }]);
      scene.advanceMinutes(1);
      await scene.coldScan();
      expect(restarted()).toEqual(['shop web.1']);
      expect(await claims()).toMatchObject([{ state: 'done', restarts: 1 }]);
    });
  });

  it('law 5: never restarts a one-off dyno, whatever the config says', async () => {
    const app = addApp('shop', 1, []);
    app.runOneOff({ type: 'run', number: 1234, baseMb: 600 });
    app.runOneOff({ type: 'scheduler', number: 7, baseMb: 600 });
    scene.advanceMinutes(10);
    await scene.scan();
    scene.world.configure('shop', { dynos: ['web', 'run', 'scheduler'] });
    const { events } = await scene.scan();
    expect(events.find(({ event }) => event === 'AppFailed')).toMatchObject({
      reason: 'config',
      message: expect.stringMatching(/dynos\.1: found "run".*dynos\.2: found "scheduler"/),
    });
    expect(restarted()).toEqual([]);
  });

  describe('law 6: never the whole type at once', () => {
    it.each([
      [10, '10%', 1],
      [11, '10%', 2],
      [10, 3, 3],
      [4, 100, 3],
      [4, '100%', 3],
      [1, '10%', 1],
    ])('of %i dynos that are all over, %s at once is %i', async (count, restartsAtOnce, expected) => {
      addApp(
        'shop',
        count,
        Array.from({ length: count }, (_, index) => index + 1),
      );
      scene.world.configure('shop', { restartsAtOnce });
      const scans = await Promise.all([scene.coldScan(), scene.coldScan(), scene.coldScan()]);
      expect(restarted()).toHaveLength(expected);
      const spared = scans.flatMap((scan) => scan.of('DynoSpared').map(({ reason }) => reason));
      const expectedReasons = ['too-many-at-once', 'claimed-elsewhere', 'not-current'];
      expect(spared.filter((reason) => !expectedReasons.includes(String(reason)))).toEqual([]);
    });

    it('counts dynos that are down for other reasons', async () => {
      const app = addApp('shop', 5, [1]);
      app.crash('web.5');
      expect((await scene.scan()).of('DynoSpared')).toMatchObject([{ reason: 'too-many-at-once' }]);
      expect(restarted()).toEqual([]);
    });

    it('restarts the one that is furthest over first', async () => {
      const app = scene.heroku.addApp('shop');
      app.scale('web', 4, (index) => ({ baseMb: 510 + index * 10 }));
      scene.world.configure('shop');
      scene.advanceMinutes(10);
      await scene.scan();
      expect(restarted()).toEqual(['shop web.4']);
    });
  });

  describe('law 7: a busy app is not a blind spot', () => {
    it('measures an app whose 1,500 lines span under two seconds', async () => {
      addApp('busy', 3, [2], { routerLinesPerSecond: 1000, routerPath: '/?measure=memory_total&val=99999' });
      const { events } = await scene.scan();
      expect(events.filter(({ event }) => event === 'DynoSize')).toHaveLength(3);
      expect(restarted()).toEqual(['busy web.2']);
    });

    it('counts samples in a row over several scans, of which each hears one', async () => {
      addApp('busy', 2, [2], { routerLinesPerSecond: 1000 });
      scene.world.configure('busy', { sustainedSamples: 3 });
      const scans = await scene.scanMinutes(3);
      expect(scans.map((scan) => scan.of('DynoSpared').map(({ reason }) => reason))).toEqual([
        ['not-sustained'],
        ['not-sustained'],
        [],
      ]);
      expect(restarted()).toEqual(['busy web.2']);
    });

    it('does not listen where every dyno has been heard of, however short the history', async () => {
      const app = addApp('busy', 2, []);
      app.setTraffic({ routerLinesPerSecond: 90 });
      scene.clock.advance(60_000);
      await scene.scan();
      expect(scene.heroku.requests.filter(({ kind }) => kind === 'log-session')).toHaveLength(1);
    });
  });

  it('says which dynos it does not hear, and what to check', async () => {
    const app = scene.heroku.addApp('deaf', { runtimeMetrics: false });
    app.scale('web', 2, FINE);
    scene.world.configure('deaf');
    scene.advanceMinutes(10);
    const { events, error } = await scene.scan();
    expect(error).toBeUndefined();
    expect(events.filter(({ event }) => event === 'NoSamples')).toMatchObject([
      { app: 'deaf', processes: ['web.1', 'web.2'], message: expect.stringContaining('log-runtime-metrics') },
    ]);
  });

  it('does not miss a dyno of a busy app that came up while it listened for another', async () => {
    const app = addApp('busy', 2, [], { routerLinesPerSecond: 1000, bootSeconds: 30 });
    app.restart('web.1');
    scene.clock.advance(50_000);
    const { events } = await scene.scan();
    expect(events.filter(({ event }) => event === 'NoSamples')).toEqual([]);
    expect(events.some(({ process }) => process === 'web.2')).toBe(true);
  });

  it('names forbidden tailing where that is why it hears nothing', async () => {
    addApp('busy', 1, [], { routerLinesPerSecond: 1000, logSession: { tailForbidden: true } });
    const { events } = await scene.scan();
    expect(events.find(({ event }) => event === 'NoSamples')).toMatchObject({
      message: expect.stringContaining('L20'),
    });
  });

  it.each<[string, (app: SimulatedApp) => void]>([
    ['sleeps', (app) => app.idle()],
    ['is scaled to zero', (app) => app.scale('web', 0)],
  ])('is quiet about an app that %s', async (_case, rest) => {
    rest(addApp('shop', 1, []));
    scene.advanceMinutes(10);
    const { events } = await scene.scan();
    expect(events.map(({ event }) => event)).toEqual(['ScanDone']);
  });

  it('law 9: writes no token and no session URL, though Heroku quotes them', async () => {
    addApp('shop', 2, [1]);
    const { token } = scene.world;
    scene.heroku.faults.push({
      match: ({ kind }) => kind === 'restart',
      do: { status: 422, body: { id: 'invalid_params', message: `token ${token} was used` } },
    });
    const { output, of } = await scene.scan();
    const sessions = scene.heroku.requests.filter(({ kind }) => kind === 'log-url').map(({ path }) => path);
    expect(of('RestartFailed')[0]?.message).toContain('token (withheld) was used');
    for (const secret of [token, ...sessions]) {
      expect(output).not.toContain(secret);
      expect(JSON.stringify(await scene.world.table.items())).not.toContain(secret);
    }
    expect(scene.heroku.authorizationLeaks).toBe(0);
  });

  it('says when restarts do not help, from the third in a row', async () => {
    addApp('leaky', 1, [1]);
    scene.world.configure('leaky', { restartWindow: 300 });
    const scans = await scene.scanMinutes(17);
    expect(restarted()).toHaveLength(4);
    const events = scans.flatMap((scan) => scan.of('RestartsNotHelping'));
    expect(events).toMatchObject([
      { process: 'web.1', size: 600, restarts: 3, message: expect.stringContaining('larger') },
      { process: 'web.1', size: 600, restarts: 4 },
    ]);
  });

  it('lets the other apps of a token wait where its request budget runs out', async () => {
    await scene.world.close();
    scene = await startScene(load, { rateLimit: { capacity: 14, perMinute: 1 } });
    for (let index = 0; index < 8; index++) {
      const app = scene.heroku.addApp(`app-${index}`);
      app.scale('web', 1, FINE);
      scene.world.configure(`app-${index}`);
    }
    scene.advanceMinutes(10);
    const { events } = await scene.scan();
    const waiting = events.filter(({ event, reason }) => event === 'AppFailed' && reason === 'rate-limited');
    expect(waiting).toHaveLength(4);
    expect(waiting[0]?.message).toContain('waits for the next scan');
    expect(scene.heroku.requests.filter(({ kind }) => kind === 'log-session')).toHaveLength(4);
  });

  async function claims(): Promise<Record<string, unknown>[]> {
    const items = await scene.world.table.items();
    return items.filter(({ process }) => String(process).includes('.'));
  }
});
