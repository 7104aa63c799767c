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
    const key = keyOf(sample);
    this.#heard.add(key);
    const samples = this.#memory.dynos.get(key);
    if (samples === undefined) {
      this.#memory.dynos.set(key, [sample]);
      return;
    }
    const position = samples.findIndex((known) => known.at <= sample.at);
    if (position !== -1 && samples[position]?.at === sample.at) return;
    samples.splice(position === -1 ? samples.length : position, 0, sample);
    if (samples.length > this.#keep) samples.length = this.#keep;
  }

  /** The dynos that this scan has heard of, within the last two minutes, by process. */
  fresh(now: number): DynoSamples[] {
    return [...this.#memory.dynos]
      .filter(([key, [newest]]) => this.#heard.has(key) && isFresh(newest, now))
      .map(([, samples]) => samples)
      .sort(([a], [b]) => byNumber.compare(a.process, b.process));
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

function keyOf({ process, dyno }: Sample): string {
  return `${process} ${dyno}`;
}

function isFresh(sample: Sample, now: number): boolean {
  return Math.abs(now - sample.at) <= FRESH_MS;
}
