import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../lib/heroku/sample.ts';
import { AppMemory, FRESH_MS, Sightings } from '../../lib/sightings.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const SECOND = 1000;

/** A sample of so many milliseconds ago. */
function sample(process: string, agoMs: number, dyno = `uuid-of-${process}`): Sample {
  const [type = ''] = process.split('.');
  return {
    process,
    type,
    dyno,
    at: NOW - agoMs,
    total: 1,
    rss: undefined,
    swap: undefined,
    quota: undefined,
  };
}

/** A scan that hears these samples, on top of what is remembered. */
function hear(
  samples: readonly Sample[],
  options: { memory?: AppMemory; keep?: number; now?: number } = {},
): Sightings {
  const { memory = new AppMemory(), keep = 10, now = NOW } = options;
  const sightings = new Sightings(memory, keep);
  for (const one of samples) sightings.add(one, now);
  return sightings;
}

/** What is fresh: each dyno's process, and how long ago its samples were taken. */
const fresh = (sightings: Sightings, now = NOW) =>
  sightings.fresh(now).map((samples) => [samples[0].process, ...samples.map(({ at }) => NOW - at)]);

const staleProcesses = (sightings: Sightings, now = NOW) =>
  sightings.stale(now).map(([newest]) => `${newest.process} ${newest.dyno}`);

describe('the samples of a dyno', () => {
  it('are kept newest first, whatever the order they come in', () => {
    const ages = [5, 25, 45, 65].map((seconds) => seconds * SECOND);
    fc.assert(
      fc.property(fc.shuffledSubarray(ages, { minLength: ages.length }), (order) => {
        const sightings = hear(order.map((age) => sample('web.1', age)));
        expect(fresh(sightings)).toEqual([['web.1', ...ages]]);
      }),
    );
  });

  it('do not count again when they are heard again', () => {
    const twice = [sample('web.1', 20), sample('web.1', 10), sample('web.1', 20), sample('web.1', 10)];
    expect(fresh(hear(twice))).toEqual([['web.1', 10, 20]]);
  });

  it('are kept to as many as are asked for: the newest', () => {
    const samples = [40, 10, 30, 20].map((age) => sample('web.1', age));
    expect(fresh(hear(samples, { keep: 2 }))).toEqual([['web.1', 10, 20]]);
    expect(fresh(hear(samples, { keep: 1 }))).toEqual([['web.1', 10]]);
  });

  it('are kept to as many as are asked for by now, however many a scan before was asked for', () => {
    const memory = new AppMemory();
    hear(
      [50, 40, 30, 20].map((age) => sample('web.1', age)),
      { memory, keep: 4 },
    );
    expect(fresh(hear([sample('web.1', 10)], { memory, keep: 2 }))).toEqual([['web.1', 10, 20]]);
    expect(fresh(hear([sample('web.1', 20)], { memory, keep: 1 }))).toEqual([['web.1', 10]]);
  });

  it('are of one process each, should a UUID ever be of two', () => {
    const [one, two] = [sample('web.1', 10, 'uuid'), sample('worker.1', 10, 'uuid')];
    const earlier = [sample('web.1', 20, 'uuid'), sample('worker.1', 20, 'uuid')];
    expect(fresh(hear([one, two, ...earlier]))).toEqual([
      ['web.1', 10, 20],
      ['worker.1', 10, 20],
    ]);
  });

  it('are heard anew once they were let go of', () => {
    const memory = new AppMemory();
    const sightings = hear([sample('web.1', 10)], { memory });
    sightings.forget(NOW, new Map());
    expect(fresh(sightings)).toEqual([]);
    sightings.add(sample('web.1', 5), NOW);
    expect(fresh(sightings)).toEqual([['web.1', 5]]);
    expect(memory.dynos.size).toBe(1);
  });

  it('are those of one dyno, not of the one that had the name before', () => {
    const sightings = hear([
      sample('web.1', 30, 'old'),
      sample('web.1', 10, 'new'),
      sample('web.1', 50, 'old'),
    ]);
    expect(sightings.fresh(NOW).map(([newest, ...older]) => [newest.dyno, older.length])).toEqual([
      ['old', 1],
      ['new', 0],
    ]);
  });

  it('from the future are not taken in, for they would be the newest for ever', () => {
    const sightings = hear([sample('web.1', -FRESH_MS - 1), sample('web.2', -FRESH_MS)]);
    expect(fresh(sightings)).toEqual([['web.2', -FRESH_MS]]);
    const next = hear([sample('web.1', -FRESH_MS - 1), sample('web.1', 10)]);
    expect(fresh(next)).toEqual([['web.1', 10]]);
  });
});

