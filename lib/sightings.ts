/**
 * Which dynos a scan has heard of, on top of what earlier scans heard while the function was warm. That memory
 * is no more than a convenience: a cold start forgets it, and all that is lost is that samples in a row are
 * counted anew. Nothing that must hold depends on it.
 */
import { KeptSessions } from './heroku/kept-sessions.ts';
import { MOST_LOG_LINES } from './heroku/platform-api.ts';
import type { Sample } from './heroku/sample.ts';

/** An older sample restarts nothing: the dyno it speaks of may be another by now. */
export const FRESH_MS = 120_000;

/** A process that fell silent is asked after for so long; later it is taken for scaled away. */
const MISSED_FOR_MS = 600_000;

const FORGET_AFTER_MS = 3600_000;

/** `web.10` comes after `web.9`. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** The newest samples of one dyno, newest first, all of the same process and UUID. */
export type DynoSamples = readonly [Sample, ...Sample[]];

/** What is remembered of one app between scans. */
export class AppMemory {
  /** `cedar` or `fir`, once Heroku was asked: an app does not change it. */
  generation: string | undefined;
  /** When a scan last read its log, epoch milliseconds. */
  watchedAt = 0;
  /** Its history was too short in the last scan, and it had to be listened to. */
  busy = false;
  /** Until when a process type may be taken to run no dyno, epoch milliseconds. */
  readonly emptyUntil = new Map<string, number>();
  readonly sessions = new KeptSessions();
  /** How many lines of its log are enough, by what the last history spanned. */
  historyLines = MOST_LOG_LINES;
  readonly dynos = new Map<string, [Sample, ...Sample[]]>();
}

/** What one scan has heard of one app. */
export class Sightings {
  readonly #memory: AppMemory;
  readonly #keep: number;
  readonly #heard = new Set<string>();
  /** Each dyno's key, by its UUID: made once, for a log says the same of it thousands of times. */
  readonly #keys = new Map<string, { readonly process: string; readonly key: string }>();

  /** @param keep how many of each dyno's newest samples are kept */
  constructor(memory: AppMemory, keep: number) {
    this.#memory = memory;
    this.#keep = keep;
  }

  /**
   * Takes a sample in, whatever the order they come in; one that was seen before does not count again.
   *
   * @param now epoch milliseconds
   */
  add(sample: Sample, now: number): void {
    // From the future, it would be its dyno's newest for ever.
    if (sample.at > now + FRESH_MS) return;
    const key = this.#keyOf(sample);
    this.#heard.add(key);
    const samples = this.#memory.dynos.get(key);
    if (samples === undefined) {
      this.#memory.dynos.set(key, [sample]);
      return;
    }
    let position = 0;
    while ((samples[position]?.at ?? Number.NEGATIVE_INFINITY) > sample.at) position++;
    if (samples[position]?.at === sample.at) return;
    if (position === 0) samples.unshift(sample);
    else samples.splice(position, 0, sample);
    while (samples.length > this.#keep) samples.pop();
  }

  #keyOf({ process, dyno }: Sample): string {
    const known = this.#keys.get(dyno);
    if (known?.process === process) return known.key;
    const key = `${process} ${dyno}`;
    this.#keys.set(dyno, { process, key });
    return key;
  }

  /** The dynos that this scan has heard of, within the last two minutes, by process. */
  fresh(now: number): DynoSamples[] {
    const fresh: DynoSamples[] = [];
    for (const [key, samples] of this.#memory.dynos) {
      if (this.#heard.has(key) && isFresh(samples[0], now)) fresh.push(samples);
    }
    return fresh.sort(([a], [b]) => compareNames(a, b));
  }

  /** The last word of every process that has not been heard of for two minutes. */
  stale(now: number): DynoSamples[] {
    const last = new Map<string, DynoSamples>();
    for (const samples of this.#memory.dynos.values()) {
      const other = last.get(samples[0].process);
      if (other === undefined || other[0].at < samples[0].at) last.set(samples[0].process, samples);
    }
    return [...last.values()].filter(([newest]) => !isFresh(newest, now));
  }

  /** Whether a process that was heard of in the last minutes is not heard of in this scan. */
  misses(now: number): boolean {
    const processes = new Set(this.fresh(now).map(([newest]) => newest.process));
    return [...this.#memory.dynos.values()].some(
      ([newest]) => newest.at > now - MISSED_FOR_MS && !processes.has(newest.process),
    );
  }

  /** Lets go of what is long gone, and of all but these process types. */
  forget(now: number, types: ReadonlyMap<string, unknown>): void {
    for (const [key, [newest]] of this.#memory.dynos) {
      if (newest.at < now - FORGET_AFTER_MS || !types.has(newest.type)) this.#memory.dynos.delete(key);
    }
  }
}

function compareNames(a: Sample, b: Sample): number {
  if (a.type !== b.type) return byNumber.compare(a.process, b.process);
  // The same without the collator, which takes long: no number begins with a zero, so the longer is the larger.
  if (a.process.length !== b.process.length) return a.process.length - b.process.length;
  if (a.process === b.process) return 0;
  return a.process < b.process ? -1 : 1;
}

function isFresh(sample: Sample, now: number): boolean {
  return Math.abs(now - sample.at) <= FRESH_MS;
}
