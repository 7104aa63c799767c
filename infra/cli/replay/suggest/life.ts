/**
 * One dyno's life as the log shows it, in bounded memory and in shares of its quota: how large it was over time, and
 * how long it was above each of a row of levels before it came down again by itself.
 */
import type { Sample } from '../../../../lib/heroku/sample.ts';

/** What the default threshold is, as a share of the quota. */
export const DEFAULT_LEVEL = 1000 / 1024;

/** Shares of the quota. */
export const LEVELS: readonly number[] = [
  ...Array.from({ length: 12 }, (_, index) => 0.4 + index * 0.05),
  DEFAULT_LEVEL,
  1,
];

/** A stretch of time: when it begins (hours since the first sample), and how large the dyno was in it. */
export interface Stretch {
  readonly hours: number;
  readonly mean: number;
  readonly largest: number;
}

interface OpenStretch {
  readonly slot: number;
  sum: number;
  count: number;
  largest: number;
}

/** How often the dyno was above a level and came down by itself, and the longest row of samples that took. */
export interface Excursions {
  readonly level: number;
  times: number;
  longest: number;
  /** Samples in a row above it right now. */
  row: number;
  /** When that row began, epoch milliseconds. */
  since: number;
}

const FIRST_WIDTH_MS = 60_000;
const MOST_STRETCHES = 240;
const HOUR_MS = 3600_000;

export class Life {
  readonly process: string;
  readonly firstAt: number;
  /** Whether its beginning is in the log. */
  readonly isWhole: boolean;
  lastAt: number;
  samples = 0;
  quota = 0;
  /** Sums of shares of the quota. */
  #total = 0;
  #cache = 0;
  #width = FIRST_WIDTH_MS;
  #stretches: OpenStretch[] = [];
  readonly #excursions: Excursions[] = LEVELS.map((level) => ({
    level,
    times: 0,
    longest: 0,
    row: 0,
    since: 0,
  }));

  constructor({ process, at }: Sample, isWhole: boolean) {
    this.process = process;
    this.firstAt = at;
    this.lastAt = at;
    this.isWhole = isWhole;
  }

  get hours(): number {
    return (this.lastAt - this.firstAt) / HOUR_MS;
  }

  /** How much of its size is page cache, as a share. */
  get cacheShare(): number {
    return this.#total === 0 ? 0 : this.#cache / this.#total;
  }

  /** Samples that name no quota, or do not go on in time, tell nothing. */
  add({ at, total, rss, swap, quota }: Sample): void {
    if (quota === undefined || (at <= this.lastAt && this.samples > 0)) return;
    const size = total / quota;
    this.quota = quota;
    this.lastAt = at;
    this.samples++;
    this.#total += size;
    if (rss !== undefined) this.#cache += Math.max(0, total - rss - (swap ?? 0)) / quota;
    this.#addToStretch(Math.floor((at - this.firstAt) / this.#width), size);
    for (const excursions of this.#excursions) {
      if (size > excursions.level) {
        if (excursions.row === 0) excursions.since = at;
        excursions.row++;
      } else if (excursions.row > 0) {
        excursions.times++;
        excursions.longest = Math.max(excursions.longest, excursions.row);
        excursions.row = 0;
      }
    }
  }

  stretches(): Stretch[] {
    return this.#stretches.map(({ slot, sum, count, largest }) => ({
      hours: (slot * this.#width) / HOUR_MS,
      mean: sum / count,
      largest,
    }));
  }

  /** Of the highest level that is not above `share`. */
  excursionsAbove(share: number): Excursions | undefined {
    return this.#excursions.findLast(({ level }) => level <= share + 1e-9);
  }

  #addToStretch(slot: number, size: number): void {
    const last = this.#stretches.at(-1);
    if (last?.slot === slot) {
      last.sum += size;
      last.count++;
      last.largest = Math.max(last.largest, size);
      return;
    }
    this.#stretches.push({ slot, sum: size, count: 1, largest: size });
    if (this.#stretches.length > MOST_STRETCHES) this.#widen();
  }

  #widen(): void {
    this.#width *= 2;
    const narrow = this.#stretches;
    this.#stretches = [];
    for (const { slot, sum, count, largest } of narrow) {
      const into = Math.floor(slot / 2);
      const last = this.#stretches.at(-1);
      if (last?.slot === into) {
        last.sum += sum;
        last.count += count;
        last.largest = Math.max(last.largest, largest);
      } else {
        this.#stretches.push({ slot: into, sum, count, largest });
      }
    }
  }
}
