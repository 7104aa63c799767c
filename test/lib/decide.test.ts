import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Amount, Measure, Rules } from '../../lib/config/app-config.ts';
import {
  assess,
  type Candidate,
  decide,
  type Situation,
  unmeasurable,
  type Verdict,
} from '../../lib/decide.ts';
import type { SpareReason } from '../../lib/events.ts';
import type { Dyno } from '../../lib/heroku/answers.ts';
import type { Sample } from '../../lib/heroku/sample.ts';
import type { Claim } from '../../lib/restart-items.ts';
import type { DynoSamples } from '../../lib/sightings.ts';
import { sizeOf, thresholdsOf } from '../../lib/thresholds.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const absolute = (value: number): Amount => ({ unit: 'absolute', value });
const percent = (value: number): Amount => ({ unit: 'percent', value });

const RULES: Rules = {
  restartThreshold: undefined,
  restartWindowSeconds: 1800,
  measure: 'memory_total',
  swapThreshold: undefined,
  sustainedSamples: 1,
  minUptimeSeconds: 180,
  restartsAtOnce: percent(10),
  dryRun: false,
  pausedUntil: Number.NEGATIVE_INFINITY,
};
const rulesWith = (more: Partial<Rules>): Rules => ({ ...RULES, ...more });

const sample = (more: Partial<Sample> = {}): Sample => ({
  process: 'web.1',
  type: 'web',
  dyno: 'uuid-1',
  at: NOW - 5 * SECOND,
  total: 400,
  rss: 300,
  swap: 0,
  quota: 512,
  ...more,
});

describe('the size of a dyno', () => {
  it.each<[Measure, Partial<Sample>, number | null]>([
    ['memory_total', { total: 512.5 }, 512.5],
    ['memory_rss', { rss: 0 }, 0],
    ['memory_rss', { rss: 300.1, swap: 0.2 }, 300.1],
    ['memory_rss', { rss: undefined }, null],
    ['memory_rss+memory_swap', { rss: 300.1, swap: 0.2 }, 300.3],
    ['memory_rss+memory_swap', { rss: undefined }, null],
    ['memory_rss+memory_swap', { swap: undefined }, null],
  ])('is its %s: of %j, %j', (measure, parts, size) => {
    expect(sizeOf(sample(parts), measure)).toBe(size);
  });
});

describe('a threshold', () => {
  it.each<[string, Partial<Rules>, Partial<Sample>, number]>([
    ['by default, on 512 MB', {}, { quota: 512 }, 500],
    ['by default, on 1024 MB', {}, { quota: 1024 }, 1000],
    ['by default, on 2560 MB', {}, { quota: 2560 }, 2500],
    ['by default, on 14336 MB', {}, { quota: 14_336 }, 14_000],
    ['by default, where the quota is not named', {}, { quota: undefined }, 1000],
    ['in MB', { restartThreshold: absolute(800.5) }, { quota: 512 }, 800.5],
    ['in MB, where the quota is not named', { restartThreshold: absolute(80) }, { quota: undefined }, 80],
    ['in percent', { restartThreshold: percent(90) }, { quota: 512 }, 460.8],
    ['in percent, above 100', { restartThreshold: percent(150) }, { quota: 512 }, 768],
    ['in percent, to the hundredth of a MB', { restartThreshold: percent(33.333) }, { quota: 512 }, 170.66],
  ])('is crossed above it, not at it: %s', (_, rules, parts, threshold) => {
    const at = (total: number) => assess([sample({ ...parts, total })], rulesWith(rules), NOW);
    expect(at(threshold)).toEqual({ kind: 'fine' });
    const above = Math.round((threshold + 0.01) * 100) / 100;
    expect(at(above)).toMatchObject({
      kind: 'over',
      candidate: { size: above, threshold, reason: 'memory', measure: 'memory_total' },
    });
  });

  it.each<[string, Partial<Rules>, Partial<Sample>, number]>([
    ['in MB', { swapThreshold: absolute(50) }, { swap: 50.01 }, 50],
    ['in percent', { swapThreshold: percent(10) }, { swap: 51.21 }, 51.2],
  ])('of swap restarts too, by that reason: %s', (_, rules, parts, threshold) => {
    expect(assess([sample({ ...parts, swap: threshold })], rulesWith(rules), NOW)).toEqual({ kind: 'fine' });
    expect(assess([sample(parts)], rulesWith(rules), NOW)).toMatchObject({
      kind: 'over',
      candidate: { size: parts.swap, threshold, reason: 'swap', measure: 'memory_swap' },
    });
  });

  it('of memory is named where both are crossed', () => {
    const rules = rulesWith({ swapThreshold: absolute(50) });
    expect(assess([sample({ total: 900, swap: 60 })], rules, NOW)).toMatchObject({
      candidate: { reason: 'memory', size: 900 },
    });
  });

  it('of swap is not crossed by a dyno that does not say its swap', () => {
    const rules = rulesWith({ swapThreshold: absolute(50) });
    expect(assess([sample({ swap: undefined })], rules, NOW)).toEqual({ kind: 'fine' });
  });

  it.each<[Measure, Partial<Sample>, boolean]>([
    ['memory_total', { total: 600, rss: 100, swap: 0 }, true],
    ['memory_rss', { total: 600, rss: 100, swap: 0 }, false],
    ['memory_rss', { total: 600, rss: 501, swap: 0 }, true],
    ['memory_rss+memory_swap', { total: 600, rss: 400, swap: 100 }, false],
    ['memory_rss+memory_swap', { total: 600, rss: 400, swap: 101 }, true],
  ])('is compared with the configured measure: %s of %j', (measure, parts, over) => {
    expect(assess([sample(parts)], rulesWith({ measure }), NOW).kind).toBe(over ? 'over' : 'fine');
  });

  it('is not known where it is a share of a quota that no sample names', () => {
    const rules = rulesWith({ restartThreshold: percent(90), swapThreshold: percent(10) });
    expect(thresholdsOf(rules, undefined)).toEqual({ memory: undefined, swap: undefined });
  });

  it('is that of the quota that an older sample of the dyno named', () => {
    const samples: DynoSamples = [sample({ total: 501, quota: undefined }), sample({ quota: 512 })];
    expect(assess(samples, RULES, NOW)).toMatchObject({ kind: 'over', candidate: { threshold: 500 } });
  });
});

