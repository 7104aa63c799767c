import { describe, expect, it } from 'vitest';
import { startHeroku } from './client.ts';

const names = (dynos: readonly { name: string }[]) => dynos.map(({ name }) => name);

/** Whether any of the newest lines is a memory sample of a UUID. */
const sampled = (lines: readonly string[], uuid: string | undefined, sinceTime: number) =>
  lines.some(
    (line) =>
      line.includes(`.${uuid} sample#memory_total`) && Date.parse(`${line.slice(0, 23)}Z`) > sinceTime,
  );

describe('a restart by name', () => {
  it('puts a starting dyno with a new UUID in the place of the old, which is silent at once', async () => {
    const { heroku, clock, call, dynos, lines } = await startHeroku();
    const app = heroku.addApp('shop', { bootSeconds: 30 });
    app.scale('web', 2);
    clock.advance(120_000);
    const [old] = await dynos('shop');
    const restartedAt = clock.now();
    const answer = await call('/apps/shop/dynos/web.1', { method: 'DELETE' });
    expect([answer.status, await answer.json()]).toEqual([202, {}]);
    const [fresh, other] = await dynos('shop');
    expect([fresh?.name, fresh?.state, other?.state]).toEqual(['web.1', 'starting', 'up']);
    expect(fresh?.id).not.toBe(old?.id);
    clock.advance(29_000);
    expect(app.dyno('web.1').state).toBe('starting');
    clock.advance(60_000);
    expect(app.dyno('web.1').state).toBe('up');
    expect(sampled(await lines('shop'), old?.id, restartedAt)).toBe(false);
    expect(sampled(await lines('shop'), fresh?.id, restartedAt)).toBe(true);
    expect(heroku.restarts).toEqual([{ at: restartedAt, app: 'shop', process: 'web.1', dyno: old?.id }]);
    const said = (await lines('shop')).filter((line) => line.includes('heroku[web.1]: State changed'));
    expect(said.map((line) => line.replace(/.*State changed /, ''))).toEqual([
      'from starting to up',
      'from up to starting',
      'from starting to up',
    ]);
  });

  it('does nothing by UUID, and answers well', async () => {
    const { heroku, clock, call, dynos } = await startHeroku();
    heroku.addApp('shop').scale('web', 1);
    clock.advance(60_000);
    const before = await dynos('shop');
    expect((await call(`/apps/shop/dynos/${before[0]?.id}`, { method: 'DELETE' })).status).toBe(202);
    expect(await dynos('shop')).toEqual(before);
    expect(heroku.restarts).toEqual([]);
  });

  it('kills a one-off for good, and says 404 of what is not there', async () => {
    const { heroku, clock, call, dynos, lines } = await startHeroku();
    const app = heroku.addApp('shop');
    const job = app.runOneOff({ type: 'scheduler', number: 12, baseMb: 100 });
    clock.advance(60_000);
    expect(sampled(await lines('shop'), job.id, 0)).toBe(true);
    expect((await call('/apps/shop/dynos/scheduler.12', { method: 'DELETE' })).status).toBe(202);
    expect(await dynos('shop')).toEqual([]);
    expect((await call('/apps/shop/dynos/scheduler.12', { method: 'DELETE' })).status).toBe(404);
    expect(heroku.restarts).toMatchObject([{ process: 'scheduler.12' }]);
  });
});

describe('a restart of many', () => {
  it.each([
    ['all dynos', '/apps/shop/dynos', ['web.1', 'web.2', 'worker.1']],
    ['a process type', '/apps/shop/formations/web', ['web.1', 'web.2']],
  ])('restarts %s, and no one-off', async (_name, path, expected) => {
    const { heroku, clock, call, dynos } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 2);
    app.scale('worker', 1);
    app.runOneOff({ number: 4711 });
    clock.advance(60_000);
    const before = await dynos('shop');
    expect((await call(path, { method: 'DELETE' })).status).toBe(202);
    const kept = new Set((await dynos('shop')).map(({ id }) => id));
    expect(before.filter(({ id }) => !kept.has(id)).map(({ name }) => name)).toEqual(expected);
    expect(heroku.restarts.map(({ process }) => process)).toEqual(expected);
  });

  it('is 404 for a type that the app does not have', async () => {
    const { heroku, call } = await startHeroku();
    heroku.addApp('shop').scale('web', 1);
    expect((await call('/apps/shop/formations/worker', { method: 'DELETE' })).status).toBe(404);
  });
});

