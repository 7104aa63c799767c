/**
 * The lines that a busy app and its router write: so many a second, as long as one likes, and none of them kept.
 * Line number k of a stretch of traffic stands at a time and has a text that follow from k alone, so a day of
 * 500 lines a second costs nothing until somebody reads its end.
 */
import { type LogFilter, type LogLine, type LogSource, passes, timestamp } from './log-line.ts';
import { mix } from './random.ts';

export interface TrafficText {
  /** The path that visitors ask for, query included: `/?measure=memory_total&val=99999`. */
  readonly routerPath?: string;
  /** What the app prints, instead of something plausible. */
  readonly appMessage?: string;
}

const METHODS = ['GET', 'GET', 'GET', 'POST', 'PATCH'];
const PATHS = ['/', '/orders', '/orders/new', '/api/v1/items', '/login', '/assets/app.css'];

/** One kind of line at one steady rate, from a time on. */
export class Traffic {
  readonly source: LogSource;
  readonly startedAt: number;
  readonly linesPerSecond: number;
  #endedAt = Infinity;
  readonly #text: TrafficText;
  readonly #host: string;
  readonly #webDynos: () => number;

  /** `webDynos` says, whenever asked, among how many web dynos the requests are shared out. */
  constructor(
    source: LogSource,
    startedAt: number,
    linesPerSecond: number,
    text: TrafficText,
    host: string,
    webDynos: () => number,
  ) {
    this.source = source;
    this.startedAt = startedAt;
    this.linesPerSecond = linesPerSecond;
    this.#text = text;
    this.#host = host;
    this.#webDynos = webDynos;
  }

  end(at: number): void {
    this.#endedAt = Math.min(this.#endedAt, at);
  }

  /** How many lines it has written up to and including a time. The newest is that number less one. */
  writtenBy(at: number): number {
    const milliseconds = Math.min(at, this.#endedAt) - this.startedAt;
    return milliseconds < 0 ? 0 : Math.floor((milliseconds * this.linesPerSecond) / 1000);
  }

  /** When line k is written. Epoch milliseconds, with a fraction. */
  timeOf(k: number): number {
    return this.startedAt + ((k + 1) * 1000) / this.linesPerSecond;
  }

  /** As `passes` of a line, without making the line's process where the filter does not ask for it. */
  passes(filter: LogFilter, k: number): boolean {
    if (filter.source !== undefined && filter.source !== this.source) return false;
    if (filter.dyno === undefined && filter.type === undefined) return true;
    return passes(filter, this.source, this.#processOf(k));
  }

  line(k: number): LogLine {
    return {
      arrivedAt: this.timeOf(k),
      source: this.source,
      process: this.#processOf(k),
      text: () => this.#textOf(k),
    };
  }

  #processOf(k: number): string {
    return this.source === 'heroku' ? 'router' : this.#dynoOf(k);
  }

  #textOf(k: number): string {
    const time = timestamp(Math.floor(this.timeOf(k)), k);
    return this.source === 'heroku' ? this.#routerText(time, k) : this.#appText(time, k);
  }

  #routerText(time: string, k: number): string {
    const chance = mix(k);
    const path = this.#text.routerPath ?? pick(PATHS, chance);
    return (
      `${time} heroku[router]: at=info method=${pick(METHODS, chance >>> 4)} path="${path}" host=${this.#host} ` +
      `request_id=${requestId(k)} fwd="203.0.113.${chance % 254}" dyno=${this.#dynoOf(k)} ` +
      `connect=${chance & 1}ms service=${(chance >>> 8) % 400}ms status=200 bytes=${(chance >>> 6) % 20_000} ` +
      'protocol=https'
    );
  }

  #appText(time: string, k: number): string {
    const chance = mix(k);
    const message =
      this.#text.appMessage ??
      `[${requestId(k)}] Completed 200 OK in ${(chance >>> 8) % 400}ms (Views: ${chance % 90}ms | Allocations: ${chance % 70_000})`;
    return `${time} app[${this.#dynoOf(k)}]: ${message}`;
  }

  #dynoOf(k: number): string {
    return `web.${1 + (mix(k ^ 0x5bd1) % Math.max(1, this.#webDynos()))}`;
  }
}

function pick(choices: readonly string[], chance: number): string {
  return choices[chance % choices.length] ?? '';
}

/** In the form of a UUID; written out by hand, because a busy history holds 1,500 of them. */
function requestId(k: number): string {
  const one = hexadecimal(mix(k + 1));
  const other = hexadecimal(mix(k + 2));
  return `${one}-${other.slice(0, 4)}-4${one.slice(5)}-a${other.slice(1, 4)}-${other}${one.slice(4)}`;
}

const FOUR_DIGITS = Array.from({ length: 0x1_0000 }, (_, number) => number.toString(16).padStart(4, '0'));

function hexadecimal(number: number): string {
  return `${FOUR_DIGITS[number >>> 16]}${FOUR_DIGITS[number & 0xffff]}`;
}
