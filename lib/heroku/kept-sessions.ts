/**
 * The log sessions of one app that are worth reading again. Opening one costs a request of Heroku's budget,
 * reading its URL none, and the same URL can be read until it expires: a quiet app then costs a request in five
 * minutes instead of one a minute.
 *
 * What surprises: that each reading gives the newest lines, and how long a URL lives, is known from logplex's old
 * sources alone. So a URL is kept for less than the shortest time that was ever written down (about five minutes
 * from its making, in the API's reference), and whoever reads it again doubts what it brings.
 */

/** `history` ends by itself; `tail` gives the same history, and then goes on. */
export type SessionKind = 'history' | 'tail';

/** Five scans, a minute apart, fit in; a sixth finds a new one. */
const KEPT_FOR_MS = 285_000;

export interface KeptSession {
  /** A secret. */
  readonly url: string;
  /** So many lines of history it was opened with. */
  readonly lines: number;
  /** Epoch milliseconds. */
  readonly openedAt: number;
}

export class KeptSessions {
  readonly #kept = new Map<SessionKind, KeptSession>();
  #token: string | undefined;

  /** From now on sessions are opened with this token: those of another are let go, for it may have been revoked. */
  use(token: string): void {
    if (this.#token !== token) this.#kept.clear();
    this.#token = token;
  }

  keep(kind: SessionKind, session: KeptSession): void {
    this.#kept.set(kind, session);
  }

  /**
   * A session whose URL should still be there; undefined where there is none.
   *
   * @param now epoch milliseconds
   */
  get(kind: SessionKind, now: number): KeptSession | undefined {
    const kept = this.#kept.get(kind);
    return kept === undefined || Math.abs(now - kept.openedAt) > KEPT_FOR_MS ? undefined : kept;
  }

  forget(kind: SessionKind): void {
    this.#kept.delete(kind);
  }
}
