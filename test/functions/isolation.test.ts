/**
 * Whatever is wrong with one app, it ends in an event of its own, and the others are scanned all the same. What
 * may go wrong between the function and Heroku is in faults.test.ts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../functions/scan.ts';
import { type Scene, startScene } from './scene.ts';

describe('law 8: one app’s trouble stays its own', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene(async () => createHandler);
  });
  afterEach(async () => {
    await scene.world.close();
  });
  const restarted = () => scene.heroku.restarts.map(({ app, process }) => `${app} ${process}`);
  /** Nobody may use the key that a parameter is encrypted with. */
  function lock(name: string): void {
    const { parameters } = scene.world;
    const value = parameters.get(name) ?? '{}';
    parameters.delete(name);
    parameters.put(name, value, 'SecureString');
    const refuse = { code: 'InvalidKeyId' };
    parameters.faults.push(
      { action: 'GetParametersByPath', times: 2, do: refuse },
      { action: 'GetParameter', name, do: refuse },
    );
  }
  function addApp(name: string, dynos: number, over: readonly number[]): void {
    scene.heroku.addApp(name).scale('web', dynos, (index) => ({ baseMb: over.includes(index) ? 600 : 300 }));
    scene.world.configure(name);
    scene.advanceMinutes(10);
  }

  it.each<[string, string, () => void]>([
    ['config', 'a config with mistakes', () => scene.world.configure('sick', { restartWindow: 'soon' })],
    ['config', 'a config that is no JSON', () => scene.world.configure('sick', '{')],
    ['config', 'a config that cannot be decrypted', () => lock('/whacamole/apps/sick')],
    ['token', 'a token that is not there', () => scene.world.configure('sick', { token: 'missing' })],
    [
      'token',
      'a token that cannot be decrypted',
      () => {
        scene.world.storeToken('locked', 'HRKU-locked-token');
        lock('/whacamole/tokens/locked');
        scene.world.configure('sick', { token: 'locked' });
      },
    ],
    [
      'token',
      'a token of two lines',
      () => {
        scene.world.storeToken('two-lines', 'HRKU-one\nHRKU-two');
        scene.world.configure('sick', { token: 'two-lines' });
      },
    ],
    [
      'unauthorized',
      'a revoked token',
      () => {
        scene.world.storeToken('revoked', 'HRKU-revoked-token');
        scene.heroku.revokeToken('HRKU-revoked-token');
        scene.world.configure('sick', { token: 'revoked' });
      },
    ],
  ])('says %s of %s, and scans the others', async (reason, _case, break_) => {
    addApp('sick', 1, []);
    addApp('well', 2, [1]);
    break_();
    const { events, error, of } = await scene.coldScan({}, 3000);
    expect(error).toBeUndefined();
    expect(events.filter(({ event }) => event === 'AppFailed')).toMatchObject([{ app: 'sick', reason }]);
    expect(restarted()).toEqual(['well web.1']);
    expect(of('ScanDone')).toMatchObject([{ apps: 2, failures: 1, restarts: 1 }]);
  });

  it('names every mistake of a config in one event', async () => {
    addApp('sick', 1, [1]);
    addApp('well', 1, [1]);
    scene.world.configure('sick', { restartThreshold: 'lots', restartWindow: -1, dyno: ['web'] });
    const { events } = await scene.scan();
    const failed = events.filter(({ event }) => event === 'AppFailed');
    expect(failed).toMatchObject([{ app: 'sick', reason: 'config' }]);
    for (const part of ['restartThreshold: found "lots"', 'restartWindow: found -1', 'dyno: unknown field']) {
      expect(failed[0]?.message).toContain(part);
    }
    expect(restarted()).toEqual(['well web.1']);
  });

  it('refuses a parameter whose name is no app’s, for it would become a part of a URL', async () => {
    addApp('well', 1, [1]);
    scene.world.configure('sick.app');
    const { of } = await scene.scan();
    expect(of('AppFailed')).toMatchObject([
      { app: 'sick.app', reason: 'config', message: expect.stringContaining('ends in "sick.app"') },
    ]);
    expect(restarted()).toEqual(['well web.1']);
  });

  it('says what a config asks for and samples do not say, and goes by what they do', async () => {
    addApp('sick', 2, [1]);
    const app = scene.heroku.addApp('old', { runtimeMetrics: false });
    app.scale('web', 1);
    scene.advanceMinutes(10);
    const { id } = app.dyno('web.1');
    const time = new Date(scene.clock.now()).toISOString();
    app.raw(
      `${time} heroku[web.1]: source=web.1 dyno=heroku.1.${id} sample#memory_total=2000.00MB`,
      'heroku',
      'web.1',
    );
    scene.world.configure('old', { measure: 'memory_rss', swapThreshold: '50%' });
    const { of } = await scene.scan();
    expect(of('AppFailed')).toMatchObject([{ app: 'old', reason: 'config' }]);
    expect(of('AppFailed')[0]?.message).toMatch(
      /^The config does not fit the samples: web\.1: .*its memory_rss.*swapThreshold "50%"/,
    );
    expect(of('DynoSize', 'old')).toMatchObject([{ process: 'web.1', size: 2000 }]);
    expect(restarted()).toEqual(['sick web.1']);
  });

  it('takes a fault of its own for one app’s trouble, and asks for a report', async () => {
    addApp('sick', 1, [1]);
    addApp('well', 1, [1]);
    let lines = '';
    const handler = scene.handler((line) => {
      if (line.includes('"DynoSize"') && line.includes('"sick"')) throw new Error('no space left');
      lines += line;
    });
    expect(await handler()).toMatchObject({ apps: 2, failures: 1, restarts: 1 });
    expect(lines).toMatch(/"AppFailed".*"sick".*"Unexpected: no space left\. This is a fault in Whacamole/);
    expect(restarted()).toEqual(['well web.1']);
  });

  it('says unsupported of a Fir app', async () => {
    scene.heroku.addApp('modern', { generation: 'fir' }).scale('web', 1, { baseMb: 600 });
    scene.world.configure('modern');
    addApp('well', 1, []);
    const { events } = await scene.scan();
    expect(events.filter(({ event }) => event === 'AppFailed')).toMatchObject([
      { app: 'modern', reason: 'unsupported' },
    ]);
    expect(events.some(({ event }) => event === 'NoSamples')).toBe(false);
  });

  /** Whose turn it is changes from minute to minute: in this one the apps go by their names. */
  function waitForFirstOf(apps: number): void {
    while (Math.floor(scene.clock.now() / 60_000) % apps !== 0) scene.advanceMinutes(1);
  }

  it.each([
    ['log-session', 110],
    ['log-url', 70],
  ])('lets nobody wait for long for those whose %s hangs, however many they are', async (kind, count) => {
    for (let index = 0; index < count; index++) {
      scene.heroku.addApp(`hung-${index}`).scale('web', 1);
      scene.world.configure(`hung-${index}`);
    }
    addApp('well', 1, [1]);
    waitForFirstOf(count + 1);
    scene.heroku.faults.push({
      match: (request) => request.kind === kind && request.app?.startsWith('hung-') === true,
      do: 'hang',
    });
    // Each of them is given up on after more than this.
    const { of } = await scene.coldScan({}, 10_000);
    expect(restarted()).toEqual(['well web.1']);
    expect(of('ScanDone')).toMatchObject([{ apps: count + 1, failures: count, restarts: 1 }]);
  });

  it('begins with the app that the scan before ran out of time for', async () => {
    for (const name of ['first', 'second', 'third']) addApp(name, 1, []);
    waitForFirstOf(3);
    scene.heroku.faults.push({
      match: ({ app, kind }) => app === 'third' && kind === 'log-url',
      times: 1,
      do: 'hang',
    });
    const { of } = await scene.scan({ getRemainingTimeInMillis: () => 3000 });
    expect(of('AppFailed')).toMatchObject([{ app: 'third', reason: 'timeout' }]);
    // Their log sessions have ended, and whose turn it would be is the first's again.
    scene.advanceMinutes(9);
    const before = scene.heroku.requests.length;
    await scene.scan();
    const asked = scene.heroku.requests.slice(before).filter(({ kind }) => kind === 'log-session');
    expect(asked.map(({ app }) => app)).toEqual(['third', 'first', 'second']);
  });

  it('is content with no app at all', async () => {
    const { done, error } = await scene.scan();
    expect(error).toBeUndefined();
    expect(done).toMatchObject({ apps: 0, dynos: 0, failures: 0, herokuRequests: 0 });
  });

  it('rejects where every app failed, and where the parameters cannot be read', async () => {
    addApp('sick', 1, []);
    scene.world.configure('sick', '[]');
    const all = await scene.scan();
    expect(all.error?.message).toContain('Every app failed (1): config');
    expect(all.of('ScanDone')).toHaveLength(1);
    const none = await scene.coldScan({ PARAMETER_PREFIX: 'whacamole' });
    expect(none.error?.message).toContain('PARAMETER_PREFIX: found "whacamole"');
  });
});
