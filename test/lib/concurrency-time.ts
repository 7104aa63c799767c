/**
 * The time that overlapping runs live in, and all that is drawn for them. Nothing here waits: an operation is
 * under way until fast-check's scheduler lets it arrive, and then lets its answer arrive; with each such step
 * a drawn time passes. Time limits are those of `lib`, for `performance.now` and `AbortSignal.timeout` tell
 * this time while `inVirtualTime` runs.
 */
import { setImmediate } from 'node:timers/promises';
import type fc from 'fast-check';

export const EPOCH = Date.UTC(2026, 0, 5, 12);

/** What happens to one operation of one run, counted from 0. */
export interface Fault {
  readonly run: number;
  readonly step: number;
  readonly kind:
    | 'crash' /** The run ends here: nobody hears the answer. */
    | 'error' /** The answer is an error, or none. */
    | 'twice' /** It arrives once more, late: a client that got no answer has asked again. Writes to the table alone. */
    | 'slow' /** Time limits apply. */
    | 'stall' /** Slow, and the run stands still when the answer comes: no limit ends that. */;
  /** For `crash` and `error`: whether it was done all the same. */
  readonly performed: boolean;
  /** For `error`: Heroku's status, 0 for a connection that breaks. */
  readonly status: number;
  /** Milliseconds on the way there (all but `error`; for `twice`, the second time), and back (`slow` and `stall`). */
  readonly there: number;
  readonly back: number;
}

/** One run of the restarts of an app. */
export interface Run {
  readonly name: string;
  readonly index: number;
  /** What its clock is ahead of Heroku's, milliseconds. */
  readonly skew: number;
  step: number;
  ended: boolean;
  /** Steps that did not go as they should have: what it leaves behind is then anybody's guess. */
  readonly troubled: Set<Step>;
}

/** The steps of a restart: what there is to crash at. */
export const STEPS = [
  'read',
  'list',
  'take turn',
  'claim',
  'DELETE',
  'settle',
  'give back',
  'end turn',
] as const;
export type Step = (typeof STEPS)[number];

export interface Operation<T> {
  readonly step: Step;
  readonly what: string;
  readonly signal: AbortSignal;
  /** Whether it may be done even after nobody waits for it any more. */
  readonly mayBeLate: boolean;
  readonly effect: () => T;
  /** The answer where it was to be an error; throws where it has to. */
  readonly failure: (fault: Fault) => T;
}

export class World {
  /** Milliseconds since it began. */
  now = 0;
  readonly violations: string[] = [];
  /** What has gone wrong, and at which step: `crash at claim, done`. */
  readonly troubles: string[] = [];
  readonly #scheduler: fc.Scheduler;
  readonly #faults: readonly Fault[];
  readonly #paces: readonly number[];
  readonly #story: string[] = [];
  #timers: { at: number; call: () => void }[] = [];
  #underWay = 0;
  #steps = 0;
  #calm = false;

