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
  function addApp(name: string, dynos: number, over: readonly number[]): void {
    scene.heroku.addApp(name).scale('web', dynos, (index) => ({ baseMb: over.includes(index) ? 600 : 300 }));
    scene.world.configure(name);
    scene.advanceMinutes(10);
  }

  it.each<[string, string, () => void]>([
    ['config', 'a config with mistakes', () => scene.world.configure('sick', { restartWindow: 'soon' })],
    ['config', 'a config that is no JSON', () => scene.world.configure('sick', '{')],
    ['token', 'a token that is not there', () => scene.world.configure('sick', { token: 'missing' })],
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
