/** Every query of the dashboard and every saved one, over what the handler itself writes in ten minutes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/scan.ts';
import { DASHBOARD_QUERIES, PLACEHOLDER_APP, SAVED_QUERIES } from '../../../infra/aws/queries.ts';
import { type Scene, startScene } from '../../functions/scene.ts';
import { type Row, recordsOf, runQuery } from './logs-insights.ts';

const MINUTES = 10;
/** As Lambda writes it after each run, where the log format is JSON. */
const REPORT = {
  time: '2026-01-05T12:19:00.000Z',
  type: 'platform.report',
  record: { metrics: { durationMs: 350, billedDurationMs: 350, memorySizeMB: 256, maxMemoryUsedMB: 98 } },
};

describe('over the output of ten scans', () => {
  let scene: Scene;
  let records: Row[];

  beforeAll(async () => {
    scene = await startScene(async () => createHandler);
    const { heroku, world } = scene;
    // Two that leak, of which one at a time may be restarted; one without samples; one without a token.
    heroku.addApp('shop').scale('web', 4, (index) => ({ baseMb: index <= 2 ? 600 : 300 }));
    heroku.addApp('deaf', { runtimeMetrics: false }).scale('web', 1, { baseMb: 300 });
    world.configure('shop', { minUptime: 60 });
    world.configure('deaf');
    world.configure('wiki', { token: 'missing' });
    scene.advanceMinutes(10);
    const output = (await scene.scanMinutes(MINUTES)).map((scan) => scan.output).join('');
    records = recordsOf(`${output}${JSON.stringify(REPORT)}\n`);
  });
  afterAll(() => scene.world.close());

  const drawn = (query: keyof typeof DASHBOARD_QUERIES) => runQuery(DASHBOARD_QUERIES[query], records);
  const saved = (id: string, app = 'shop') => {
    const query = SAVED_QUERIES.find((one) => one.id === id)?.query ?? '';
    return runQuery(query.replaceAll(PLACEHOLDER_APP, app), records);
  };

  it('the memory of each dyno is drawn, and its restarts where they fell', () => {
    const series = new Set(drawn('memory').map((row) => row.series));
    expect([...series].sort()).toEqual([
      'shop web.1 DynoRestart',
      'shop web.1 DynoSize',
      'shop web.2 DynoRestart',
      'shop web.2 DynoSize',
      'shop web.3 DynoSize',
      'shop web.4 DynoSize',
    ]);
    expect(drawn('memory').filter(({ series: name }) => name === 'shop web.1 DynoRestart')).toMatchObject([
      { MB: 600 },
    ]);
  });

  it('restarts are counted by app and day', () => {
    expect(drawn('restartsByDay')).toMatchObject([{ app: 'shop', restarts: 2 }]);
  });

  it('the spared are counted by reason', () => {
    const reasons = Object.fromEntries(drawn('sparedByReason').map((row) => [row.reason, row.spared]));
    expect(reasons).toMatchObject({ 'too-many-at-once': 1, 'within-window': expect.any(Number) });
  });

  it('failures are listed, each with what it says last', () => {
    const failures = drawn('failures').sort((a, b) => String(a.app).localeCompare(String(b.app)));
    expect(failures).toMatchObject([
      {
        app: 'deaf',
        event: 'NoSamples',
        times: MINUTES,
        says: expect.stringContaining('log-runtime-metrics'),
      },
      { app: 'wiki', event: 'AppFailed', reason: 'token', times: MINUTES },
    ]);
  });

  it('requests left and requests a scan are drawn', () => {
    for (const row of drawn('herokuRequestsLeft')) {
      expect(row.left).toBeGreaterThan(4400);
      expect(row.aScan).toBeGreaterThan(1);
    }
    expect(drawn('herokuRequestsLeft')).not.toEqual([]);
  });

  it('duration and memory are drawn from Lambda’s own reports', () => {
    expect(drawn('scanDuration')).toMatchObject([{ longestMs: 350, averageMs: 350 }]);
    expect(drawn('scanMemory')).toMatchObject([{ usedMB: 98, sizeMB: 256 }]);
  });

  it('the story of a dyno says why it was restarted, and why it was not', () => {
    const story = saved('WhyQuery');
    expect(story.filter(({ event }) => event === 'DynoRestart')).toMatchObject([
      { process: 'web.1', size: 600, threshold: 500, reason: 'memory' },
    ]);
    const why = story.find(({ reason }) => reason === 'within-window');
    expect(why?.message).toMatch(/web\.1 was restarted \d+ s ago, and restartWindow is 1800 s/);
  });

  it('the story of an app that could not be looked at says so', () => {
    expect(saved('WhyQuery', 'wiki')).toHaveLength(MINUTES);
    expect(saved('WhyQuery', 'wiki')[0]).toMatchObject({ event: 'AppFailed', reason: 'token' });
  });

  it('one app’s memory, a week’s restarts and apps without samples have their rows', () => {
    expect(new Set(saved('MemoryQuery').map(({ series }) => series))).toContain('web.3 DynoSize');
    expect(saved('RestartsQuery')).toMatchObject([
      { app: 'shop', process: 'web.1', restarts: 1, largestMB: 600 },
      { app: 'shop', process: 'web.2', restarts: 1, largestMB: 600 },
    ]);
    expect(saved('NoSamplesQuery')).toMatchObject([{ app: 'deaf', scans: MINUTES }]);
  });
});
