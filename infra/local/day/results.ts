/** What comes out of a day under one policy, and goes from the process that lived it to the one that reports. */
import type { Measure } from '../../../lib/config/app-config.ts';
import type { Mark, Point } from '../../report/report.ts';

export type PolicyName = 'whacamole' | 'gem' | 'nobody';

export interface DayResult {
  readonly policy: PolicyName;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly figures: Figures;
  readonly apps: readonly AppFigures[];
  /** How many dynos were above their quota, over time. */
  readonly aboveQuota: readonly Point[];
  readonly processes: readonly ProcessHistory[];
  readonly invocations: Invocations | undefined;
  /** Every restart, in order: what two runs of the same seed can be compared by. */
  readonly restarts: readonly RestartTold[];
}

/** How each is measured: ledger.ts. */
export interface Figures {
  /** Dyno-minutes. */
  readonly minutesAboveQuota: number;
  /** Dyno-minutes that the fleet ran in all. */
  readonly dynoMinutes: number;
  readonly restarts: number;
  readonly wrongRestarts: number;
  readonly doubleRestarts: number;
  readonly largestShareDown: ShareDown | undefined;
  readonly aboveRestartsAtOnce: number;
  readonly oneOffsKilled: number;
  /** By Heroku (R15). */
  readonly kills: number;
}

/** Of a type with more than one dyno. */
export interface ShareDown {
  readonly app: string;
  readonly type: string;
  readonly down: number;
  readonly of: number;
}

export interface AppFigures {
  readonly app: string;
  readonly dynos: string;
  readonly minutesAboveQuota: number;
  readonly restarts: number;
  /** Of the minutes, those of types that the gem was not told to watch, for its threshold suits another. */
  readonly minutesOfTypesTheGemLeavesOut: number;
}

export interface RestartTold {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly app: string;
  readonly process: string;
  readonly wrong: boolean;
  readonly double: boolean;
}

export interface ProcessHistory {
  readonly app: string;
  readonly process: string;
  readonly size: string;
  readonly quota: number;
  /** Undefined where the policy does not watch it. */
  readonly thresholdMb: number | undefined;
  /** What is compared with it, and drawn. */
  readonly measure: Measure;
  /** Of the dyno that is listed; a gap wherever there is another one, or none. */
  readonly points: readonly Point[];
  /** Of old dynos of the same name that preboot keeps alive. */
  readonly oldPoints: readonly Point[];
  readonly marks: readonly Mark[];
}

/** What the schedule did, and what became of it. */
export interface Invocations {
  readonly delivered: number;
  readonly duplicates: number;
  readonly late: number;
  /** Began while another one ran. */
  readonly overlapping: number;
  readonly coldStarts: number;
  readonly rejected: number;
  /** `AppFailed`, `RestartFailed` and `NoSamples` events. */
  readonly troubles: readonly string[];
}
