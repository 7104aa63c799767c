import { describe, expect, test } from 'vitest';
import {
  DASHBOARD_QUERIES,
  PLACEHOLDER_APP,
  PLACEHOLDER_PROCESS,
  SAVED_QUERIES,
} from '../../../infra/aws/queries.ts';
import { EventLog } from '../../../lib/events.ts';
import { recordsOf, runQuery } from './logs-insights.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;

const WEB_1 = '11111111-1111-4111-8111-111111111111';
const WORKER_1 = '22222222-2222-4222-8222-222222222222';

/**
 * What two scans write, by the very code that writes it: at 12:00 the shop's web dyno grows and its worker is
 * spared, at 12:01 the web dyno is restarted; the blog shows no samples and the wiki has a bad token throughout.
 * Behind each scan stands Lambda's own report, as the log format JSON has it.
 */
const log = (): string => {
  let now = NOON;
  let lines = '';
  const events = new EventLog({
    now: () => now,
    write: (line) => {
      lines += line;
    },
  });
  const size = (process: string, dyno: string, megabytes: number) =>
    events.emit({
      event: 'DynoSize',
      app: 'shop',
      process,
      dyno,
      size: megabytes,
      units: 'MB',
      swap: 0,
      quota: 1024,
    });
  const trouble = () => {
    events.emit({
      event: 'NoSamples',
      app: 'blog',
      processes: ['web.1'],
      message: 'Is log-runtime-metrics on?',
    });
    events.emit({ event: 'AppFailed', app: 'wiki', reason: 'unauthorized', message: 'Invalid credentials' });
  };
  const end = (durationMs: number, maxMemoryUsedMB: number, counts: { restarts: number; spared: number }) => {
    events.emit({
      event: 'ScanDone',
      apps: 3,
      dynos: 2,
      failures: 1,
      durationMs,
      herokuRequests: 7,
      herokuRequestsLeft: 4400 - durationMs / 100,
      batches: undefined,
      ...counts,
    });
    const time = new Date(now + durationMs).toISOString();
    const metrics = { durationMs, billedDurationMs: durationMs, memorySizeMB: 256, maxMemoryUsedMB };
    lines += `${JSON.stringify({ time, type: 'platform.report', record: { requestId: 'r', metrics, status: 'success' } })}\n`;
  };

  size('web.1', WEB_1, 980);
  size('worker.1', WORKER_1, 1100);
  events.emit({
    event: 'DynoSpared',
    app: 'shop',
    process: 'worker.1',
    dyno: WORKER_1,
    size: 1100,
    units: 'MB',
    threshold: 1000,
    reason: 'too-young',
    measure: 'memory_total',
    message: 'It is 60 s old, and minUptime is 180 s',
  });
  trouble();
  end(900, 104, { restarts: 0, spared: 1 });

  now += MINUTE;
  size('web.1', WEB_1, 1010);
  events.emit({
    event: 'DynoRestart',
    app: 'shop',
    process: 'web.1',
    dyno: WEB_1,
    size: 1010,
    units: 'MB',
    threshold: 1000,
    reason: 'memory',
    measure: 'memory_total',
  });
  trouble();
  end(1500, 110, { restarts: 1, spared: 0 });
  return lines;
};

const RECORDS = recordsOf(log());
const drawn = (query: keyof typeof DASHBOARD_QUERIES) => runQuery(DASHBOARD_QUERIES[query], RECORDS);

const saved = (id: string, app = 'shop', process = 'web.1') => {
  const query = SAVED_QUERIES.find((candidate) => candidate.id === id)?.query;
  if (query === undefined) throw new Error(`No saved query ${id}`);
  const typed = query
    .replaceAll(`"${PLACEHOLDER_APP}"`, `"${app}"`)
    .replaceAll(`"${PLACEHOLDER_PROCESS}"`, `"${process}"`);
  return runQuery(typed, RECORDS);
};

const AT_NOON = '2026-11-23T12:00:00.000Z';
const AT_12_01 = '2026-11-23T12:01:00.000Z';

