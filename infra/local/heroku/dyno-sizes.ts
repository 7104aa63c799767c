/**
 * Heroku's dyno sizes, as far as memory goes. The API has been seen to write a size as `standard-1X`,
 * `Standard-1X` and `STANDARD-1X`, so looking one up does not mind capitals.
 */

/** Megabytes, as `memory_quota` says them. Source: Heroku Dev Center, "Dyno Types". */
const QUOTA_MB: Readonly<Record<string, number>> = {
  eco: 512,
  basic: 512,
  'standard-1x': 512,
  'standard-2x': 1024,
  'performance-m': 2560,
  'performance-l': 14_336,
  'performance-l-ram': 30_720,
  'performance-xl': 63_488,
  'performance-2xl': 129_024,
};

const BIG = new Set(['performance-l-ram', 'performance-xl', 'performance-2xl']);

/** Megabytes; undefined for a size that is not known here, those of Private Spaces among them. */
export function findQuota(size: string): number | undefined {
  return QUOTA_MB[size.toLowerCase()];
}

/** Throws a `RangeError` for a size that Heroku does not sell. */
export function quotaOfSize(size: string): number {
  const quota = findQuota(size);
  if (quota === undefined) {
    throw new RangeError(
      `Expected a dyno size to be one of ${Object.keys(QUOTA_MB).join(', ')}, found ${size}`,
    );
  }
  return quota;
}

/**
 * How many times the quota ends a dyno (R15). In Private Spaces the quota itself does: dynos have no swap there. Source:
 * Heroku Dev Center, "Error Codes".
 */
export function vastlyExceededFactor(size: string): number {
  if (/^(?:private|shield)-/i.test(size)) return 1;
  return BIG.has(size.toLowerCase()) ? 1.2 : 2;
}
