/**
 * Runs that overlap, crash, stall, disagree on the time, and lose answers, in whatever order fast-check's
 * scheduler finds: what is restarted, and that it goes on once the trouble is over. Each case is some minutes
 * of virtual time. More of them: CONCURRENCY_RUNS (`npm run soak`).
 */
import { SSMClient } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AppConfig } from '../../lib/config/app-config.ts';
import { Deadline } from '../../lib/deadline.ts';
import type { Candidate } from '../../lib/decide.ts';
import { EventLog } from '../../lib/events.ts';
import { restartCandidates } from '../../lib/restart.ts';
import { Restarts } from '../../lib/restarts.ts';
import { anyCase, type Case } from './concurrency-cases.ts';
import { ApiOfRun, Heroku, type Place, SKEW_MS, type Watched } from './concurrency-heroku.ts';
import { Table } from './concurrency-table.ts';
import { EPOCH, inVirtualTime, type Run, STEPS, type Step, World } from './concurrency-time.ts';

const RUNS = Number(process.env.CONCURRENCY_RUNS ?? 4000);
const MINUTE_MS = 60_000;

const ssm = new SSMClient({ region: 'eu-west-1' });

class Trial {
  readonly world: World;
  readonly heroku: Heroku;
  readonly #table = new Table();
  readonly #case: Case;
  readonly #atOnce: number;
  #runs = 0;

  constructor(one: Case, scheduler: fc.Scheduler) {
    this.#case = one;
    this.world = new World(scheduler, one.faults, one.paces);
    const { unit, value } = one.restartsAtOnce;
    const asked = unit === 'absolute' ? value : Math.ceil((one.processes * value) / 100);
    this.#atOnce = one.processes > 1 ? Math.min(asked, one.processes - 1) : asked;
    this.heroku = new Heroku(this.world, one.processes, this.#atOnce, one.replacements);
  }

  #config(windowSeconds: number): AppConfig {
    const rules = {
      restartThreshold: undefined,
      restartWindowSeconds: windowSeconds,
      measure: 'memory_total',
      swapThreshold: undefined,
      sustainedSamples: 1,
      // It would keep a dyno that was restarted from being restarted again, whatever the window does.
      minUptimeSeconds: 0,
      restartsAtOnce: this.#case.restartsAtOnce,
      dryRun: false,
      pausedUntil: 0,
    } as const;
    return { app: 'app', token: 'default', rules: new Map([['web', rules]]) };
  }

  async play(): Promise<void> {
    const { world, heroku } = this;
    for (const { at, place } of this.#case.cycles) world.after(at, () => heroku.cycle(place));
    const runs = this.#case.runs.map(({ measuresAt, waits, skew, limit, windowSeconds }) => {
      const run = this.#newRun(skew);
      world.after(measuresAt, () => {
        const candidates = this.#measure(run);
        world.after(waits, () => void this.#scan(run, candidates, limit, windowSeconds));
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
    return { name: `run ${index}`, index, skew, step: 0, ended: false, troubled: new Set() };
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
      const run = this.#newRun(skew);
      await this.#scan(run, this.#measure(run), 55_000, this.#case.windowSeconds);
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
    const since = (at: number) => this.world.now - at < this.#case.windowSeconds * 1000 + SKEW_MS;
    const claimedAt = Number(claim?.restartedAt?.N) - EPOCH;
    return (
      (place?.restart !== undefined && since(place.restart.at)) ||
      (claim !== undefined && claim.dyno?.S !== place?.id && since(claimedAt))
    );
  }

  /** Each run finds another dyno furthest over. */
  #measure({ index: first }: Run): Candidate[] {
    const { now } = this.world;
    const { places } = this.heroku;
    const begin = first % places.length;
    const inTurn = [...places.slice(begin), ...places.slice(0, begin)];
    const over = inTurn.filter((place) => place.over && place.upAt <= now);
    return over.map((place, index) => candidateOf(place, EPOCH + now, index));
  }

  async #scan(
    run: Run,
    candidates: readonly Candidate[],
    limit: number,
    windowSeconds: number,
  ): Promise<void> {
    const { world, heroku } = this;
    const watched: Watched = {
      run,
      measured: new Map(candidates.map(({ process, dyno }) => [process, dyno])),
      windowOf: (dyno) => this.#table.windows.get(dyno) ?? Number.POSITIVE_INFINITY,
      outcomes: new Map(),
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
      client: () => this.#table.clientOf(run, world, windowSeconds * 1000),
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
        this.#config(windowSeconds),
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
    this.#expectNothingLeftOf(watched);
  }

  /** What a run has taken it gives back, or settles, unless the table has failed it, or Heroku's answer says nothing. */
  #expectNothingLeftOf({ run, outcomes }: Watched): void {
    const failedAt = (...steps: Step[]) => steps.some((step) => run.troubled.has(step));
    for (const { name } of this.heroku.places) {
      const { claimId, state } = this.#table.get(name) ?? {};
      if (claimId?.S?.startsWith(`${run.name}/`) !== true) continue;
      const outcome = outcomes.get(name);
      const expected = outcome === 'accepted' ? 'done' : outcome === 'unknown' ? 'claimed' : 'given back';
      if (state?.S !== expected && !failedAt('claim', 'settle', 'give back')) {
        this.world.violate(
          `${run.name} leaves its claim on ${name} ${state?.S}, and it should be ${expected}`,
        );
      }
    }
    const { turnId, leaseUntil } = this.#table.get('web') ?? {};
    const hasTurn = turnId?.S?.startsWith(`${run.name}/`) === true && leaseUntil?.N !== '0';
    if (hasTurn && !failedAt('take turn', 'end turn')) this.world.violate(`${run.name} keeps its turn`);
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

/** Whatever can go wrong at any step. */
const EVERY_TROUBLE = STEPS.flatMap((step) => [
  ...['crash', 'error'].flatMap((kind) => [`${kind} at ${step}, done`, `${kind} at ${step}, not done`]),
  ...['slow', 'stall'].map((kind) => `${kind} at ${step}`),
  ...(step === 'list' || step === 'DELETE' ? [] : [`twice at ${step}`]),
]);

it('overlapping runs restart each dyno once, the right one, not too many at once, and go on after any trouble', {
  timeout: 60_000 + RUNS * 30,
}, async () => {
  let restarts = 0;
  const troubles = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyCase, fc.scheduler(), async (one, scheduler) => {
      const trial = new Trial(one, scheduler);
      await inVirtualTime(trial.world, () => trial.play());
      restarts += trial.heroku.restarts;
      const { violations, story } = trial.world;
      for (const one of trial.world.troubles) troubles.set(one, (troubles.get(one) ?? 0) + 1);
      if (violations.length > 0) throw new Error(`${violations.join('\n')}\n\n${story}\n`);
    }),
    { numRuns: RUNS },
  );
  // Otherwise the property would say nothing.
  expect(restarts).toBeGreaterThan(RUNS);
  for (const trouble of EVERY_TROUBLE) {
    expect(troubles.get(trouble) ?? 0, trouble).toBeGreaterThanOrEqual(Math.floor(RUNS / 1000));
  }
});