describe('the dashboard', () => {
  test('draws a line for each dyno, and a point where it was restarted', () => {
    expect(drawn('memory')).toEqual([
      { 'bin(5m)': AT_NOON, series: 'shop web.1 DynoSize', MB: 1010 },
      { 'bin(5m)': AT_NOON, series: 'shop worker.1 DynoSize', MB: 1100 },
      { 'bin(5m)': AT_NOON, series: 'shop web.1 DynoRestart', MB: 1010 },
    ]);
  });

  test('counts restarts by app and day', () => {
    expect(drawn('restartsByDay')).toEqual([
      { 'bin(1d)': '2026-11-23T00:00:00.000Z', app: 'shop', restarts: 1 },
    ]);
  });

  test('counts spared dynos by reason', () => {
    expect(drawn('sparedByReason')).toEqual([{ reason: 'too-young', spared: 1 }]);
  });

  test('lists what fails, how often, and what was last said of it', () => {
    const common = { times: 2, last: AT_12_01 };
    expect(drawn('failures')).toEqual([
      { ...common, app: 'blog', event: 'NoSamples', says: 'Is log-runtime-metrics on?' },
      { ...common, app: 'wiki', event: 'AppFailed', reason: 'unauthorized', says: 'Invalid credentials' },
    ]);
  });

  test("shows the scan's own duration, memory and requests", () => {
    expect(drawn('scanDuration')).toEqual([{ 'bin(5m)': AT_NOON, longestMs: 1500, averageMs: 1200 }]);
    expect(drawn('scanMemory')).toEqual([{ 'bin(5m)': AT_NOON, usedMB: 110, sizeMB: 256 }]);
    expect(drawn('herokuRequestsLeft')).toEqual([{ 'bin(5m)': AT_NOON, left: 4385, aScan: 7 }]);
  });
});

describe('the saved queries', () => {
  test('tell why a dyno was restarted, the newest first', () => {
    expect(
      saved('WhyQuery').map(({ event, size, threshold, reason }) => [event, size, threshold, reason]),
    ).toEqual([
      ['DynoSize', 1010, undefined, undefined],
      ['DynoRestart', 1010, 1000, 'memory'],
      ['DynoSize', 980, undefined, undefined],
    ]);
  });

  test('tell why a dyno was not restarted', () => {
    const [spared] = saved('WhyQuery', 'shop', 'worker.1').filter((row) => row.event === 'DynoSpared');
    expect(spared).toMatchObject({ reason: 'too-young', message: 'It is 60 s old, and minUptime is 180 s' });
  });

  test('tell that a dyno was not restarted because its app could not be watched', () => {
    expect(saved('WhyQuery', 'wiki').map(({ event, reason }) => [event, reason])).toEqual([
      ['AppFailed', 'unauthorized'],
      ['AppFailed', 'unauthorized'],
    ]);
  });

  test('give the memory of one app alone', () => {
    expect(saved('MemoryQuery').map(({ series, MB }) => [series, MB])).toEqual([
      ['web.1 DynoSize', 1010],
      ['worker.1 DynoSize', 1100],
      ['web.1 DynoRestart', 1010],
    ]);
    expect(saved('MemoryQuery', 'blog')).toEqual([]);
  });

  test('count the restarts of each process', () => {
    expect(saved('RestartsQuery')).toEqual([
      { app: 'shop', process: 'web.1', restarts: 1, largestMB: 1010, last: AT_12_01 },
    ]);
  });

  test('name the apps without samples, and what to check', () => {
    expect(saved('NoSamplesQuery')).toEqual([
      { app: 'blog', scans: 2, last: AT_12_01, whatToCheck: 'Is log-runtime-metrics on?' },
    ]);
  });

  test.each(SAVED_QUERIES)(
    '$title: a query that CloudWatch takes, and the evaluator too',
    ({ query, title }) => {
      expect(query.length).toBeLessThan(10_000);
      expect(title.length).toBeLessThan(200);
      expect(() => runQuery(query, RECORDS)).not.toThrow();
    },
  );
});
