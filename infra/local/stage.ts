/**
 * Where the function performs: on a simulated Heroku or on the real one. A stage knows how to scan once, how to
 * let the rest of a minute pass, and what there is to see of the dynos.
 */

import type { Rules } from '../../lib/config/app-config.ts';
import { thresholdsOf } from '../../lib/thresholds.ts';
import type { DynoRow } from './show/dyno-row.ts';

export interface Stage {
  /** What runs where, in a few words. */
  readonly title: string;
  /** What a person should know before it begins. */
  readonly notice: string;
  /** Epoch milliseconds. */
  now(): number;
  /** The dynos as they are now. */
  rows(): DynoRow[];
  /** One invocation of the handler. Rejects as it does. */
  scan(): Promise<unknown>;
  /** Lets the rest of the minute pass that began with the latest scan; less, where `ending` aborts. */
  restOfMinute(ending: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const MINUTE_MS = 60_000;

/** Above what the function would restart a dyno, MB: where the table draws its mark. */
export function thresholdMb(rules: Rules | undefined, quota: number | undefined): number {
  const thresholds = rules === undefined ? undefined : thresholdsOf(rules, quota);
  return thresholds?.memory ?? Number.POSITIVE_INFINITY;
}
