/**
 * What Whacamole says: the events, and the log that they are written to. Each is one JSON object to a line, so
 * that a query in CloudWatch Logs Insights finds its fields by name.
 *
 * Free text (`message`) may quote what Heroku or a library said, and nobody knows what that quotes in turn:
 * the log therefore knows every secret of the scan, and takes each out of every message before it is written.
 */
import type { FailureReason } from './errors.ts';

/** Why a dyno over its threshold was not restarted. */
export type SpareReason =
  | 'within-window'
  | 'not-current'
  | 'not-up'
  | 'too-young'
  | 'too-many-at-once'
  | 'claimed-elsewhere'
  | 'not-sustained'
  | 'stale'
  | 'dry-run'
  | 'paused';

export type RestartReason = 'memory' | 'swap';

/** An event of one app, before its `at` is added. Sizes and thresholds are in MB. */
export type AppEvent =
  | {
      readonly event: 'DynoSize';
      readonly app: string;
      readonly process: string;
      readonly dyno: string;
      readonly size: number;
      readonly units: 'MB';
      readonly swap: number | undefined;
      readonly quota: number | undefined;
    }
  | {
      readonly event: 'DynoRestart';
      readonly app: string;
      readonly process: string;
      readonly dyno: string;
      readonly size: number;
      readonly units: 'MB';
      readonly threshold: number;
      readonly reason: RestartReason;
      /** What `size` is, `memory_total` for one. */
      readonly measure: string;
    }
  | {
      readonly event: 'DynoSpared';
      readonly app: string;
      readonly process: string;
      readonly dyno: string;
      readonly size: number;
      readonly units: 'MB';
      readonly threshold: number;
      readonly reason: SpareReason;
      readonly measure: string;
      /** The reason in words, with its numbers. */
      readonly message: string;
    }
  | {
      readonly event: 'RestartFailed';
      readonly app: string;
      readonly process: string;
      readonly dyno: string;
      /** HTTP status of Heroku's answer; null where there was none. */
      readonly status: number | null;
      readonly message: string;
    }
  | {
      readonly event: 'RestartsNotHelping';
      readonly app: string;
      readonly process: string;
      readonly size: number;
      readonly restarts: number;
      readonly message: string;
    }
  | {
      readonly event: 'NoSamples';
      readonly app: string;
      readonly processes: readonly string[];
      readonly message: string;
    }
  | {
      readonly event: 'AppFailed';
      readonly app: string;
      readonly reason: FailureReason;
      readonly message: string;
    };

/** What a scan, or a batch of one, comes to. */
export interface Totals {
  /** Apps configured. */
  readonly apps: number;
  /** Dynos of which a fresh sample was seen. */
  readonly dynos: number;
  readonly restarts: number;
  readonly spared: number;
  /** `AppFailed` and `RestartFailed` events. */
  readonly failures: number;
  readonly durationMs: number;
  /** Requests to the Platform API, retries included. Log URLs are not part of Heroku's budget. */
  readonly herokuRequests: number;
  /** What Heroku says is left of its request budget, of the token that has least; undefined where it says nothing. */
  readonly herokuRequestsLeft: number | undefined;
}

/** The scan as a whole: the last event of each, and the handler's result. */
export interface ScanDone extends Totals {
  readonly event: 'ScanDone';
  readonly at: string;
  /** Into how many batches its apps went, to be scanned by others; undefined where it has scanned them itself. */
  readonly batches: number | undefined;
}

/** A batch of a scan is done. */
export interface BatchDone extends Totals {
  readonly event: 'BatchDone';
  readonly at: string;
}

/** The apps of a batch are not scanned this minute. */
interface BatchDropped {
  readonly event: 'BatchDropped';
  /** `late`: a minute old or more. `failed`: tried again unless it is late by then. */
  readonly reason: 'late' | 'malformed' | 'not-sent' | 'failed';
  /** The names of the apps, as far as they are known. */
  readonly apps: readonly string[];
  readonly message: string;
}

/** Heroku's request budget does not last for all apps of a token: they are scanned in turn. */
interface BudgetLow {
  readonly event: 'BudgetLow';
  /** The token's name. */
  readonly token: string;
  /** Apps that wanted to ask Heroku something, and how many of them have to wait for a later scan. */
  readonly apps: number;
  readonly waiting: number;
  /** The longest that one of those that wait has been unwatched, seconds; undefined where that is not known. */
  readonly unwatchedSeconds: number | undefined;
  readonly message: string;
}

/** Some events did not reach the EventBridge bus. They stand in the log all the same. */
interface BusFailed {
  readonly event: 'BusFailed';
  readonly events: number;
  readonly message: string;
}

export type Event =
  | AppEvent
  | BatchDropped
  | BudgetLow
  | BusFailed
  | Omit<ScanDone, 'at'>
  | Omit<BatchDone, 'at'>;

export interface Destination {
  /** Takes an event's name and its JSON. Must not throw. */
  put(name: string, json: string): void;
}

/** Longer messages are cut, after secrets have been taken out: EventBridge takes 256 KB for ten events. */
const LONGEST_MESSAGE = 16_000;

/** Shorter strings than this are not taken for secrets: redacting them would eat words. */
const SHORTEST_SECRET = 6;

export class EventLog {
  readonly counts = { restarts: 0, spared: 0, failures: 0 };
  readonly #now: () => number;
  readonly #write: (line: string) => void;
  readonly #bus: Destination | undefined;
  readonly #secrets = new Set<string>();

  constructor(options: { now: () => number; write: (line: string) => void; bus?: Destination | undefined }) {
    this.#now = options.now;
    this.#write = options.write;
    this.#bus = options.bus;
  }

  /** From now on, `secret` appears in no message. */
  keepSecret(secret: string): void {
    if (secret.length >= SHORTEST_SECRET) this.#secrets.add(secret);
  }

  /** `text` without any secret that the log knows, and within bounds. */
  redact(text: string): string {
    let redacted = text;
    // The longest first: one that is a part of another would leave the rest of it.
    const secrets = [...this.#secrets].sort((a, b) => b.length - a.length);
    for (const secret of secrets) redacted = redacted.replaceAll(secret, '(withheld)');
    return redacted.length > LONGEST_MESSAGE ? `${redacted.slice(0, LONGEST_MESSAGE)}…` : redacted;
  }

  /** Writes the event and sends it to the bus; returns it as it was written. */
  emit<E extends Event>(event: E): E & { readonly at: string } {
    this.#count(event);
    const { event: name, ...fields } = event;
    const at = new Date(this.#now()).toISOString();
    const message =
      'message' in fields && typeof fields.message === 'string'
        ? { message: this.redact(fields.message) }
        : {};
    const written = { event: name, at, ...fields, ...message };
    const json = JSON.stringify(written);
    this.#write(`${json}\n`);
    // Sizes come every minute from every dyno: they are for the log alone.
    if (name !== 'DynoSize' && name !== 'BusFailed') this.#bus?.put(name, json);
    return { ...event, ...message, at };
  }

  #count(event: Event): void {
    switch (event.event) {
      case 'DynoRestart':
        this.counts.restarts++;
        break;
      case 'DynoSpared':
        this.counts.spared++;
        break;
      case 'RestartFailed':
      case 'AppFailed':
        this.counts.failures++;
        break;
      case 'DynoSize':
      case 'RestartsNotHelping':
      case 'NoSamples':
      case 'BudgetLow':
      case 'BatchDropped':
      case 'BusFailed':
      case 'ScanDone':
      case 'BatchDone':
        break;
      default:
        event satisfies never;
    }
  }
}