describe('a config that asks for what the samples do not say', () => {
  const share: Partial<Rules> = { restartThreshold: percent(90) };
  const swapShare: Partial<Rules> = { swapThreshold: percent(10) };

  it.each<[string, Partial<Rules>, Partial<Sample>, string[]]>([
    ['a share of no quota', share, { quota: undefined }, ['quota', 'restartThreshold "90%"']],
    ['a share of no quota, for swap', swapShare, { quota: undefined }, ['quota', 'swapThreshold "10%"']],
    ['no rss', { measure: 'memory_rss' }, { rss: undefined }, ['memory_rss']],
    ['no swap', { measure: 'memory_rss+memory_swap' }, { swap: undefined }, ['memory_rss+memory_swap']],
    [
      'nothing at all',
      { ...share, ...swapShare, measure: 'memory_rss' },
      { quota: undefined, rss: undefined },
      ['memory_rss', 'restartThreshold', 'swapThreshold'],
    ],
  ])('cannot be followed, and all of that is said: %s', (_, rules, parts, words) => {
    const message = unmeasurable([sample({ total: 9999, ...parts })], rulesWith(rules));
    expect(message).toMatch(/^web\.1: /);
    for (const word of words) expect(message).toContain(word);
  });

  it('is said in one sentence', () => {
    const rules = rulesWith({ ...share, measure: 'memory_rss' });
    expect(unmeasurable([sample({ rss: undefined, quota: undefined })], rules)).toBe(
      'web.1: its samples do not say its memory_rss, its samples do not say its quota, which ' +
        'restartThreshold "90%" is a share of: give MB',
    );
  });

  it.each<[string, Partial<Rules>, Partial<Sample>]>([
    [
      'MB, without a quota',
      { restartThreshold: absolute(900), swapThreshold: absolute(9) },
      { quota: undefined },
    ],
    ['the default, without a quota', {}, { quota: undefined, rss: undefined, swap: undefined }],
    ['a share of the quota', share, {}],
  ])('is no other config: %s', (_, rules, parts) => {
    expect(unmeasurable([sample(parts)], rulesWith(rules))).toBeNull();
  });

  it('is none where an older sample says the quota', () => {
    expect(unmeasurable([sample({ quota: undefined }), sample()], rulesWith(share))).toBeNull();
  });

  it.each<[string, Partial<Rules>, Partial<Sample>, string]>([
    ['no share of no quota', share, { total: 9999, quota: undefined }, 'fine'],
    ['no rss', { measure: 'memory_rss' }, { total: 9999, rss: undefined }, 'fine'],
    [
      'swap, where memory cannot be',
      { ...share, swapThreshold: absolute(5) },
      { quota: undefined, swap: 6 },
      'over',
    ],
    [
      'memory, where swap cannot be',
      { ...swapShare, restartThreshold: absolute(5) },
      { quota: undefined },
      'over',
    ],
  ])('is followed as far as it can be: %s', (_, rules, parts, kind) => {
    expect(assess([sample(parts)], rulesWith(rules), NOW).kind).toBe(kind);
  });
});