describe('preboot', () => {
  it('lets the old dyno live, grow and log, unlisted, for the boot timeout and two minutes', async () => {
    const { heroku, clock, call, lines } = await startHeroku();
    const app = heroku.addApp('shop', { preboot: true, bootTimeoutSeconds: 60 });
    app.scale('web', 1, { leakMbPerMinute: 10 });
    clock.advance(120_000);
    const old = app.dyno('web.1');
    await call('/apps/shop/dynos/web.1', { method: 'DELETE' });
    expect(names(app.unlisted())).toEqual(['web.1']);
    clock.advance(179_000);
    const log = await lines('shop');
    expect(sampled(log, old.id, clock.now() - 25_000)).toBe(true);
    expect(sampled(log, app.dyno('web.1').id, clock.now() - 25_000)).toBe(true);
    expect(old.memory().total).toBeGreaterThan(app.dyno('web.1').memory().total + 15);
    clock.advance(1000);
    expect(app.unlisted()).toEqual([]);
    const ended = clock.now();
    clock.advance(60_000);
    expect(sampled(await lines('shop'), old.id, ended)).toBe(false);
  });

  it('keeps the oldest dyno alive for longer when the new one is restarted within the overlap', async () => {
    const { heroku, clock } = await startHeroku();
    const app = heroku.addApp('shop', { preboot: true });
    app.scale('web', 1);
    clock.advance(60_000);
    app.restart('web.1');
    clock.advance(100_000);
    app.restart('web.1');
    clock.advance(100_000);
    expect(app.unlisted()).toHaveLength(2);
    clock.advance(80_000);
    expect(app.unlisted()).toEqual([]);
  });

  it('is for web alone, and holds for deploys and cycling too', async () => {
    const { heroku, clock } = await startHeroku();
    const app = heroku.addApp('shop', { preboot: true });
    app.scale('web', 2);
    app.scale('worker', 1);
    clock.advance(60_000);
    app.deploy();
    expect(names(app.unlisted())).toEqual(['web.1', 'web.2']);
    expect(app.dynos().map(({ release }) => release.version)).toEqual([2, 2, 2]);
    clock.advance(200_000);
    app.cycle('web.2');
    expect(names(app.unlisted())).toEqual(['web.2']);
  });
});

