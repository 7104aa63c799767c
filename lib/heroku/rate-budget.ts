/**
 * Heroku's request budget of one token (4,500 an hour and account, refilled at about 75 a minute), as its
 * `RateLimit-Remaining` tells it. Shared by all apps of the token within a scan, so that when it runs out, the
 * apps that have not begun wait for the next scan instead of taking what is left from a restart under way.
 */
import { aborted, type Deadline } from '../deadline.ts';
import { AppError } from '../errors.ts';

/** Left to the apps that have begun: listing dynos and restarting them costs requests, too. */
const RESERVE = 10;

/** Long enough for a healthy API's first answer, short enough not to hold up the other apps of a hung one. */
const WAIT_FOR_FIRST_ANSWER_MS = 1000;

export class RateBudget {
  /** Requests sent, retries included. */
  requests = 0;
  /** What Heroku last said is left. Undefined until it has spoken. */
  left: number | undefined;
  /** How many apps have asked to be let in, and how many of them have to wait for another scan. */
  asked = 0;
  refused = 0;
  /** What is left by Heroku's word, less what has been promised to apps since. Undefined until it has spoken. */
  #remaining: number | undefined;
  #firstAnswer: PromiseWithResolvers<void> | undefined;

  /**
   * Called before an app's first request. The token's first app goes ahead alone, and the others follow when
   * its answer has said how many may.
   *
   * @param token the token's name, for the message
   * @throws AppError `rate-limited` where nothing is left for this app
   */
  async admit(token: string, deadline: Deadline): Promise<void> {
    this.asked++;
    if (this.#firstAnswer === undefined) {
      this.#firstAnswer = Promise.withResolvers();
    } else if (this.#remaining === undefined) {
      const patience = deadline.within(Math.min(WAIT_FOR_FIRST_ANSWER_MS, deadline.left / 10));
      await Promise.race([this.#firstAnswer.promise, aborted(patience)]);
    }
    if (this.#remaining === undefined) return;
    if (this.#remaining <= RESERVE) {
      this.refused++;
      throw new AppError(
        'rate-limited',
        `Heroku's request budget of the token "${token}" has run out, but for a reserve for restarts ` +
          '(RateLimit-Remaining). The app waits for the next scan. It helps to watch fewer apps under one account.',
      );
    }
    this.#remaining--;
  }

  /** Takes note of what an answer said. A 429 that does not say it says nothing of the other apps. */
  note(response: Response): void {
    const header = response.headers.get('ratelimit-remaining');
    if (header !== null && /^\d+$/.test(header)) {
      this.left = Number(header);
      this.#remaining = Math.min(this.left, this.#remaining ?? Number.POSITIVE_INFINITY);
    }
  }

  /** The first request is over, whatever came of it: nobody need wait for it. */
  answered(): void {
    this.#firstAnswer?.resolve();
  }
}
