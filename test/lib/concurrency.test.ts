/**
 * Runs that overlap, crash, stall, disagree on the time, and lose answers, in whatever order fast-check's
 * scheduler finds: what is restarted, and that it goes on once the trouble is over. Each case is some minutes
 * of virtual time. More of them: CONCURRENCY_RUNS (`npm run soak`).
 */
import { SSMClient } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Amount, AppConfig } from '../../lib/config/app-config.ts';
import { Deadline } from '../../lib/deadline.ts';
import type { Candidate } from '../../lib/decide.ts';
import { EventLog } from '../../lib/events.ts';
import { restartCandidates } from '../../lib/restart.ts';
import { Restarts } from '../../lib/restarts.ts';
import {
  ApiOfRun,
  Heroku,
  type Place,
  type Replacement,
  SKEW_MS,
  type Watched,
} from './concurrency-heroku.ts';
import { Table } from './concurrency-table.ts';
import { EPOCH, type Fault, inVirtualTime, type Run, World } from './concurrency-time.ts';

const RUNS = Number(process.env.CONCURRENCY_RUNS ?? 4000);
const MINUTE_MS = 60_000;

interface Case {
  readonly processes: number;
  readonly restartsAtOnce: Amount;
  readonly windowSeconds: number;
  readonly runs: readonly {
    readonly measuresAt: number;
    /** So long after it has measured, it comes to restarting. */
    readonly waits: number;
    readonly skew: number;
    readonly limit: number;
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
const anyDelay = fc.constantFrom(0, 500, 1100, 3000, 5900, 9500, 11_000, 25_000, 45_000);
const anyFault: fc.Arbitrary<Fault> = fc.record({
  run: fc.nat(4),
  step: fc.nat(13),
  kind: fc.constantFrom<Fault['kind'][]>('crash', 'error', 'slow', 'stall'),
  performed: fc.boolean(),
  status: fc.constantFrom(0, 401, 404, 408, 422, 429, 500, 503),
  there: anyDelay,
  back: anyDelay,
});
const anyCase: fc.Arbitrary<Case> = fc.record({
  processes: fc.integer({ min: 1, max: 4 }),
  restartsAtOnce: fc.constantFrom<Amount[]>(
    { unit: 'percent', value: 10 },
    { unit: 'absolute', value: 2 },
    { unit: 'percent', value: 100 },
  ),
  windowSeconds: fc.constantFrom(120, 300),
  runs: fc.array(
    fc.record({
      measuresAt: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 90_000 })),
      waits: fc.constantFrom(0, 0, 2000, 10_000, 30_000),
      skew: anySkew,
      // Never whole: with exactly 1,000 ms left, lib/restart.ts neither lists anew nor stops (`>` here, `<` there).
      limit: fc.constantFrom(55_000.3, 55_000.3, 12_000.3),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  faults: fc.array(anyFault, { maxLength: 8 }),
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

const ssm = new SSMClient({ region: 'eu-west-1' });

class Trial {
  readonly world: World;
  readonly heroku: Heroku;
  readonly #table = new Table();
  readonly #case: Case;
  readonly #config: AppConfig;
  readonly #atOnce: number;
  #runs = 0;

  constructor(one: Case, scheduler: fc.Scheduler) {
    this.#case = one;
    this.world = new World(scheduler, one.faults, one.paces);
    const { unit, value } = one.restartsAtOnce;
    const asked = unit === 'absolute' ? value : Math.ceil((one.processes * value) / 100);
    this.#atOnce = one.processes > 1 ? Math.min(asked, one.processes - 1) : asked;
    const rule = { windowMs: one.windowSeconds * 1000, atOnce: this.#atOnce };
    this.heroku = new Heroku(this.world, one.processes, rule, one.replacements);
    const rules = {
      restartThreshold: undefined,
      restartWindowSeconds: one.windowSeconds,
      measure: 'memory_total',
      swapThreshold: undefined,
      sustainedSamples: 1,
      // It would keep a dyno that was restarted from being restarted again, whatever the window does.
      minUptimeSeconds: 0,
      restartsAtOnce: one.restartsAtOnce,
      dryRun: false,
      pausedUntil: 0,
    } as const;
    this.#config = { app: 'app', token: 'default', rules: new Map([['web', rules]]) };
  }

  async play(): Promise<void> {
    const { world, heroku } = this;
    for (const { at, place } of this.#case.cycles) world.after(at, () => heroku.cycle(place));
    const runs = this.#case.runs.map(({ measuresAt, waits, skew, limit }) => {
      const run = this.#newRun(skew);
      world.after(measuresAt, () => {
        const candidates = this.#measure();
        world.after(waits, () => void this.#scan(run, candidates, limit));
      });
      return run;
    });
    await world.untilQuiet(runs);
    world.endFaults();
    await this.#expectRestarts(({ name }) => this.#windowMayHold(name));
    // When every window is over, there is no excuse.
    world.pass(this.#case.windowSeconds * 1000 + SKEW_MS);
    await this.#expectRestarts(() => false);
  }

  #newRun(skew: number): Run {
    const index = this.#runs++;
    return { name: `run ${index}`, index, skew, step: 0, ended: false };
  }

  /** One run a minute: each dyno that stays over is restarted by the third, or as soon as there is room for it. */
  async #expectRestarts(excused: (place: Place) => boolean): Promise<void> {
    const { world, heroku } = this;
    const waiting = new Map(heroku.places.filter(({ over }) => over).map((place) => [place, place.id]));
    const minutes = 2 + Math.ceil(waiting.size / this.#atOnce);
    const excusedOnes = new Set<Place>();
    const began = world.now;
    for (let minute = 0; minute < minutes; minute++) {
      world.pass(began + minute * MINUTE_MS - world.now);
      for (const place of waiting.keys()) if (excused(place)) excusedOnes.add(place);
      const { skew } = this.#case.runs[minute % this.#case.runs.length] ?? { skew: 0 };
      await this.#scan(this.#newRun(skew), this.#measure(), 55_000);
    }
    for (const [place, id] of waiting) {
      if (place.id === id && !excusedOnes.has(place)) {
        world.violate(`${place.id} stays over, and ${minutes} scans without faults did not restart it`);
      }
    }
  }

  /** It was restarted, or nobody can know whether it was: it was to be, and has been replaced. */
  #windowMayHold(name: string): boolean {
    const place = this.heroku.places.find((one) => one.name === name);
    const claim = this.#table.get(name);
    return place?.restart !== undefined || (claim !== undefined && claim.dyno?.S !== place?.id);
  }

  #measure(): Candidate[] {
    const { now } = this.world;
    const over = this.heroku.places.filter((place) => place.over && place.upAt <= now);
    return over.map((place, index) => candidateOf(place, EPOCH + now, index));
  }

  async #scan(run: Run, candidates: readonly Candidate[], limit: number): Promise<void> {
    const { world, heroku } = this;
    const watched: Watched = {
      run,
      measured: new Map(candidates.map(({ process, dyno }) => [process, dyno])),
      listMadeAt: 0,
      listedAt: 0,
    };
    const clock = {
      now: () => EPOCH + world.now + run.skew,
      sleep: () => Promise.resolve(),
    };
    const overdue = AbortSignal.timeout(limit + 2000);
    let ids = 0;
    const restarts = new Restarts({
      client: () => this.#table.clientOf(run, world),
      tableName: 'restarts',
      randomId: () => `${run.name}/${++ids}`,
      giveUp: overdue,
    });
    const log = new EventLog({
      now: clock.now,
      write: (line) => world.tell(run.name, `says ${inShort(line)}`),
    });
    const deadline = new Deadline(limit);
    const surroundings = {
      clock,
      fetch,
      ssm,
      parameterPrefix: '/whacamole',
      herokuApiUrl: 'https://api.heroku.test',
      restarts,
      log,
      memory: new Map(),
      deadline,
      overdue,
    };
    world.tell(
      run.name,
      `begins, its clock at ${run.skew} ms: ${candidates.map(({ dyno }) => dyno).join(', ')} over`,
    );
    try {
      await restartCandidates(
        candidates,
        this.#config,
        new ApiOfRun(heroku, watched, world),
        surroundings,
        deadline,
      );
      world.tell(run.name, 'ends');
    } catch (error) {
      world.tell(run.name, `ends: ${error instanceof Error ? error.message : error}`);
      if (!(error instanceof Error && error.name === 'AppError')) world.violate(`a run threw ${error}`);
      if (world.calm) world.violate(`a run failed without a fault: ${error}`);
    } finally {
      run.ended = true;
    }
  }
}

function candidateOf({ name, id }: Place, at: number, index: number): Candidate {
  const size = 1400 - index * 10;
  return {
    process: name,
    type: 'web',
    dyno: id,
    at,
    size,
    threshold: 1000,
    reason: 'memory',
    measure: 'memory_total',
  };
}

function inShort(line: string): string {
  const { event, process, reason, message } = JSON.parse(line);
  return [event, process, reason, message].filter((part) => part !== undefined).join(' ');
}

it('overlapping runs restart each dyno once, the right one, not too many at once, and go on after any trouble', {
  timeout: 60_000 + RUNS * 30,
}, async () => {
  let restarts = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, fc.scheduler(), async (one, scheduler) => {
      const trial = new Trial(one, scheduler);
      await inVirtualTime(trial.world, () => trial.play());
      restarts += trial.heroku.restarts;
      const { violations, story } = trial.world;
      if (violations.length > 0) throw new Error(`${violations.join('\n')}\n\n${story}\n`);
    }),
    { numRuns: RUNS },
  );
  // Otherwise the property would say nothing.
  expect(restarts).toBeGreaterThan(RUNS);
});
