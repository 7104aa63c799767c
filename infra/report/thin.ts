/**
 * Fewer points, and the same picture: of each stretch of time the highest and the lowest point stay, so that no
 * peak is lost, however short; and every gap stays where it was.
 */
import type { Point } from './report.ts';

/**
 * @param most about so many points are left; more only where there are many gaps
 * @returns some of the points given, in their order
 */
export function thin(points: readonly Point[], most: number): readonly Point[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length <= most) return points;
  const bucketMs = Math.max(1, (last.time - first.time + 1) / Math.max(1, Math.floor(most / 2)));
  const kept: Point[] = [];
  let bucket: Point[] = [];
  let bucketNumber = 0;
  const empty = () => {
    kept.push(...extremes(bucket));
    bucket = [];
  };
  for (const point of points) {
    const number = Math.floor((point.time - first.time) / bucketMs);
    if (number !== bucketNumber || point.value === null) empty();
    bucketNumber = number;
    if (point.value === null) kept.push(point);
    else bucket.push(point);
  }
  empty();
  return kept;
}

/** The highest and the lowest of some points, in their order; one where both are the same. */
function extremes(points: readonly Point[]): Point[] {
  let highest = points[0];
  let lowest = points[0];
  for (const point of points) {
    if ((point.value ?? 0) > (highest?.value ?? 0)) highest = point;
    if ((point.value ?? 0) < (lowest?.value ?? 0)) lowest = point;
  }
  if (highest === undefined || lowest === undefined) return [];
  if (highest === lowest) return [highest];
  return highest.time < lowest.time ? [highest, lowest] : [lowest, highest];
}
