/**
 * What is drawn for overlapping runs: how many there are and when, whose clock is off, what goes wrong at which of
 * their steps, and what Heroku does meanwhile.
 */
import fc from 'fast-check';
import type { Amount } from '../../lib/config/app-config.ts';
import { type Replacement, SKEW_MS } from './concurrency-heroku.ts';
import type { Fault } from './concurrency-time.ts';

/** Some minutes of an app's life. */
export interface Case {
  readonly processes: number;
  readonly restartsAtOnce: Amount;
  /** The config's in the end; each run has its own. */
  readonly windowSeconds: number;
  readonly runs: readonly {
    readonly measuresAt: number;
    /** So long after it has measured, it comes to restarting. */
    readonly waits: number;
    readonly skew: number;
    readonly limit: number;
    /** The config's at the time. */
    readonly windowSeconds: number;
  }[];
  readonly faults: readonly Fault[];
  readonly cycles: readonly { readonly at: number; readonly place: number }[];
  readonly replacements: readonly Replacement[];
  /** What passes with each step, milliseconds, over and over. */
  readonly paces: readonly number[];
}

const anySkew = fc.oneof(
  fc.constantFrom(0, SKEW_MS / 2, -SKEW_MS / 2),
  fc.integer({ min: -15_000, max: 15_000 }),
);
const anyWindow = fc.constantFrom(120, 300);
const anyDelay = fc.constantFrom(0, 500, 1100, 3000, 5900, 9500, 11_000, 25_000, 45_000);
const anyFault: fc.Arbitrary<Fault> = fc.record({
  run: fc.nat(4),
  // The first restart of a run is its steps 2 to 6.
  step: fc.oneof(fc.integer({ min: 2, max: 6 }), fc.nat(13)),
  kind: fc.constantFrom<Fault['kind'][]>('crash', 'error', 'slow', 'stall', 'twice'),
  performed: fc.boolean(),
  status: fc.constantFrom(0, 401, 404, 408, 422, 429, 500, 503),
  there: anyDelay,
  back: anyDelay,
});
/** Heroku refuses, and what follows goes wrong, too. */
const anyRefusal = fc
  .record({ fault: anyFault, status: fc.constantFrom(401, 404, 422, 429) })
  .map(({ fault, status }): Fault[] => [
    { ...fault, step: 4, kind: 'error', performed: false, status },
    { ...fault, step: 5 },
  ]);
const anyFaults = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: anyFault.map((fault) => [fault]) },
      { weight: 1, arbitrary: anyRefusal },
    ),
    {
      maxLength: 7,
    },
  )
  .map((some) => some.flat());
export const anyCase: fc.Arbitrary<Case> = fc.record({
  processes: fc.integer({ min: 1, max: 4 }),
  restartsAtOnce: fc.constantFrom<Amount[]>(
    { unit: 'percent', value: 10 },
    { unit: 'absolute', value: 2 },
    { unit: 'percent', value: 100 },
  ),
  windowSeconds: anyWindow,
  runs: fc.array(
    fc.record({
      measuresAt: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 90_000 })),
      waits: fc.constantFrom(0, 0, 2000, 10_000, 30_000),
      skew: anySkew,
      limit: fc.constantFrom(55_000, 55_000, 12_000),
      windowSeconds: anyWindow,
    }),
    { minLength: 2, maxLength: 5 },
  ),
  faults: anyFaults,
  cycles: fc.array(fc.record({ at: fc.integer({ min: 0, max: 90_000 }), place: fc.nat(3) }), {
    maxLength: 3,
  }),
  replacements: fc.array(
    fc.record({
      lag: fc.constantFrom(0, 1000, 5000),
      gone: fc.constantFrom(0, 2000, 5000),
      boot: fc.constantFrom(0, 8000, 40_000),
      overAgain: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  paces: fc.array(fc.constantFrom(0, 5, 40, 300, 1200), { minLength: 1, maxLength: 8 }),
});