describe('a dyno over its threshold', () => {
  const over = (more: Partial<Sample> = {}) => sample({ total: 600, ...more });
  const reasonOf = (samples: DynoSamples, rules: Partial<Rules> = {}): SpareReason | string => {
    const assessment = assess(samples, rulesWith(rules), NOW);
    return assessment.kind === 'spared' ? assessment.reason : assessment.kind;
  };

  it('is a candidate, with all that is to be said of it', () => {
    expect(assess([over()], RULES, NOW)).toEqual({
      kind: 'over',
      candidate: {
        process: 'web.1',
        type: 'web',
        dyno: 'uuid-1',
        at: NOW - 5 * SECOND,
        size: 600,
        threshold: 500,
        reason: 'memory',
        measure: 'memory_total',
      },
    });
  });

  it.each([
    [0, 'over'],
    [2 * MINUTE, 'over'],
    [2 * MINUTE + 1, 'stale'],
    [60 * MINUTE, 'stale'],
    [-2 * MINUTE, 'over'],
    [-2 * MINUTE - 1, 'stale'],
  ])('is stale when its newest sample is more than two minutes old: %i ms, %s', (age, reason) => {
    expect(reasonOf([over({ at: NOW - age })])).toBe(reason);
  });

  it.each<[number, number[], string]>([
    [1, [600, 400, 400], 'over'],
    [2, [600, 600, 400], 'over'],
    [2, [600, 400, 600], 'not-sustained'],
    [2, [600], 'not-sustained'],
    [3, [600, 600, 500.01], 'over'],
    [3, [600, 600, 500], 'not-sustained'],
    [3, [400, 600, 600], 'fine'],
  ])('must be over in its newest %i samples: of %j, %s', (sustainedSamples, totals, reason) => {
    const [newest = 0, ...older] = totals;
    const samples: DynoSamples = [over({ total: newest }), ...older.map((total) => over({ total }))];
    expect(reasonOf(samples, { sustainedSamples })).toBe(reason);
  });

  it('says how many of its samples were over', () => {
    const assessment = assess([over(), over(), over({ total: 1 })], rulesWith({ sustainedSamples: 4 }), NOW);
    expect(assessment).toMatchObject({
      message: '2 sample(s) in a row are over, and 4 are asked for.',
    });
  });

  it.each([
    ['for good', Number.POSITIVE_INFINITY, 'paused'],
    ['for another millisecond', NOW + 1, 'paused'],
    ['until now', NOW, 'over'],
    ['until once', NOW - 1, 'over'],
    ['never', Number.NEGATIVE_INFINITY, 'over'],
  ])('is left alone while the app is paused: %s', (_, pausedUntil, reason) => {
    expect(reasonOf([over()], { pausedUntil })).toBe(reason);
  });

  it('says until when it is paused, where that is known', () => {
    const messageAt = (pausedUntil: number) => assess([over()], rulesWith({ pausedUntil }), NOW);
    expect(messageAt(NOW + MINUTE)).toMatchObject({
      message: expect.stringContaining('2026-01-05T12:01:00.000Z'),
    });
    expect(messageAt(Number.POSITIVE_INFINITY)).toMatchObject({
      message: 'Restarts are paused by the config.',
    });
  });
});

describe('a dyno under its threshold', () => {
  it.each<[string, Partial<Rules>, Partial<Sample>]>([
    ['stale', {}, { at: 0 }],
    ['paused', { pausedUntil: Number.POSITIVE_INFINITY }, {}],
    ['not sustained', { sustainedSamples: 9 }, {}],
  ])('is fine, whatever else might be said of it: %s', (_, rules, parts) => {
    expect(assess([sample(parts)], rulesWith(rules), NOW)).toEqual({ kind: 'fine' });
  });
});

const uuidOf = (process: string) => `uuid-of-${process}`;
const typeOf = (process: string) => process.split('.')[0] ?? '';

const candidate = (process: string, more: Partial<Candidate> = {}): Candidate => ({
  process,
  type: typeOf(process),
  dyno: uuidOf(process),
  at: NOW - 5 * SECOND,
  size: 600,
  threshold: 500,
  reason: 'memory',
  measure: 'memory_total',
  ...more,
});

const dyno = (name: string, more: Partial<Dyno> = {}): Dyno => ({
  id: uuidOf(name),
  name,
  type: typeOf(name),
  state: 'up',
  createdAt: NOW - 60 * MINUTE,
  changedAt: NOW - 59 * MINUTE,
  ...more,
});

const claim = (process: string, more: Partial<Claim> = {}): Claim => ({
  app: 'shop',
  process,
  dyno: 'uuid-of-before',
  restartedAt: NOW - 10 * MINUTE,
  state: 'done',
  claimId: 'claim-1',
  leaseUntil: NOW - 9 * MINUTE,
  restarts: 1,
  expiresAt: NOW + 24 * 60 * MINUTE,
  ...more,
});

const names = (count: number, type = 'web') =>
  Array.from({ length: count }, (_, index) => `${type}.${index + 1}`);

function situation(more: Partial<Omit<Situation, 'claims'>> & { claims?: readonly Claim[] } = {}): Situation {
  const { claims = [], ...others } = more;
  return {
    dynos: [dyno('web.1')],
    attempted: new Set(),
    now: NOW,
    ...others,
    claims: new Map(claims.map((one) => [one.process, one])),
  };
}

const byType = (rules: Partial<Rules> = {}, ...types: string[]) =>
  new Map((types.length === 0 ? ['web', 'worker'] : types).map((type) => [type, rulesWith(rules)]));

const outcomes = (verdicts: readonly Verdict[]) =>
  Object.fromEntries(
    verdicts.map((verdict) => [
      verdict.candidate.process,
      verdict.kind === 'restart' ? 'restart' : verdict.reason,
    ]),
  );

