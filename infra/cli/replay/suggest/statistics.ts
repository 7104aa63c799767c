/** Figures that a few wild values cannot bend. All take unsorted numbers, and give NaN for none. */

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** @param share from 0, the least, to 1, the greatest */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A straight line through points: the median of the slopes between any two of them (Theil and Sen). */
export function trendOf(points: readonly Point[]): { slope: number; at: (x: number) => number } {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).flatMap((other) => {
      const run = other.x - one.x;
      return run === 0 ? [] : (other.y - one.y) / run;
    }),
  );
  const slope = slopes.length === 0 ? 0 : median(slopes);
  const start = median(points.map(({ x, y }) => y - slope * x));
  return { slope, at: (x) => start + slope * x };
}
