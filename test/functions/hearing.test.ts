/** What a scan hears of an app, and what it makes of silence: seen from outside, over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../functions/scan.ts';
import type { SimulatedApp } from '../../infra/local/heroku/app.ts';
import type { CannedAnswer } from '../../infra/local/heroku/faults.ts';
import { askRight, awsError, startFaultyServer } from './faulty-server.ts';
import { type Scene, startScene } from './scene.ts';

const FINE = { baseMb: 300 };

describe('a scan', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene(async () => createHandler);
  });
  afterEach(async () => {
    await scene.world.close();
  });
  const restarted = () => scene.heroku.restarts.map(({ app, process }) => `${app} ${process}`);

  /** An app whose dynos have been up for ten minutes. */
  function addApp(dynos: number, options = {}): SimulatedApp {
    const app = scene.heroku.addApp('shop', options);
    app.scale('web', dynos, FINE);
    scene.world.configure('shop');
    scene.advanceMinutes(10);
    return app;
  }

  /** The platform's own word about a dyno, which is over its threshold unless another size is given. */
  function say(app: SimulatedApp, process: string, megabytes = 2000): void {
    const time = new Date(scene.clock.now()).toISOString();
    const { id } = app.dyno(process);
    app.raw(
      `${time} heroku[${process}]: source=${process} dyno=heroku.1.${id} sample#memory_total=${megabytes}.00MB`,
      'heroku',
      process,
    );
  }

  it('restarts what it has heard of, though listening for the others fails', async () => {
    const app = addApp(2, { runtimeMetrics: false, routerLinesPerSecond: 1000 });
    say(app, 'web.2');
    const isLogUrl = ({ kind }: { kind: string }) => kind === 'log-url';
    scene.heroku.faults.push(
      { match: isLogUrl, times: 1, do: { delayMs: 0 } },
      { match: isLogUrl, do: { status: 503 } },
    );
    let lines = '';
    // In time that stands still, listening ends by what is heard alone.
    const handler = createHandler({
      environment: scene.world.environment,
      clock: scene.clock,
      write: (line) => {
        lines += line;
      },
    });
    await expect(handler()).rejects.toThrow('Every app failed (1): heroku');
    expect(lines).toMatch(/"AppFailed".*"The log session answered 503\."/);
    expect(restarted()).toEqual(['shop web.2']);
  });

  it('does not miss a dyno that has not been up for as long as a sample takes', async () => {
    const app = addApp(1, { runtimeMetrics: false, routerLinesPerSecond: 1, bootSeconds: 30 });
    app.restart('web.1');
    scene.clock.advance(50_000);
    expect((await scene.scan()).of('NoSamples')).toEqual([]);
    scene.clock.advance(30_000);
    expect((await scene.scan()).of('NoSamples')).toMatchObject([{ processes: ['web.1'] }]);
  });

  it.each<[string, CannedAnswer]>([
    ['does not say', { status: 200, body: { id: 'x' } }],
    ['refuses to say', { status: 403 }],
  ])('takes an app for one that logs samples where Heroku %s its generation', async (_case, answer) => {
    addApp(1, { runtimeMetrics: false });
    scene.heroku.faults.push({ match: ({ kind }) => kind === 'app', do: answer });
    const { of } = await scene.scan();
    expect(of('NoSamples')).toMatchObject([{ processes: ['web.1'] }]);
    expect(of('AppFailed')).toEqual([]);
  });

  it('asks for the generation once, however often it hears nothing', async () => {
    addApp(1, { runtimeMetrics: false });
    await scene.scanMinutes(3);
    expect(scene.heroku.requests.filter(({ kind }) => kind === 'app')).toHaveLength(1);
  });

  it('has nothing more to say of a process type that is no longer watched', async () => {
    const app = addApp(1);
    app.scale('worker', 1, { baseMb: 600 });
    scene.world.configure('shop', { dynos: ['web', 'worker'], dryRun: true });
    scene.advanceMinutes(1);
    expect((await scene.scan()).of('DynoSpared')).toMatchObject([{ process: 'worker.1' }]);
    scene.world.configure('shop', { dynos: ['web'] });
    scene.advanceMinutes(5);
    const { events } = await scene.scan();
    expect(events.filter(({ process }) => process === 'worker.1')).toEqual([]);
  });

  it('forgets an app that is no longer configured', async () => {
    const app = addApp(1, { runtimeMetrics: false, routerLinesPerSecond: 1 });
    scene.world.configure('shop', { sustainedSamples: 2 });
    say(app, 'web.1');
    expect((await scene.scan()).of('DynoSpared')).toMatchObject([{ reason: 'not-sustained' }]);
    scene.world.parameters.delete('/whacamole/apps/shop');
    await scene.scan();
    scene.world.configure('shop', { sustainedSamples: 2 });
    scene.clock.advance(20_000);
    say(app, 'web.1');
    await scene.scan();
    expect(restarted()).toEqual(['shop web.1']);
  });

  it('counts no samples in a row that were not, though its config has asked for fewer meanwhile', async () => {
    const app = addApp(1, { runtimeMetrics: false, routerLinesPerSecond: 1000 });
    const spared = async (config: object) => {
      scene.world.configure('shop', config);
      return (await scene.scan()).of('DynoSpared').map(({ reason }) => reason);
    };
    const said: unknown[] = [];
    for (const [megabytes, config] of [
      [2000, { sustainedSamples: 3 }],
      [100, { sustainedSamples: 3 }],
      [2000, { sustainedSamples: 3 }],
      [2000, { sustainedSamples: 2, dryRun: true }],
    ] as const) {
      scene.clock.advance(20_000);
      say(app, 'web.1', megabytes);
      said.push(await spared(config));
    }
    expect(said).toEqual([['not-sustained'], [], ['not-sustained'], ['dry-run']]);
    // Nothing new: of the last three one was small, and only the last two are still known.
    expect(await spared({ sustainedSamples: 3 })).toEqual(['not-sustained']);
    expect(restarted()).toEqual([]);
  });

  it('leaves a process to the run whose claim came first, and gives up its turn', async () => {
    say(addApp(1, { runtimeMetrics: false }), 'web.1');
    const { AWS_ENDPOINT_URL_DYNAMODB: table = '' } = scene.world.environment;
    const front = await startFaultyServer({
      faults: new Map([['shop', awsError('ConditionalCheckFailedException')]]),
      appOf: ({ body }) => (body.includes('"claimed"') ? 'shop' : undefined),
      right: (request) => askRight(table, request),
    });
    process.env.AWS_ENDPOINT_URL_DYNAMODB = front.url;
    try {
      const { of } = await scene.coldScan();
      expect(of('DynoSpared')).toMatchObject([{ process: 'web.1', reason: 'claimed-elsewhere' }]);
    } finally {
      await front.close();
    }
    expect(restarted()).toEqual([]);
    expect(await scene.world.table.items()).toMatchObject([{ process: 'web', leaseUntil: 0 }]);
  });
});