describe('a candidate', () => {
  const outcomeIn = (in_: Situation, rules: Partial<Rules> = {}) =>
    outcomes(decide([candidate('web.1')], byType(rules), in_))['web.1'];

  it('that nothing stands against is restarted', () => {
    expect(decide([candidate('web.1')], byType(), situation())).toEqual([
      { kind: 'restart', candidate: candidate('web.1') },
    ]);
  });

  it.each<[string, Dyno[], SpareReason]>([
    ['no dyno is listed', [], 'not-current'],
    ['its name is not listed', [dyno('web.2'), dyno('web.11')], 'not-current'],
    ['its name is another dyno’s by now', [dyno('web.1', { id: 'uuid-new' })], 'not-current'],
    ['its dyno has another name', [dyno('web.2', { id: uuidOf('web.1') })], 'not-current'],
    ['two dynos bear its name', [dyno('web.1'), dyno('web.1', { id: 'uuid-new' })], 'not-current'],
    ['it is listed twice', [dyno('web.1'), dyno('web.1')], 'not-current'],
    ['it is listed as of another type', [dyno('web.1', { type: 'worker' })], 'not-current'],
    ['it is starting', [dyno('web.1', { state: 'starting' })], 'not-up'],
    ['it has crashed', [dyno('web.1', { state: 'crashed' })], 'not-up'],
    ['it is idle', [dyno('web.1', { state: 'idle' })], 'not-up'],
    ['it is in a state that nobody has heard of', [dyno('web.1', { state: 'Up' })], 'not-up'],
  ])('is spared where %s', (_, dynos, reason) => {
    expect(outcomeIn(situation({ dynos }))).toBe(reason);
  });

  it.each([
    [180, 180 * SECOND, 'restart'],
    [180, 180 * SECOND - 1, 'too-young'],
    [180, 0, 'too-young'],
    [180, -MINUTE, 'too-young'],
    [0, 0, 'restart'],
    [0, -1, 'too-young'],
  ])('with a minUptime of %i s that has been alive for %i ms: %s', (minUptimeSeconds, age, outcome) => {
    const dynos = [dyno('web.1', { createdAt: NOW - age })];
    expect(outcomeIn(situation({ dynos }), { minUptimeSeconds })).toBe(outcome);
  });

  it.each<[string, Partial<Claim>, string]>([
    ['restarted within the window', { restartedAt: NOW - 1800 * SECOND + 1 }, 'within-window'],
    ['restarted a window ago', { restartedAt: NOW - 1800 * SECOND }, 'restart'],
    ['restarted just now', { restartedAt: NOW }, 'within-window'],
    ['restarted in the future, by another clock', { restartedAt: NOW + MINUTE }, 'within-window'],
    [
      'restarted within the window, though the same dyno is still there',
      { dyno: uuidOf('web.1') },
      'within-window',
    ],
    [
      'being restarted by another run',
      { state: 'claimed', leaseUntil: NOW + 1, restartedAt: NOW - 49 * SECOND },
      'claimed-elsewhere',
    ],
    [
      'being restarted by another run, that very dyno',
      { state: 'claimed', leaseUntil: NOW + 1, dyno: uuidOf('web.1') },
      'claimed-elsewhere',
    ],
    [
      'being restarted by another run, though a window has passed',
      { state: 'claimed', leaseUntil: NOW + 1, restartedAt: 0 },
      'claimed-elsewhere',
    ],
    [
      'perhaps restarted, and the dyno is another now',
      { state: 'claimed', leaseUntil: NOW, restartedAt: NOW - MINUTE },
      'within-window',
    ],
    [
      'perhaps restarted, and the dyno is still the same',
      { state: 'claimed', leaseUntil: NOW, restartedAt: NOW - MINUTE, dyno: uuidOf('web.1') },
      'restart',
    ],
    [
      'perhaps restarted, a window ago',
      { state: 'claimed', leaseUntil: NOW, restartedAt: NOW - 1800 * SECOND },
      'restart',
    ],
    ['restarted, with a lease that nobody ended', { leaseUntil: NOW + MINUTE }, 'within-window'],
  ])('whose process was %s: %s', (_, more, outcome) => {
    expect(outcomeIn(situation({ claims: [claim('web.1', more)] }))).toBe(outcome);
  });

  it('that has become stale while others were restarted is spared', () => {
    const stale = candidate('web.1', { at: NOW - 2 * MINUTE - 1 });
    expect(decide([stale], byType(), situation({ dynos: [dyno('web.1'), dyno('web.2')] }))).toMatchObject([
      { kind: 'spared', reason: 'stale' },
    ]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])('counts a name as down where one of its dynos is, in any order', (first, second) => {
    const twins = [dyno('web.2', { state: 'starting' }), dyno('web.2', { id: 'uuid-new' })];
    const listed = [dyno('web.1'), dyno('web.3'), ...[first, second].flatMap((index) => twins[index] ?? [])];
    expect(decide([candidate('web.1')], byType(), situation({ dynos: listed }))).toMatchObject([
      { kind: 'spared', reason: 'too-many-at-once' },
    ]);
  });

  it('does not care for the restart of another process', () => {
    const claims = ['web.10', 'worker.1'].map((process) => claim(process, { restartedAt: NOW - MINUTE }));
    expect(outcomeIn(situation({ claims }))).toBe('restart');
  });

  it('is only said to be restarted where the run is dry', () => {
    expect(outcomeIn(situation(), { dryRun: true })).toBe('dry-run');
    expect(outcomeIn(situation({ dynos: [] }), { dryRun: true })).toBe('not-current');
  });

  it('of a type that is not watched has no verdict', () => {
    expect(decide([candidate('run.1')], byType(), situation({ dynos: [dyno('run.1')] }))).toEqual([]);
  });
});

describe('how many of a type may be down at once', () => {
  const restartsOf = (dynos: number, restartsAtOnce: Amount, more: Partial<Situation> = {}) => {
    const processes = names(dynos);
    const verdicts = decide(
      processes.map((name, index) => candidate(name, { size: 600 + index })),
      byType({ restartsAtOnce }),
      { ...situation({ dynos: processes.map((name) => dyno(name)) }), ...more },
    );
    const spared = Object.values(outcomes(verdicts)).filter((outcome) => outcome !== 'restart');
    expect(spared.every((reason) => reason === 'too-many-at-once')).toBe(true);
    return verdicts.length - spared.length;
  };

  it.each<[Amount, number, number]>([
    [percent(10), 1, 1],
    [percent(10), 2, 1],
    [percent(10), 10, 1],
    [percent(10), 11, 2],
    [percent(10), 20, 2],
    [percent(10), 21, 3],
    [percent(30), 10, 3],
    [percent(0.001), 100, 1],
    [percent(50), 3, 2],
    [percent(50), 2, 1],
    [percent(51), 2, 1],
    [percent(100), 1, 1],
    [percent(100), 2, 1],
    [percent(100), 10, 9],
    [absolute(1), 1, 1],
    [absolute(1), 10, 1],
    [absolute(3), 10, 3],
    [absolute(10), 10, 9],
    [absolute(100), 10, 9],
    [absolute(2), 2, 1],
    [absolute(5), 1, 1],
    // Whole shares, which stay whole: 0.07 × 100 is 7.000000000000001 to a computer.
    [percent(7), 100, 7],
    [percent(14), 50, 7],
    [percent(55), 20, 11],
  ])('%j of %i dynos are %i', (restartsAtOnce, dynos, restarts) => {
    expect(restartsOf(dynos, restartsAtOnce)).toBe(restarts);
  });

  it('takes the dynos that are furthest over, in proportion', () => {
    const verdicts = decide(
      [
        candidate('web.1', { size: 900, threshold: 800 }),
        candidate('web.2', { size: 90, threshold: 50 }),
        candidate('web.3', { size: 1000, threshold: 700 }),
      ],
      byType({ restartsAtOnce: absolute(2) }),
      situation({ dynos: names(3).map((name) => dyno(name)) }),
    );
    expect(outcomes(verdicts)).toEqual({
      'web.1': 'too-many-at-once',
      'web.2': 'restart',
      'web.3': 'restart',
    });
    expect(verdicts.map((verdict) => verdict.candidate.process)).toEqual(['web.2', 'web.3', 'web.1']);
  });

  it.each<[string, Dyno, Claim[], string[]]>([
    ['is starting', dyno('web.2', { state: 'starting' }), [], []],
    ['has crashed', dyno('web.2', { state: 'crashed' }), [], []],
    [
      'is being restarted by another run',
      dyno('web.2'),
      [claim('web.2', { state: 'claimed', leaseUntil: NOW + 1 })],
      [],
    ],
    [
      'was restarted and is still listed as it was',
      dyno('web.2'),
      [claim('web.2', { dyno: uuidOf('web.2'), restartedAt: NOW - 40 * SECOND })],
      [],
    ],
    ['was tried by this scan', dyno('web.2'), [], ['web.2']],
    ['was tried by this scan, and is another by now', dyno('web.2', { id: 'uuid-new' }), [], ['web.2']],
    // Between the old dyno and the new one, the list may show none.
    [
      'was restarted and is not listed',
      dyno('web.5'),
      [claim('web.2', { restartedAt: NOW - 40 * SECOND })],
      [],
    ],
    ['was tried by this scan and is not listed', dyno('web.5'), [], ['web.2']],
    [
      'was restarted less than 50 s ago and is still listed as it was',
      dyno('web.2'),
      [claim('web.2', { dyno: uuidOf('web.2'), restartedAt: NOW - 50 * SECOND + 1 })],
      [],
    ],
  ])('counts as down a dyno that %s', (_, other, claims, attempted) => {
    const dynos = [dyno('web.1'), other, ...['web.3', 'web.4'].map((name) => dyno(name))];
    const verdictWith = (restartsAtOnce: Amount) =>
      outcomes(
        decide(
          [candidate('web.1')],
          byType({ restartsAtOnce }),
          situation({ dynos, claims, attempted: new Set(attempted) }),
        ),
      );
    expect(verdictWith(absolute(1))).toEqual({ 'web.1': 'too-many-at-once' });
    expect(verdictWith(absolute(2))).toEqual({ 'web.1': 'restart' });
  });

  it.each<[string, Dyno[], Claim[]]>([
    ['is up', [dyno('web.2')], []],
    ['is up again, another dyno by now', [dyno('web.2')], [claim('web.2', { restartedAt: NOW - 1 })]],
    [
      'was to be restarted, and never was',
      [dyno('web.2')],
      [claim('web.2', { state: 'claimed', dyno: uuidOf('web.2'), leaseUntil: NOW })],
    ],
    [
      'was restarted two minutes ago, and is still listed: it came to nothing',
      [dyno('web.2')],
      [claim('web.2', { dyno: uuidOf('web.2'), restartedAt: NOW - 2 * MINUTE })],
    ],
    [
      'was restarted 50 s ago, and is still listed as it was',
      [dyno('web.2')],
      [claim('web.2', { dyno: uuidOf('web.2'), restartedAt: NOW - 50 * SECOND })],
    ],
    ['is of another type', [dyno('web.2'), dyno('worker.2', { state: 'starting' })], []],
    [
      'is of another type, and is being restarted',
      [dyno('web.2'), dyno('worker.2')],
      [claim('worker.2', { state: 'claimed', leaseUntil: NOW + 1 })],
    ],
    [
      'is itself: restarted in an earlier window, and still listed as it was',
      [dyno('web.2')],
      [claim('web.1', { dyno: uuidOf('web.1'), restartedAt: NOW - 40 * SECOND })],
    ],
    ['was restarted long ago, and is not listed any more', [dyno('web.2')], [claim('web.9')]],
  ])('does not count as down a dyno that %s', (_, others, claims) => {
    const verdicts = decide(
      [candidate('web.1')],
      byType({ restartsAtOnce: absolute(1), restartWindowSeconds: 30 }),
      situation({ dynos: [dyno('web.1'), ...others], claims }),
    );
    expect(outcomes(verdicts)).toEqual({ 'web.1': 'restart' });
  });

  it('does not count what this scan has tried of another type', () => {
    const verdicts = decide(
      [candidate('web.1')],
      byType({ restartsAtOnce: absolute(1) }),
      situation({ dynos: names(3).map((name) => dyno(name)), attempted: new Set(['worker.1']) }),
    );
    expect(outcomes(verdicts)).toEqual({ 'web.1': 'restart' });
  });

  it('counts as down a dyno that was restarted, and is listed beside the one that follows it', () => {
    const verdicts = decide(
      [candidate('web.1')],
      byType({ restartsAtOnce: absolute(1) }),
      situation({
        dynos: [dyno('web.1'), dyno('web.2'), dyno('web.2', { id: 'uuid-new' }), dyno('web.3')],
        claims: [claim('web.2', { dyno: uuidOf('web.2'), restartedAt: NOW - 40 * SECOND })],
      }),
    );
    expect(outcomes(verdicts)).toEqual({ 'web.1': 'too-many-at-once' });
  });

  it('is counted for each type alone', () => {
    const processes = [...names(5), ...names(5, 'worker')];
    const rules = new Map([
      ['web', rulesWith({ restartsAtOnce: absolute(1) })],
      ['worker', rulesWith({ restartsAtOnce: absolute(3) })],
    ]);
    const verdicts = decide(
      processes.map((name) => candidate(name)),
      rules,
      situation({ dynos: processes.map((name) => dyno(name)) }),
    );
    const restarted = verdicts
      .filter(({ kind }) => kind === 'restart')
      .map((verdict) => verdict.candidate.type);
    expect(restarted.sort()).toEqual(['web', 'worker', 'worker', 'worker']);
  });

  it('is not used up by dynos that are spared for a reason of their own', () => {
    const dynos = [
      dyno('web.1', { createdAt: NOW }),
      ...names(9)
        .slice(1)
        .map((name) => dyno(name)),
    ];
    const verdicts = decide(
      [candidate('web.1', { size: 9999 }), candidate('web.2')],
      byType({ restartsAtOnce: absolute(1) }),
      situation({ dynos }),
    );
    expect(outcomes(verdicts)).toEqual({ 'web.1': 'too-young', 'web.2': 'restart' });
  });

  it('is said of a dry run as well', () => {
    const verdicts = decide(
      names(3).map((name) => candidate(name)),
      byType({ restartsAtOnce: absolute(1), dryRun: true }),
      situation({ dynos: names(3).map((name) => dyno(name)) }),
    );
    expect(Object.values(outcomes(verdicts)).sort()).toEqual([
      'dry-run',
      'too-many-at-once',
      'too-many-at-once',
    ]);
  });
});

describe('every verdict that spares says why, with its numbers', () => {
  const old = claim('web.1', { dyno: uuidOf('web.1'), restartedAt: NOW - 45 * SECOND });

  it.each<[SpareReason, string, Partial<Candidate>, Parameters<typeof situation>[0], Partial<Rules>]>([
    [
      'stale',
      'Its newest sample is 121 s old: more than 120 s say nothing of now.',
      { at: NOW - 121 * SECOND },
      {},
      {},
    ],
    [
      'not-current',
      'The dyno that was measured is not the one listed: Heroku lists uuid-new (web) as web.1.',
      {},
      { dynos: [dyno('web.1', { id: 'uuid-new' })], claims: [claim('web.1')] },
      {},
    ],
    [
      'not-current',
      'The dyno that was measured is not the one listed: Heroku lists no dyno of this name. It was restarted 45 s ago.',
      {},
      { dynos: [dyno('web.2')], claims: [old] },
      {},
    ],
    [
      'not-current',
      'The dyno that was measured is not the one listed: Heroku lists several as web.1.',
      {},
      { dynos: [dyno('web.1'), dyno('web.1', { id: 'uuid-new' })] },
      {},
    ],
    ['not-up', 'Heroku lists it as "starting".', {}, { dynos: [dyno('web.1', { state: 'starting' })] }, {}],
    [
      'too-young',
      'It has been alive for 90 s, and minUptime is 180 s.',
      {},
      { dynos: [dyno('web.1', { createdAt: NOW - 90 * SECOND })] },
      {},
    ],
    [
      'claimed-elsewhere',
      'Another run is about to restart it, or its outcome is not known yet.',
      {},
      { claims: [claim('web.1', { state: 'claimed', leaseUntil: NOW + 1 })] },
      {},
    ],
    [
      'within-window',
      'web.1 was restarted 600 s ago, and restartWindow is 1800 s.',
      {},
      { claims: [claim('web.1')] },
      {},
    ],
    [
      'too-many-at-once',
      'Of 4 web dynos at most 2 may be down at once, and so many are or are about to be.',
      {},
      { dynos: names(4).map((name, index) => dyno(name, { state: index < 2 ? 'up' : 'crashed' })) },
      { restartsAtOnce: absolute(2) },
    ],
    ['dry-run', 'It would be restarted now, were it not for dryRun.', {}, {}, { dryRun: true }],
  ])('%s: %s', (reason, message, more, in_, rules) => {
    const spared = candidate('web.1', more);
    expect(decide([spared], byType(rules), situation(in_))).toEqual([
      { kind: 'spared', candidate: spared, reason, message },
    ]);
  });
});

/** A restart that was begun, whose time is over, and that left its dyno as it was: it did not happen. */
function cameToNothing(last: Claim, uuid: string): boolean {
  return last.state === 'claimed' && last.leaseUntil <= NOW && last.dyno === uuid;
}

/** An app in any state at all. */
const anyApp = fc
  .record({
    web: fc.nat(9),
    worker: fc.nat(4),
    restartsAtOnce: fc.oneof(
      fc.integer({ min: 1, max: 12 }).map(absolute),
      fc.integer({ min: 1, max: 100 }).map(percent),
    ),
    minUptimeSeconds: fc.constantFrom(0, 180),
    restartWindowSeconds: fc.constantFrom(1, 100, 1800),
    dryRun: fc.boolean(),
  })
  .chain(({ web, worker, ...rules }) => {
    const processes = [...names(web), ...names(worker, 'worker')];
    return fc.record({
      rules: fc.constant(rules),
      dynos: fc
        .tuple(...processes.map((process) => anyDyno(process)))
        .map((lists) => lists.flat())
        .chain((dynos) => fc.shuffledSubarray(dynos, { minLength: dynos.length })),
      claims: fc.tuple(...processes.map((process) => anyClaim(process))).map((claims) => claims.flat()),
      // Each over by another share, so that it is clear who is furthest over.
      candidates: fc
        .uniqueArray(fc.integer({ min: 501, max: 5000 }), {
          minLength: processes.length,
          maxLength: processes.length,
        })
        .chain((sizes) =>
          fc.subarray(processes.map((process, index) => candidate(process, { size: sizes[index] ?? 501 }))),
        ),
      attempted: fc.subarray(processes).map((some) => new Set(some.slice(0, 2))),
    });
  })
  .map((app) => {
    // What was tried is no candidate any more.
    const candidates = app.candidates.filter(({ process }) => !app.attempted.has(process));
    return { ...app, candidates };
  });

function anyDyno(process: string): fc.Arbitrary<Dyno[]> {
  const one = fc
    .record({
      id: fc.constantFrom(uuidOf(process), uuidOf(process), uuidOf(process), 'uuid-new'),
      state: fc.constantFrom('up', 'up', 'up', 'up', 'starting', 'crashed'),
      createdAt: fc.constantFrom(NOW - 60 * MINUTE, NOW - 180 * SECOND, NOW - 179 * SECOND, NOW),
    })
    .map((more) => dyno(process, more));
  return fc.oneof(
    { weight: 9, arbitrary: one.map((only) => [only]) },
    { weight: 1, arbitrary: fc.constant<Dyno[]>([]) },
    { weight: 1, arbitrary: one.map((twice) => [twice, twice]) },
  );
}

function anyClaim(process: string): fc.Arbitrary<Claim[]> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Claim[]>([]) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          dyno: fc.constantFrom(uuidOf(process), 'uuid-old'),
          restartedAt: fc.constantFrom(
            ...[1, 30, 99, 100, 119, 121, 1799, 1800].map((s) => NOW - s * SECOND),
          ),
          state: fc.constantFrom('claimed' as const, 'done' as const),
          leaseUntil: fc.constantFrom(NOW - 1, NOW, NOW + 1, NOW + 50 * SECOND),
        })
        .map((more) => [claim(process, more)]),
    },
  );
}

