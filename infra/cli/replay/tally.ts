/** Counts what is recorded of one process, and what would have become of it. */
import type { Candidate, Spared } from '../../../lib/decide.ts';
import type { SpareReason } from '../../../lib/events.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import type { Heard } from './derived-dynos.ts';
import type { ReplayedProcess, ReplayedRestart, ReplayedSpared } from './result.ts';

interface CountedRestart {
  readonly candidate: Candidate;
  readonly at: number;
  readonly createdAt: number | undefined;
  readonly windowSeconds: number;
  /** The last that is recorded of the dyno. */
  recordedUntil: number;
}

interface CountedSpared {
  times: number;
  afterRestart: number;
  readonly firstAt: number;
  lastAt: number;
  largest: number;
  message: string;
}

export class Tally {
  readonly #process: string;
  readonly #threshold: (quota: number | undefined) => number | undefined;
  readonly #restarts: CountedRestart[] = [];
  readonly #spared = new Map<SpareReason, CountedSpared>();
  #dyno: string | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  #dynos = 0;
  #samples = 0;
  #quota: number | undefined;
  #peak = Number.NEGATIVE_INFINITY;
  #peakAt = 0;
  #overQuota = 0;
  #undone = 0;
  #overQuotaUndone = 0;

  /** @param threshold MB, of a dyno of this quota */
  constructor(process: string, threshold: (quota: number | undefined) => number | undefined) {
    this.#process = process;
    this.#threshold = threshold;
  }

  /** @param size by the configured measure, MB */
  sample({ dyno, at, quota, total }: Sample, size: number, heard: Heard): void {
    if (heard === 'new') this.#dynos++;
    // The same again: logs that were saved one after the other overlap.
    if (dyno === this.#dyno && at <= this.#lastAt) return;
    this.#dyno = dyno;
    this.#lastAt = at;
    this.#samples++;
    this.#quota = quota ?? this.#quota;
    if (size > this.#peak) {
      this.#peak = size;
      this.#peakAt = at;
    }
    const isOverQuota = quota !== undefined && total > quota;
    if (isOverQuota) this.#overQuota++;
    if (heard !== 'undone') return;
    this.#undone++;
    if (isOverQuota) this.#overQuotaUndone++;
    const restart = this.#restarts.findLast(({ candidate }) => candidate.dyno === dyno);
    if (restart !== undefined) restart.recordedUntil = at;
  }

  restarted(candidate: Candidate, at: number, createdAt: number | undefined, windowSeconds: number): void {
    this.#restarts.push({ candidate, at, createdAt, windowSeconds, recordedUntil: at });
  }

  spared({ candidate, reason, message }: Spared, at: number): void {
    const known = this.#spared.get(reason);
    const isRestarted = this.#restarts.at(-1)?.candidate.dyno === candidate.dyno;
    const afterRestart = isRestarted ? 1 : 0;
    if (known === undefined) {
      this.#spared.set(reason, {
        times: 1,
        afterRestart,
        firstAt: at,
        lastAt: at,
        largest: candidate.size,
        message,
      });
      return;
    }
    known.times++;
    known.afterRestart += afterRestart;
    known.lastAt = at;
    known.largest = Math.max(known.largest, candidate.size);
    known.message = message;
  }

  result(): ReplayedProcess {
    return {
      process: this.#process,
      dynos: this.#dynos,
      samples: this.#samples,
      quota: this.#quota ?? null,
      threshold: this.#threshold(this.#quota) ?? null,
      peak: this.#peak,
      peakAt: isoTime(this.#peakAt),
      overQuota: this.#overQuota,
      undone: this.#undone,
      overQuotaUndone: this.#overQuotaUndone,
      restarts: this.#restarts.map(toRestart),
      spared: [...this.#spared].map(([reason, spared]) => toSpared(reason, spared)),
    };
  }
}

function toRestart(restart: CountedRestart): ReplayedRestart {
  const { candidate, at, createdAt, windowSeconds, recordedUntil } = restart;
  const { dyno, size, threshold, reason, measure } = candidate;
  const aliveSeconds = createdAt === undefined ? null : Math.round((at - createdAt) / 1000);
  const recordedSecondsAfter = Math.round((recordedUntil - at) / 1000);
  const moreIfAlike =
    aliveSeconds === null ? null : Math.floor(recordedSecondsAfter / Math.max(aliveSeconds, windowSeconds));
  return {
    ...{ at: isoTime(at), dyno, size, threshold, reason, measure },
    ...{ aliveSeconds, recordedSecondsAfter, moreIfAlike },
  };
}

function toSpared(reason: SpareReason, spared: CountedSpared): ReplayedSpared {
  const { firstAt, lastAt, ...rest } = spared;
  return { reason, ...rest, firstAt: isoTime(firstAt), lastAt: isoTime(lastAt) };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
