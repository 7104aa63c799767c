/**
 * The clock for a function that runs inside a simulation. Time stands still while the function computes or
 * waits for an answer, however slow the machine, and goes on only while it waits for time to pass. So a scan
 * sees the same world on a fast machine and on a busy one.
 *
 * What surprises: a log that is read live has to keep up with the time that passes, or the wait would be over
 * before its lines have come. Time goes on in small steps, therefore, and after each of them the event loop gets
 * its turns to carry what was written to who reads it. On a busy machine, time is slow rather than ahead.
 */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Virtual milliseconds. */
const STEP = 200;
/** Enough for what an app of some thousand lines a second writes in a step: a turn carries one piece of a tail. */
const TURNS_A_STEP = 40;
const TURNS_BEFORE_WAKING = 200;

export class WaitingClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #rate: number;
  #asleep = 0;
  #passing = false;

  /** @param rate virtual milliseconds to a real one, at most, while the function waits */
  constructor(clock: VirtualClock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
  }

  now(): number {
    return this.#clock.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.#asleep++;
    void this.#passTime();
    await this.#clock.sleep(milliseconds, signal);
    this.#asleep--;
    if (!signal?.aborted) await turns(TURNS_BEFORE_WAKING);
  }

  async #passTime(): Promise<void> {
    if (this.#passing) return;
    this.#passing = true;
    const startedAt = performance.now();
    let passed = 0;
    while (this.#asleep > 0) {
      const aheadMs = passed / this.#rate - (performance.now() - startedAt);
      if (aheadMs > 1) await wait(aheadMs);
      await turns(TURNS_A_STEP);
      if (this.#asleep === 0) break;
      this.#clock.advance(STEP);
      passed += STEP;
    }
    this.#passing = false;
  }
}

async function turns(count: number): Promise<void> {
  for (let taken = 0; taken < count; taken++) await turn();
}