  constructor(scheduler: fc.Scheduler, faults: readonly Fault[], paces: readonly number[]) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#paces = paces;
  }

  get calm(): boolean {
    return this.#calm;
  }

  tell(who: string, what: string): void {
    this.#story.push(`${(this.now / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(8)} ${what}`);
  }

  violate(law: string): void {
    this.violations.push(law);
    this.tell('!!!', law);
  }

  get story(): string {
    return this.#story.join('\n');
  }

  after(milliseconds: number, call: () => void): void {
    this.#timers.push({ at: this.now + milliseconds, call });
  }

  /** @returns what is answered; never settles once the run has crashed */
  operate<T>(run: Run, operation: Operation<T>): Promise<T> {
    const step = run.step++;
    const answer = Promise.withResolvers<T>();
    if (this.#calm) {
      this.pass(20);
      return Promise.resolve().then(operation.effect);
    }
    const fault = this.#faultOf(run, step, operation);
    if (fault !== undefined) {
      run.troubled.add(operation.step);
      const maybe = fault.kind === 'crash' || fault.kind === 'error';
      const done = maybe ? `, ${fault.performed ? 'done' : 'not done'}` : '';
      this.troubles.push(`${fault.kind} at ${operation.step}${done}`);
    }
    const travel = { givenUp: false, arrived: false };
    if (fault?.kind === 'crash') {
      run.ended = true;
      this.tell(run.name, `crashes in step ${step}: ${operation.what}`);
    }
    const giveUp = () => {
      if (travel.givenUp || (fault?.kind === 'stall' && travel.arrived)) return;
      travel.givenUp = true;
      run.troubled.add(operation.step);
      if (fault?.kind !== 'crash') answer.reject(operation.signal.reason);
    };
    if (operation.signal.aborted) giveUp();
    else operation.signal.addEventListener('abort', giveUp, { once: true });
    this.#underWay++;
    void this.#travel(run, operation, fault, travel, answer).finally(() => this.#underWay--);
    return answer.promise;
  }

  #faultOf(run: Run, step: number, { mayBeLate }: { mayBeLate: boolean }): Fault | undefined {
    const fault = this.#faults.find((one) => one.run === run.index && one.step === step);
    return fault?.kind === 'twice' && !mayBeLate ? undefined : fault;
  }

  /** What was sent first arrives when the second try has been answered long since. */
  async #arriveAgain({ what, effect }: Operation<unknown>, run: Run, later: number): Promise<void> {
    this.#underWay++;
    await this.#sleep(later);
    try {
      effect();
      this.tell(run.name, `${what}: done a second time`);
    } catch (error) {
      this.tell(run.name, `${what}: a second time, ${error instanceof Error ? error.name : error}`);
    }
    this.#underWay--;
  }

  async #travel<T>(
    run: Run,
    operation: Operation<T>,
    fault: Fault | undefined,
    travel: { givenUp: boolean; arrived: boolean },
    answer: PromiseWithResolvers<T>,
  ): Promise<void> {
    const { what, mayBeLate, effect, failure } = operation;
    const slow = fault?.kind === 'slow' || fault?.kind === 'stall';
    if (slow || fault?.kind === 'crash') await this.#sleep(fault.there);
    await this.#scheduler.schedule(Promise.resolve(), `${run.name}: ${what}`);
    if (travel.givenUp && !mayBeLate) return this.tell(run.name, `${what}: never arrives`);
    travel.arrived = true;
    const twice = fault?.kind === 'twice';
    if (twice) void this.#arriveAgain(operation, run, fault.there);
    let result: () => T;
    if (fault === undefined || slow || twice || fault.performed) {
      try {
        const done = effect();
        this.tell(run.name, `${what}: done${travel.givenUp ? ', late' : ''}`);
        result = () => done;
      } catch (error) {
        this.tell(run.name, `${what}: ${error instanceof Error ? error.name : error}`);
        result = () => {
          throw error;
        };
      }
    } else {
      this.tell(run.name, `${what}: not done (${fault.kind})`);
      result = () => failure(fault);
    }
    if (fault?.kind === 'crash') return;
    if (slow) await this.#sleep(fault.back);
    await this.#scheduler.schedule(Promise.resolve(), `${run.name}: answer to ${what}`);
    if (travel.givenUp) return this.tell(run.name, `${what}: had been given up`);
    travel.givenUp = true;
    if (slow) this.tell(run.name, `${what}: answered, ${fault.kind}`);
    try {
      answer.resolve(fault?.kind === 'error' ? failure(fault) : result());
    } catch (error) {
      if (fault?.kind === 'error') this.tell(run.name, `${what}: its answer is an error, or lost`);
      answer.reject(error);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Time passes, and what is due by then happens at its time. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.#nextTimer(); next !== undefined && next.at <= end; next = this.#nextTimer()) {
      this.#ring(next);
    }
    this.now = end;
  }

  #nextTimer(): { at: number; call: () => void } | undefined {
    let next = this.#timers[0];
    for (const timer of this.#timers) if (next !== undefined && timer.at < next.at) next = timer;
    return next;
  }

  #ring(timer: { at: number; call: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.now = Math.max(this.now, timer.at);
    timer.call();
  }

  /** Until every run has ended, and nothing is under way any more. */
  async untilQuiet(runs: readonly Run[]): Promise<void> {
    while (this.#underWay > 0 || runs.some(({ ended }) => !ended)) {
      if (this.#scheduler.count() > 0) {
        this.pass(this.#paces[this.#steps++ % this.#paces.length] ?? 0);
        await this.#scheduler.waitNext(1);
      } else {
        const next = this.#nextTimer();
        if (next === undefined) throw new Error(`Nothing would ever happen again:\n${this.story}`);
        this.#ring(next);
      }
      // All that follows from it, up to the next operation.
      await setImmediate();
    }
  }

  /** From here on, nothing fails and nothing is slow. What was to happen some time no longer does. */
  endFaults(): void {
    this.#calm = true;
    this.#timers = [];
    this.tell('', '--- no faults any more ---');
  }
}

/** While `act` runs, `performance.now` and `AbortSignal.timeout` tell the time of `world`. */
export async function inVirtualTime<T>(world: World, act: () => Promise<T>): Promise<T> {
  const { timeout } = AbortSignal;
  Object.defineProperty(performance, 'now', { configurable: true, value: () => world.now });
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    world.after(milliseconds, () => controller.abort(new DOMException('Time is up', 'TimeoutError')));
    return controller.signal;
  };
  try {
    return await act();
  } finally {
    AbortSignal.timeout = timeout;
    Reflect.deleteProperty(performance, 'now');
  }
}
