/**
 * Which dynos a scan has heard of, on top of what earlier scans heard while the function was warm. That memory
 * is no more than a convenience: a cold start forgets it, and all that is lost is that samples in a row are
 * counted anew. Nothing that must hold depends on it.
 */
import { KeptSessions } from './heroku/kept-sessions.ts';
import { MOST_LOG_LINES } from './heroku/platform-api.ts';
import type { Sample } from './heroku/sample.ts';
import { compareProcesses } from './processes.ts';

/** An older sample restarts nothing: the dyno it speaks of may be another by now. */
export const FRESH_MS = 120_000;

/** A process that fell silent is asked after for so long; later it is taken for scaled away. */
const MISSED_FOR_MS = 600_000;

const FORGET_AFTER_MS = 3600_000;

/** The newest samples of one dyno, newest first, all of the same process and UUID. */
export type DynoSamples = readonly [Sample, ...Sample[]];
type RememberedSamples = [Sample, ...Sample[]];

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
  /** By process and UUID. */
  readonly dynos = new Map<string, RememberedSamples>();
}

/** What one scan has heard of one app. One scan at a time hears for a memory. */
export class Sightings {
  readonly #memory: AppMemory;
  readonly #keep: number;
  readonly #heard = new Set<DynoSamples>();
  /** Those of the dyno that was heard of last under each UUID. */
  readonly #samples = new Map<string, RememberedSamples>();

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
    insert(sample, this.#samplesOf(sample), this.#keep);
  }

  /** What is remembered of this one's dyno: this one, where nothing is. */
  #samplesOf(sample: Sample): RememberedSamples {
    const heard = this.#samples.get(sample.dyno);
    if (heard?.[0].process === sample.process) return heard;
    const key = keyOf(sample);
    const samples = this.#memory.dynos.get(key) ?? [sample];
    // A scan before may have kept more: its config may have asked for them.
    samples.splice(this.#keep);
    this.#memory.dynos.set(key, samples);
    this.#heard.add(samples);
    this.#samples.set(sample.dyno, samples);
    return samples;
  }

  /** The dynos that this scan has heard of, within the last two minutes, by process. */
  fresh(now: number): DynoSamples[] {
    const fresh: DynoSamples[] = [];
    for (const samples of this.#memory.dynos.values()) {
      if (this.#heard.has(samples) && isFresh(samples[0], now)) fresh.push(samples);
    }
    return fresh.sort(([one], [other]) => compareProcesses(one.process, other.process));
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
    for (const samples of this.#memory.dynos.values()) {
      const [newest] = samples;
      if (newest.at >= now - FORGET_AFTER_MS && types.has(newest.type)) continue;
      this.#memory.dynos.delete(keyOf(newest));
      this.#samples.delete(newest.dyno);
      this.#heard.delete(samples);
    }
  }
}

/** A UUID is one dyno's alone. Its process is in the key all the same: two that shared one would hide each other. */
function keyOf({ process, dyno }: Sample): string {
  return `${process} ${dyno}`;
}

/** Puts a sample where its time belongs, unless it is there, and lets go of the oldest where there are too many. */
function insert(sample: Sample, samples: RememberedSamples, keep: number): void {
  let next: Sample | undefined = sample;
  for (let position = 0; next !== undefined && position < keep; position++) {
    const here: Sample | undefined = samples[position];
    if (here?.at === next.at) return;
    if (here !== undefined && here.at > next.at) continue;
    samples[position] = next;
    next = here;
  }
}

function isFresh(sample: Sample, now: number): boolean {
  return Math.abs(now - sample.at) <= FRESH_MS;
}
