/**
 * Lambda's sandboxes: an invocation gets one that is idle and warm, and where all are busy, or the warm one has lived
 * its hours, a new one that remembers nothing.
 */
import type { Handler } from '../../../functions/scan.ts';
import type { Random } from '../heroku/random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { HOUR_MS } from './time.ts';

/** Lambda promises nothing; some hours are what one sees. */
const LIVES_HOURS = [0.5, 4] as const;

interface Sandbox {
  readonly handler: Handler;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

export class Sandboxes {
  coldStarts = 0;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #make: () => Handler;
  #idle: Sandbox[] = [];

  constructor(clock: VirtualClock, random: Random, make: () => Handler) {
    this.#clock = clock;
    this.#random = random;
    this.#make = make;
  }

  /** Does something with a handler that nobody else uses meanwhile. */
  async use(invoke: (handler: Handler) => Promise<unknown>): Promise<void> {
    this.#idle = this.#idle.filter(({ endsAt }) => endsAt > this.#clock.now());
    const sandbox = this.#idle.pop() ?? this.#start();
    try {
      await invoke(sandbox.handler);
    } finally {
      this.#idle.push(sandbox);
    }
  }

  #start(): Sandbox {
    this.coldStarts++;
    const endsAt = this.#clock.now() + this.#random.between(...LIVES_HOURS) * HOUR_MS;
    return { handler: this.#make(), endsAt };
  }
}
