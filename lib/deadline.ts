/**
 * How long something may take, in real time. Nested: what an app may take lies within what the invocation
 * may take, and what a request may take within that.
 */
export class Deadline {
  readonly #endsAt: number;
  readonly signal: AbortSignal;

  /** @param milliseconds from now; nothing to wait for where it is not above zero */
  constructor(milliseconds: number) {
    const left = Math.max(0, milliseconds);
    this.#endsAt = performance.now() + left;
    this.signal = abortsAfter(left);
  }

  /** Milliseconds left, never below zero. */
  get left(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Aborts after so many milliseconds, and no later than this deadline. */
  within(milliseconds: number): AbortSignal {
    return abortsAfter(Math.min(milliseconds, this.left));
  }
}

/** Resolves once the signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * `AbortSignal.timeout` for any number: it takes whole, non-negative ones alone. Where no time is left it has aborted
 * already, so that nothing is begun.
 */
export function abortsAfter(milliseconds: number): AbortSignal {
  if (milliseconds > 0) return AbortSignal.timeout(Math.ceil(milliseconds));
  return AbortSignal.abort(new DOMException('No time is left', 'TimeoutError'));
}
