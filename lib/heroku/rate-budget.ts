/**
 * Heroku's request budget of one token (4,500 an hour and account, refilled at about 75 a minute), as its
 * `RateLimit-Remaining` tells it. Shared by all apps of the token within a scan, so that when it runs out, the
 * apps that have not begun wait for the next scan instead of taking what is left from a restart under way.
 */
import { AppError } from '../errors.ts';

/** Long enough for a healthy API's first answer, short enough not to hold up the other apps of a hung one. */
const WAIT_FOR_FIRST_ANSWER_MS = 2000;

export class RateBudget {
  /** Requests sent, retries included. */
  requests = 0;
  #remaining: number | undefined;
  #starting = 0;
  #first: PromiseWithResolvers<void> | undefined;

  /**
   * Called before an app's first request. The token's first app goes ahead alone, and the others follow when
   * its answer has said how many may.
   *
   * @returns what to call when that request has been answered, or has failed
   * @throws AppError `rate-limited` where nothing is left for this app
   */
  async start(token: string, signal: AbortSignal): Promise<() => void> {
    if (this.#first === undefined) {
      this.#first = Promise.withResolvers();
    } else if (this.#remaining === undefined) {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(WAIT_FOR_FIRST_ANSWER_MS)]);
      await Promise.race([this.#first.promise, aborted(patience)]);
    }
    if (this.#remaining !== undefined && this.#remaining <= this.#starting) {
      throw new AppError(
        'rate-limited',
        `Heroku's request budget of the token "${token}" has run out (RateLimit-Remaining: ${this.#remaining}). ` +
          'The app waits for the next scan. Fewer apps to an account, or another account for some, would help.',
      );
    }
    this.#starting++;
    return () => {
      this.#starting--;
      this.#first?.resolve();
    };
  }

  /** Takes note of what an answer said. */
  note(response: Response): void {
    const header = response.headers.get('ratelimit-remaining');
    if (header !== null && /^\d+$/.test(header)) this.#remaining = Number(header);
  }

  /** Heroku refused for the rate limit, retries and all: whatever it said before, nothing is left. */
  exhaust(): void {
    this.#remaining = 0;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
