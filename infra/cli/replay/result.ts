/** What came of a replay: plain data, for people (show.ts), for a page (page.ts) and for programs (--json). */
import type { RestartReason, SpareReason } from '../../../lib/events.ts';

/** A restart that there would have been. Sizes are in MB, times ISO 8601. */
export interface ReplayedRestart {
  readonly at: string;
  readonly dyno: string;
  readonly size: number;
  readonly threshold: number;
  readonly reason: RestartReason;
  readonly measure: string;
  /** How old the dyno was; null where the log does not show when it was made. */
  readonly aliveSeconds: number | null;
  /** How long the log goes on with the dyno, which would not have been there any more. */
  readonly recordedSecondsAfter: number;
  /** How many more there would have been in that time, had each new dyno grown alike; null where that is not known. */
  readonly moreIfAlike: number | null;
}

/** Minutes in which the process was over its threshold, and yet not restarted, for this reason. */
export interface ReplayedSpared {
  readonly reason: SpareReason;
  readonly times: number;
  /** Of these, how often it was the last word of a dyno that had just been restarted: nothing to wonder about. */
  readonly afterRestart: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly largest: number;
  /** Of the last time, with its numbers. */
  readonly message: string;
}

export interface ReplayedProcess {
  readonly process: string;
  /** Dynos that bore the name, by UUID. */
  readonly dynos: number;
  /** As recorded, by the configured measure. */
  readonly samples: number;
  readonly quota: number | null;
  readonly threshold: number | null;
  readonly peak: number;
  readonly peakAt: string;
  readonly overQuota: number;
  /** Samples, and among them those above the quota, that would not have been: of dynos after their restart. */
  readonly undone: number;
  readonly overQuotaUndone: number;
  readonly restarts: readonly ReplayedRestart[];
  readonly spared: readonly ReplayedSpared[];
}

export interface ReplayResult {
  /** By name. Only what the config watches. */
  readonly processes: readonly ReplayedProcess[];
  /** Restarts of all processes. */
  readonly restarts: number;
  readonly moreIfAlike: number;
  /** In the log, and not watched by the config: samples by process type. */
  readonly unwatched: Readonly<Record<string, number>>;
  /** Samples that came more than two minutes too late to count. */
  readonly late: number;
  /** What the config asks for and the log does not say. */
  readonly problems: readonly string[];
}