type AnyApp = typeof anyApp extends fc.Arbitrary<infer T> ? T : never;

const decideOn = ({ rules, candidates, ...app }: AnyApp) => decide(candidates, byType(rules), situation(app));
const restartedBy = (verdicts: readonly Verdict[]) =>
  verdicts.flatMap((verdict) => (verdict.kind === 'restart' ? [verdict.candidate.process] : []));

describe('whatever an app is like', () => {
  it('there is one verdict for each candidate', () => {
    fc.assert(
      fc.property(anyApp, (app) => {
        const judged = decideOn(app).map((verdict) => verdict.candidate);
        expect(judged).toHaveLength(app.candidates.length);
        expect(new Set(judged)).toEqual(new Set(app.candidates));
      }),
      { numRuns: 500 },
    );
  });

  it('no dyno is restarted but one that is listed, alone of its name, as up, old enough, the one measured', () => {
    let restarts = 0;
    fc.assert(
      fc.property(anyApp, (app) => {
        for (const process of restartedBy(decideOn(app))) {
          restarts++;
          const listed = app.dynos.filter(({ name }) => name === process);
          expect(listed).toMatchObject([{ id: uuidOf(process), state: 'up', type: typeOf(process) }]);
          const age = NOW - (listed[0]?.createdAt ?? NOW);
          expect(age).toBeGreaterThanOrEqual(app.rules.minUptimeSeconds * SECOND);
        }
      }),
      { numRuns: 1000 },
    );
    expect(restarts).toBeGreaterThan(100);
  });

  it('no process is restarted twice in its window, unless the first time is known to have come to nothing', () => {
    fc.assert(
      fc.property(anyApp, (app) => {
        for (const process of restartedBy(decideOn(app))) {
          const last = app.claims.find((one) => one.process === process);
          if (last === undefined || cameToNothing(last, uuidOf(process))) continue;
          expect(NOW - last.restartedAt).toBeGreaterThanOrEqual(app.rules.restartWindowSeconds * SECOND);
          expect(last.state === 'claimed' && last.leaseUntil > NOW).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('no more are down at once than may be, and never the whole of a type that has several', () => {
    fc.assert(
      fc.property(anyApp, (app) => {
        const restarted = new Set(restartedBy(decideOn(app)));
        for (const type of ['web', 'worker']) {
          const listed = app.dynos.filter((one) => one.type === type);
          const all = new Set(listed.map(({ name }) => name));
          if (![...restarted].some((name) => all.has(name))) continue;
          const goesDown = ({ name, state }: Dyno) =>
            state !== 'up' || restarted.has(name) || app.attempted.has(name);
          const down = new Set(listed.filter(goesDown).map(({ name }) => name)).size;
          const { unit, value } = app.rules.restartsAtOnce;
          const asked = unit === 'absolute' ? value : Math.ceil((all.size * value) / 100);
          expect(down).toBeLessThanOrEqual(asked);
          if (all.size > 1) expect(down).toBeLessThan(all.size);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a dry run restarts nothing, and says so of those that would have been', () => {
    fc.assert(
      fc.property(anyApp, (app) => {
        const wet = decideOn({ ...app, rules: { ...app.rules, dryRun: false } });
        const dry = outcomes(decideOn({ ...app, rules: { ...app.rules, dryRun: true } }));
        const expected = Object.entries(outcomes(wet)).map(([process, outcome]) => [
          process,
          outcome === 'restart' ? 'dry-run' : outcome,
        ]);
        expect(dry).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('the order of the candidates, the dyno list and the claims makes no difference', () => {
    const shuffledApp = anyApp.chain((app) =>
      fc.record({
        app: fc.constant(app),
        shuffled: fc.record({
          rules: fc.constant(app.rules),
          attempted: fc.constant(app.attempted),
          candidates: fc.shuffledSubarray(app.candidates, { minLength: app.candidates.length }),
          dynos: fc.shuffledSubarray(app.dynos, { minLength: app.dynos.length }),
          claims: fc.shuffledSubarray(app.claims, { minLength: app.claims.length }),
        }),
      }),
    );
    fc.assert(
      fc.property(shuffledApp, ({ app, shuffled }) => {
        expect(outcomes(decideOn(shuffled))).toEqual(outcomes(decideOn(app)));
      }),
      { numRuns: 500 },
    );
  });

  it('one more thing that stands against a dyno never has it restarted', () => {
    const obstacles: Record<string, (app: AnyApp, process: string) => AnyApp> = {
      'it is gone': (app, process) => ({ ...app, dynos: app.dynos.filter(({ name }) => name !== process) }),
      'it has a double': (app, process) => ({
        ...app,
        dynos: [...app.dynos, dyno(process, { id: 'uuid-2' })],
      }),
      'it is another': (app, process) => changed(app, process, { id: 'uuid-new' }),
      'it is not up': (app, process) => changed(app, process, { state: 'starting' }),
      'it was made in the future': (app, process) => changed(app, process, { createdAt: NOW + 1 }),
      'it is claimed': (app, process) => claimed(app, process, { state: 'claimed', leaseUntil: NOW + 1 }),
      'it was restarted': (app, process) => claimed(app, process, { restartedAt: NOW }),
      'it was claimed, and is another now': (app, process) =>
        claimed(app, process, { state: 'claimed', leaseUntil: NOW, restartedAt: NOW }),
    };
    const anyCase = fc.tuple(anyApp, fc.constantFrom(...Object.values(obstacles)), fc.nat());
    fc.assert(
      fc.property(anyCase, ([app, obstacle, pick]) => {
        const process = app.candidates[pick % Math.max(1, app.candidates.length)]?.process;
        if (process === undefined) return;
        expect(restartedBy(decideOn(obstacle(app, process)))).not.toContain(process);
      }),
      { numRuns: 1000 },
    );
  });

  it('one more dyno that is down never has more of them restarted', () => {
    fc.assert(
      fc.property(anyApp, fc.constantFrom('web', 'worker'), fc.nat(), (app, type, pick) => {
        const up = app.dynos.filter((one) => one.type === type && one.state === 'up');
        const falling = up[pick % Math.max(1, up.length)];
        if (falling === undefined) return;
        const dynos = app.dynos.map((one) => (one === falling ? { ...one, state: 'crashed' } : one));
        const before = restartedBy(decideOn(app)).filter((process) => typeOf(process) === type);
        const after = restartedBy(decideOn({ ...app, dynos })).filter((process) => typeOf(process) === type);
        expect(after.length).toBeLessThanOrEqual(before.length);
      }),
      { numRuns: 500 },
    );
  });
});

function changed(app: AnyApp, process: string, more: Partial<Dyno>): AnyApp {
  return { ...app, dynos: app.dynos.map((one) => (one.name === process ? { ...one, ...more } : one)) };
}

function claimed(app: AnyApp, process: string, more: Partial<Claim>): AnyApp {
  const others = app.claims.filter((one) => one.process !== process);
  return { ...app, claims: [...others, claim(process, more)] };
}
