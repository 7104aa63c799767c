/**
 * What stands in an app's log: who wrote it, and a text that is only made when somebody reads it, because of the
 * millions of lines of a simulated day nearly all are pushed out of the buffer unread.
 */
import { mix } from './random.ts';

export type LogSource = 'app' | 'heroku';

export interface LogLine {
  /** When it came into the log, epoch milliseconds: what the log is ordered by, whatever time the line says. */
  readonly arrivedAt: number;
  readonly source: LogSource;
  /** `web.1`, `router`, `api`. */
  readonly process: string;
  /** The line as logplex sends it, without the newline that ends it. */
  text(): string | Uint8Array;
}

export class MessageLine implements LogLine {
  readonly arrivedAt: number;
  readonly at: number;
  readonly source: LogSource;
  readonly process: string;
  readonly message: string;

  /** `at`, epoch milliseconds, is the time that the line itself says. */
  constructor(arrivedAt: number, source: LogSource, process: string, message: string, at = arrivedAt) {
    this.arrivedAt = arrivedAt;
    this.source = source;
    this.process = process;
    this.message = message;
    this.at = at;
  }

  text(): string {
    return `${timestamp(this.at, this.message.length)} ${this.source}[${this.process}]: ${this.message}`;
  }
}

/** Bytes as a test wishes them, well formed or not. */
export class RawLine implements LogLine {
  readonly arrivedAt: number;
  readonly source: LogSource;
  readonly process: string;
  readonly bytes: string | Uint8Array;

  constructor(arrivedAt: number, source: LogSource, process: string, bytes: string | Uint8Array) {
    this.arrivedAt = arrivedAt;
    this.source = source;
    this.process = process;
    this.bytes = bytes;
  }

  text(): string | Uint8Array {
    return this.bytes;
  }
}

/** What a log session narrows the log down to. */
export interface LogFilter {
  readonly source?: string | undefined;
  /** `web.1`, or `web` for all of the type, which the CLI sends on Cedar. */
  readonly dyno?: string | undefined;
  /** `web`. */
  readonly type?: string | undefined;
}

export function passes(filter: LogFilter, source: LogSource, process: string): boolean {
  return (
    (filter.source === undefined || filter.source === source) &&
    (filter.dyno === undefined || filter.dyno === process || filter.dyno === typeOfProcess(process)) &&
    (filter.type === undefined || filter.type === typeOfProcess(process))
  );
}

/** `web` of `web.1` (Cedar) and of `web-1234abcde-123ab` (Fir). */
export function typeOfProcess(process: string): string {
  return process.replace(/\.\d+$|-[0-9a-f]{9}-[0-9a-z]{5}$/, '');
}

let cachedSecond = Number.NaN;
let cachedSecondText = '';

/**
 * As logplex writes it: `2024-01-01T09:03:22.012194+00:00`, microseconds, their trailing zeros left out now and
 * then, as public logs show. The microseconds below a millisecond are made up from the time and the `salt`.
 */
export function timestamp(milliseconds: number, salt: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedSecondText = new Date(second * 1000).toISOString().slice(0, 19);
  }
  const microseconds = (milliseconds - second * 1000) * 1000 + (mix(milliseconds ^ salt) % 1000);
  const fraction = String(1_000_000 + Math.floor(microseconds)).slice(1);
  return `${cachedSecondText}.${fraction.endsWith('0') ? fraction.slice(0, 5) : fraction}+00:00`;
}
