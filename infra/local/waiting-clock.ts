/**
 * The clock for a function that runs inside a simulation. Time stands still while the function computes or
 * waits for an answer, however slow the machine, and goes on only while it waits for time to pass. So a scan
 * sees the same world on a fast machine and on a busy one.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Cancel, VirtualClock } from './virtual-clock.ts';

export class WaitingClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #rate: number;
  #waiting = 0;
  #stop: Cancel | undefined;

  /** @param rate virtual milliseconds to a real one, while the function waits */
  constructor(clock: VirtualClock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
  }

  now(): number {
    return this.#clock.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.#waiting++;
    this.#stop ??= this.#clock.run(this.#rate);
    await this.#clock.sleep(milliseconds, signal);
    this.#waiting--;
    if (this.#waiting === 0) {
      this.#stop?.();
      this.#stop = undefined;
    }
  }
}