describe('a dyno', () => {
  it('is killed at twice its quota, with R15, and restarted by Heroku', async () => {
    const { heroku, clock, lines } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 1, { memory: (age) => (age < 60 ? 1000 : 1214.9) });
    clock.advance(30_000);
    const { id } = app.dyno('web.1');
    clock.advance(60_000);
    expect(app.dyno('web.1').id).not.toBe(id);
    expect(heroku.kills).toMatchObject([{ app: 'shop', process: 'web.1', dyno: id }]);
    const log = (await lines('shop')).map((line) => line.replace(/^\S+ /, ''));
    const killed = log.indexOf('heroku[web.1]: Error R15 (Memory quota vastly exceeded)');
    expect(log.slice(killed - 1, killed + 4)).toEqual([
      'heroku[web.1]: Process running mem=1214M(237.3%)',
      'heroku[web.1]: Error R15 (Memory quota vastly exceeded)',
      'heroku[web.1]: Stopping process with SIGKILL',
      'heroku[web.1]: Process exited with status 137',
      'heroku[web.1]: State changed from up to crashed',
    ]);
    expect(heroku.restarts).toEqual([]);
  });

  it('stays crashed, listed and silent until somebody restarts it', async () => {
    const { heroku, clock, call, dynos, lines } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 1);
    clock.advance(60_000);
    app.crash('web.1');
    const crashedAt = clock.now();
    clock.advance(3_600_000);
    const [crashed] = await dynos('shop');
    expect(crashed?.state).toBe('crashed');
    expect(sampled(await lines('shop'), crashed?.id, crashedAt)).toBe(false);
    await call('/apps/shop/dynos/web.1', { method: 'DELETE' });
    clock.advance(10_000);
    expect(app.dyno('web.1').state).toBe('up');
  });

  it('is cycled about once a day', async () => {
    const { heroku, clock } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 3);
    const before = app.dynos().map(({ id }) => id);
    clock.advance(24 * 3600_000);
    expect(app.dynos().map(({ id }) => id)).toEqual(before);
    clock.advance(4 * 3600_000);
    expect(app.dynos().some(({ id }) => before.includes(id))).toBe(false);
  });

  it('sleeps when its app idles, and wakes as another', async () => {
    const { heroku, clock, dynos, lines } = await startHeroku();
    const app = heroku.addApp('shop', { routerLinesPerSecond: 10 });
    app.scale('web', 1);
    clock.advance(60_000);
    app.idle();
    const idleAt = clock.now();
    clock.advance(600_000);
    const [asleep] = await dynos('shop');
    expect(asleep?.state).toBe('idle');
    expect((await lines('shop')).every((line) => Date.parse(`${line.slice(0, 23)}Z`) <= idleAt)).toBe(true);
    app.wake();
    clock.advance(60_000);
    expect(app.dyno('web.1').state).toBe('up');
    expect((await lines('shop')).at(-1)).toContain('heroku[router]');
  });

  it('comes and goes with the scale, and behaves by its number', async () => {
    const { heroku, clock } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 3, (index) => ({ size: 'Performance-M', baseMb: index * 100 }));
    clock.advance(60_000);
    expect(app.dynos().map((dyno) => [dyno.quota, dyno.memory().total])).toEqual([
      [2560, 100],
      [2560, 200],
      [2560, 300],
    ]);
    const first = app.dyno('web.1');
    app.scale('web', 1);
    expect(app.dynos()).toEqual([first]);
    app.scale('web', 2, { baseMb: 50 });
    expect(app.dyno('web.1')).toBe(first);
    expect(app.dyno('web.2').memory().total).toBe(50);
    app.scale('web', 0);
    expect(app.dynos()).toEqual([]);
    expect(() => app.dyno('web.1')).toThrow('Expected app shop to list a dyno web.1, found none');
    expect(() => app.scale('worker', 1, { size: 'huge' })).toThrow('found huge');
  });

  it('leaves when its job is done, if it is a one-off', async () => {
    const { heroku, clock, lines } = await startHeroku();
    const app = heroku.addApp('shop');
    const job = app.runOneOff({ seconds: 30 });
    expect(job.name).toMatch(/^run\.\d{4}$/);
    clock.advance(39_000);
    expect(app.dynos()).toEqual([job]);
    clock.advance(1000);
    expect(app.dynos()).toEqual([]);
    expect((await lines('shop')).at(-1)).toContain('State changed from up to complete');
    const forever = app.runOneOff({ number: 7 });
    app.cycle(forever.name);
    expect(app.dynos()).toEqual([]);
  });
});

it('lives through a day of twelve apps with thirty dynos in seconds', async () => {
  const { heroku, clock } = await startHeroku();
  for (let number = 1; number <= 12; number++) {
    const app = heroku.addApp(`app-${number}`, { routerLinesPerSecond: 500 });
    app.scale('web', 30, { baseMb: 300, leakMbPerMinute: 0.1, jitterMb: 2 });
  }
  const began = performance.now();
  clock.advance(24 * 3600_000);
  expect(performance.now() - began).toBeLessThan(20_000);
});
