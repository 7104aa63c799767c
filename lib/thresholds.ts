/**
 * What is compared with what: a dyno's size by the configured measure, and the thresholds that a config means for a
 * dyno of a given quota.
 */
import type { Amount, Rules } from './config/app-config.ts';
import type { Sample } from './heroku/sample.ts';

/** Of a dyno of 1024 MB: what the default threshold is measured by. */
const DEFAULT_THRESHOLD_MB = 1000;
const DEFAULT_THRESHOLD_QUOTA_MB = 1024;

/** What of a sample is compared with the restart threshold, MB; null where the sample does not say. */
export function sizeOf(sample: Sample, measure: Rules['measure']): number | null {
  switch (measure) {
    case 'memory_total':
      return sample.total;
    case 'memory_rss':
      return sample.rss ?? null;
    case 'memory_rss+memory_swap':
      return sample.rss === undefined || sample.swap === undefined
        ? null
        : hundredths(sample.rss + sample.swap);
    default:
      return measure satisfies never;
  }
}

/** Heroku gives sizes to the hundredth of a MB; sums and shares of them are no more exact than that. */
function hundredths(megabytes: number): number {
  return Math.round(megabytes * 100) / 100;
}

/** In MB; undefined where nothing is asked for, or where that takes a quota and none is known. */
export interface Thresholds {
  readonly memory: number | undefined;
  readonly swap: number | undefined;
}

/** What a dyno of this quota (MB) is compared with. */
export function thresholdsOf(rules: Rules, quota: number | undefined): Thresholds {
  const inMegabytes = (amount: Amount | undefined) => {
    if (amount?.unit !== 'percent') return amount?.value;
    return quota === undefined ? undefined : hundredths((quota * amount.value) / 100);
  };
  const byDefault =
    quota === undefined
      ? DEFAULT_THRESHOLD_MB
      : hundredths((quota * DEFAULT_THRESHOLD_MB) / DEFAULT_THRESHOLD_QUOTA_MB);
  return {
    memory: rules.restartThreshold === undefined ? byDefault : inMegabytes(rules.restartThreshold),
    swap: inMegabytes(rules.swapThreshold),
  };
}
