/**
 * Time that goes as fast as one wants: a queue of timers in virtual time, advanced by hand in a test, or tied
 * to real time by `run`. What surprises: between two ticks of `run`, `now()` goes on smoothly, but never past a
 * timer that is due and has not fired, so that nobody sees time go backwards when it does.
 */
import type { Clock } from '../../lib/clock.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';

/** 2026-01-05T12:00:00Z, each time: so runs can be repeated to the byte. */
const DEFAULT_START = Date.UTC(2026, 0, 5, 12);

/** Real milliseconds between two ticks of `run`. */
const TICK = 5;

/** Undoes what returned it. Calling it again does nothing. */
export type Cancel = () => void;

interface RealTimeTie {
  readonly rate: number;
  realAnchor: number;
  virtualAnchor: number;
}

export class VirtualClock implements Clock {
  readonly #timers = new TimerQueue();
  #now: number;
  #firing = false;
  #tie: RealTimeTie | undefined;

  /** `start`: epoch milliseconds. With `start: Date.now()` and `run(1)` this is real time. */
  constructor(options: { start?: number } = {}) {
    this.#now = Math.floor(options.start ?? DEFAULT_START);
  }

  /** Epoch milliseconds, whole. */
  now(): number {
    if (this.#tie !== undefined && !this.#firing) {
      const reached = Math.min(this.#tiedTime(this.#tie), this.#timers.next()?.at ?? Infinity);
      if (reached > this.#now) this.#now = reached;
    }
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.after(milliseconds, wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Calls back once, so many virtual milliseconds from now; never if that is `Infinity`. */
  after(milliseconds: number, callback: () => void): Cancel {
    return this.#schedule(milliseconds, undefined, callback);
  }

  /** Calls back again and again, the first time after one period. */
  every(milliseconds: number, callback: () => void): Cancel {
    if (!(milliseconds >= 1)) {
      throw new RangeError(`Expected a period to be at least 1 ms, found ${milliseconds}`);
    }
    return this.#schedule(milliseconds, Math.round(milliseconds), callback);
  }

  /** Fires, in order of time, everything that falls due in so many milliseconds, and stands at their end. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0 && milliseconds < Infinity)) {
      throw new RangeError(`Expected a time to advance by to be 0 ms or more, found ${milliseconds}`);
    }
    if (this.#firing) throw new Error('Expected advance() not to be called by a timer of the same clock');
    const target = this.now() + Math.round(milliseconds);
    this.#fireUntil(target);
    if (this.#tie !== undefined) {
      this.#tie.virtualAnchor = target;
      this.#tie.realAnchor = performance.now();
    }
  }

  /**
   * Lets time pass by itself, `rate` virtual milliseconds to a real one, and keeps the process alive meanwhile.
   * Where the callbacks are slower than that, time leaps from tick to tick instead of falling behind for good.
   */
  run(rate: number): Cancel {
    if (!(rate > 0 && rate < Infinity)) throw new RangeError(`Expected a rate above 0, found ${rate}`);
    if (this.#tie !== undefined) throw new Error('Expected a clock that does not run already: stop it first');
    const tie = { rate, realAnchor: performance.now(), virtualAnchor: this.#now };
    this.#tie = tie;
    const ticking = setInterval(() => this.#fireUntil(this.#tiedTime(tie)), TICK);
    return () => {
      if (this.#tie !== tie) return;
      clearInterval(ticking);
      this.now();
      this.#tie = undefined;
    };
  }

  #tiedTime(tie: RealTimeTie): number {
    return Math.floor(tie.virtualAnchor + (performance.now() - tie.realAnchor) * tie.rate);
  }

  #schedule(milliseconds: number, period: number | undefined, callback: () => void): Cancel {
    if (!(milliseconds >= 0)) throw new RangeError(`Expected a delay of 0 ms or more, found ${milliseconds}`);
    const timer = this.#timers.add(this.now() + Math.round(milliseconds), period, callback);
    return () => this.#timers.cancel(timer);
  }

  #fireUntil(target: number): void {
    this.#firing = true;
    try {
      let timer: Timer | undefined;
      for (timer = this.#timers.next(); timer && timer.at <= target; timer = this.#timers.next()) {
        if (timer.at > this.#now) this.#now = timer.at;
        this.#timers.takeNext();
        timer.callback();
      }
      if (target > this.#now) this.#now = target;
    } finally {
      this.#firing = false;
    }
  }
}
