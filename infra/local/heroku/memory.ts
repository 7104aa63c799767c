/**
 * How a dyno's memory grows, and the two lines that `log-runtime-metrics` writes about it. The parts of a
 * reading are whole hundredths of a megabyte, so that total = rss + cache + swap holds to the last digit.
 */
import { type LogLine, timestamp } from './log-line.ts';
import type { Random } from './random.ts';

export interface DynoBehaviour {
  /** `standard-1X` by default; gives the quota, unless `quota` does. */
  readonly size?: string;
  /** Megabytes. */
  readonly quota?: number;
  /** Megabytes right after the start, page cache not counted; 200 by default. */
  readonly baseMb?: number;
  readonly leakMbPerMinute?: number;
  /** Page cache: part of `memory_total`, though it would be given back under pressure. */
  readonly cacheMb?: number;
  /** A reading is off by so many megabytes at most, up or down. */
  readonly jitterMb?: number;
  /** `memory_total` in megabytes by the seconds since `created_at`, instead of base, leak and cache. */
  readonly memory?: (ageSeconds: number) => number;
  readonly command?: string;
}

/** In megabytes. */
export interface MemoryReading {
  readonly total: number;
  readonly rss: number;
  readonly cache: number;
  readonly swap: number;
  readonly quota: number;
}

export function readMemory(
  behaviour: DynoBehaviour,
  quota: number,
  ageSeconds: number,
  random: Random,
): MemoryReading {
  const cacheWanted = behaviour.cacheMb ?? 0;
  const grown =
    behaviour.memory?.(ageSeconds) ??
    (behaviour.baseMb ?? 200) + cacheWanted + ((behaviour.leakMbPerMinute ?? 0) * ageSeconds) / 60;
  const jitter =
    behaviour.jitterMb === undefined ? 0 : random.between(-behaviour.jitterMb, behaviour.jitterMb);
  const total = Math.max(0, Math.round((grown + jitter) * 100));
  const swap = Math.max(0, total - Math.round(quota * 100));
  const cache = Math.min(Math.round(cacheWanted * 100), total - swap);
  const rss = total - swap - cache;
  return { total: total / 100, rss: rss / 100, cache: cache / 100, swap: swap / 100, quota };
}

/** `source=web.1 dyno=heroku.55116999.<uuid>`: how a dyno's own measurements begin. */
export function sampleHead(name: string, appNumber: number, uuid: string): string {
  return `heroku[${name}]: source=${name} dyno=heroku.${appNumber}.${uuid}`;
}

const PAGES_PER_MB = 256;
const PAGED_OUT_PER_SECOND = 23;

export class MemoryLine implements LogLine {
  readonly arrivedAt: number;
  readonly source = 'heroku';
  readonly process: string;
  readonly #head: string;
  readonly #reading: MemoryReading;
  readonly #ageSeconds: number;

  constructor(arrivedAt: number, process: string, head: string, reading: MemoryReading, ageSeconds: number) {
    this.arrivedAt = arrivedAt;
    this.process = process;
    this.#head = head;
    this.#reading = reading;
    this.#ageSeconds = ageSeconds;
  }

  text(): string {
    const { total, rss, cache, swap, quota } = this.#reading;
    const pagedOut = Math.floor(this.#ageSeconds * PAGED_OUT_PER_SECOND);
    const pagedIn = pagedOut + Math.round((rss + cache) * PAGES_PER_MB);
    return (
      `${timestamp(this.arrivedAt, pagedIn)} ${this.#head} sample#memory_total=${hundredths(total)}MB ` +
      `sample#memory_rss=${hundredths(rss)}MB sample#memory_cache=${hundredths(cache)}MB ` +
      `sample#memory_swap=${hundredths(swap)}MB sample#memory_pgpgin=${pagedIn}pages ` +
      `sample#memory_pgpgout=${pagedOut}pages sample#memory_quota=${hundredths(quota)}MB`
    );
  }
}

export class LoadLine implements LogLine {
  readonly arrivedAt: number;
  readonly source = 'heroku';
  readonly process: string;
  readonly #head: string;
  readonly #load: number;
  readonly #ageSeconds: number;

  constructor(arrivedAt: number, process: string, head: string, load: number, ageSeconds: number) {
    this.arrivedAt = arrivedAt;
    this.process = process;
    this.#head = head;
    this.#load = load;
    this.#ageSeconds = ageSeconds;
  }

  /** A young dyno says only the averages it is old enough for. */
  text(): string {
    let line = `${timestamp(this.arrivedAt, this.process.length)} ${this.#head} sample#load_avg_1m=${hundredths(this.#load)}`;
    if (this.#ageSeconds >= 60) line += ` sample#load_avg_5m=${hundredths(this.#load * 0.9)}`;
    if (this.#ageSeconds >= 300) line += ` sample#load_avg_15m=${hundredths(this.#load * 0.8)}`;
    return line;
  }
}

const LAST_DIGITS = Array.from({ length: 100 }, (_, number) => `.${String(number).padStart(2, '0')}`);

/** `toFixed(2)` of a positive number, in a tenth of the time: a history of samples holds ten thousand of them. */
function hundredths(number: number): string {
  const whole = Math.round(number * 100);
  return `${Math.floor(whole / 100)}${LAST_DIGITS[whole % 100]}`;
}

/** `Process running mem=531M(103.8%)`: the total without its fraction, and its share of the quota. */
export function runningOverQuota(reading: MemoryReading): string {
  const percentage = ((reading.total / reading.quota) * 100).toFixed(1);
  return `Process running mem=${Math.floor(reading.total)}M(${percentage}%)`;
}
