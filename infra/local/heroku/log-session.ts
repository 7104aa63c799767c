/**
 * Log sessions: an unguessable URL that gives an app's log to whoever has it, until nobody has used it for six
 * minutes. What surprises: one URL can be read more than once, and every reading starts the six minutes anew.
 */
import type { VirtualClock } from '../virtual-clock.ts';
import type { SimulatedApp } from './app.ts';
import type { LogFilter } from './log-line.ts';
import type { Random } from './random.ts';

export interface LogSessionRequest {
  readonly filter: LogFilter;
  readonly lines: number;
  readonly tail: boolean;
}

export interface LogSession extends LogSessionRequest {
  readonly id: string;
  readonly app: SimulatedApp;
  readonly createdAt: number;
}

/** Milliseconds. Source: logplex's open source; the API reference says about five minutes. */
const EXPIRES_AFTER = 360_000;

interface Kept {
  readonly session: LogSession;
  usedAt: number;
  readers: number;
}

export class LogSessions {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  /** The path of every URL that was ever given out. */
  readonly paths: string[] = [];
  /** The one that was used last stands last. */
  readonly #kept = new Map<string, Kept>();

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  create(app: SimulatedApp, request: LogSessionRequest): LogSession {
    this.#forgetExpired();
    const now = this.#clock.now();
    const session = { ...request, id: this.#random.uuid(), app, createdAt: now };
    this.#kept.set(session.id, { session, usedAt: now, readers: 0 });
    this.paths.push(`/sessions/${session.id}`);
    return session;
  }

  /** The session of a URL, or nothing if it never was or has expired. It does not expire before `leave`. */
  enter(id: string): LogSession | undefined {
    this.#forgetExpired();
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    kept.readers++;
    return kept.session;
  }

  /** The app that a session reads, if there is such a session. */
  appOf(id: string): string | undefined {
    return this.#kept.get(id)?.session.app.name;
  }

  leave(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.readers--;
    kept.usedAt = this.#clock.now();
    this.#kept.delete(id);
    this.#kept.set(id, kept);
  }

  #forgetExpired(): void {
    const expired = this.#clock.now() - EXPIRES_AFTER;
    for (const [id, { usedAt, readers }] of this.#kept) {
      if (usedAt > expired) break;
      if (readers === 0) this.#kept.delete(id);
    }
  }
}