describe('a dyno', () => {
  it.each([
    [0, true],
    [FRESH_MS, true],
    [FRESH_MS + 1, false],
    [60 * MINUTE, false],
  ])('is fresh for two minutes after its newest sample: %i ms, %s', (age, isFresh) => {
    const sightings = hear([sample('web.1', age)]);
    expect(fresh(sightings)).toHaveLength(isFresh ? 1 : 0);
    expect(sightings.stale(NOW)).toHaveLength(isFresh ? 0 : 1);
  });

  it('is fresh only where this scan has heard of it', () => {
    const memory = new AppMemory();
    hear([sample('web.1', MINUTE)], { memory });
    const next = hear([], { memory });
    expect(fresh(next)).toEqual([]);
    expect(staleProcesses(next)).toEqual([]);
  });

  it('that this scan has heard of again has the samples of earlier scans too', () => {
    const memory = new AppMemory();
    hear([sample('web.1', 90 * SECOND), sample('web.1', 70 * SECOND)], { memory });
    const next = hear([sample('web.1', 70 * SECOND), sample('web.1', 10 * SECOND)], { memory });
    expect(fresh(next)).toEqual([['web.1', 10 * SECOND, 70 * SECOND, 90 * SECOND]]);
  });

  it('comes in the order of its type and number', () => {
    const processes = ['web.10', 'worker.1', 'web.2', 'web.1', 'clock.1'];
    const sightings = hear(processes.map((process) => sample(process, 1)));
    expect(fresh(sightings).map(([process]) => process)).toEqual([
      'clock.1',
      'web.1',
      'web.2',
      'web.10',
      'worker.1',
    ]);
  });
});

describe('the last word of a process', () => {
  it('is its newest sample, whichever dyno it was', () => {
    const sightings = hear([sample('web.1', 5 * MINUTE, 'old'), sample('web.1', 3 * MINUTE, 'new')]);
    expect(staleProcesses(sightings)).toEqual(['web.1 new']);
    const turned = hear([sample('web.1', 3 * MINUTE, 'new'), sample('web.1', 5 * MINUTE, 'old')]);
    expect(staleProcesses(turned)).toEqual(['web.1 new']);
  });

  it('is not what a dyno said that has been followed by another', () => {
    const sightings = hear([sample('web.1', 5 * MINUTE, 'old'), sample('web.1', MINUTE, 'new')]);
    expect(staleProcesses(sightings)).toEqual([]);
  });
});

describe('a process that was heard of', () => {
  it.each<[string, number, Sample[], boolean]>([
    ['a minute ago, and not now', MINUTE, [], true],
    ['nearly ten minutes ago, and not since', 10 * MINUTE - 1, [], true],
    ['ten minutes ago, and not since', 10 * MINUTE, [], false],
    ['a minute ago, and now', MINUTE, [sample('web.1', 0)], false],
    ['a minute ago, and now as another dyno', MINUTE, [sample('web.1', 0, 'new')], false],
    ['a minute ago, while only another is now', MINUTE, [sample('web.2', 0)], true],
    ['a minute ago, and now from long ago', MINUTE, [sample('web.1', 5 * MINUTE, 'older')], true],
  ])('is missed, or not: %s', (_, agoMs, now, missed) => {
    const memory = new AppMemory();
    hear([sample('web.1', agoMs)], { memory });
    expect(hear(now, { memory }).misses(NOW)).toBe(missed);
  });

  it('never is not missed', () => {
    expect(hear([]).misses(NOW)).toBe(false);
  });
});

describe('memory', () => {
  it('lets go of what is an hour old, and of types that nobody watches', () => {
    const memory = new AppMemory();
    const sightings = hear(
      [
        sample('web.1', 60 * MINUTE),
        sample('web.2', 60 * MINUTE + 1),
        sample('worker.1', 1),
        sample('webby.1', 1),
      ],
      { memory },
    );
    sightings.forget(NOW, new Map([['web', {}]]));
    expect([...memory.dynos.keys()]).toEqual(['web.1 uuid-of-web.1']);
  });

  it('stays small, however long a function is warm and its app restarts', () => {
    const memory = new AppMemory();
    for (let minute = 0; minute < 600; minute++) {
      const now = NOW + minute * MINUTE;
      const dynos = ['web.1', 'web.2'].map((process) => ({
        ...sample(process, 0, `uuid-${minute}`),
        at: now,
      }));
      hear(dynos, { memory, now }).forget(now, new Map([['web', {}]]));
    }
    expect(memory.dynos.size).toBeLessThanOrEqual(2 * 61);
  });
});
