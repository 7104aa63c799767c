import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Point } from '../../../infra/report/report.ts';
import { thin } from '../../../infra/report/thin.ts';

/** In order of time, with gaps here and there. */
const points = fc
  .array(
    fc.record({
      step: fc.integer({ min: 1, max: 60_000 }),
      value: fc.option(fc.double({ min: 0, max: 2000, noNaN: true }), { freq: 10 }),
    }),
    { maxLength: 400 },
  )
  .map((steps) => {
    let time = Date.UTC(2026, 0, 5);
    return steps.map(({ step, value }): Point => {
      time += step;
      return { time, value };
    });
  });
const most = fc.integer({ min: 2, max: 100 });

const values = (all: readonly Point[]) => all.flatMap(({ value }) => value ?? []);
const gaps = (all: readonly Point[]) => all.filter(({ value }) => value === null);

it('keeps the highest and the lowest point, every gap, and the order, and invents nothing', () => {
  fc.assert(
    fc.property(points, most, (all, limit) => {
      const left = thin(all, limit);
      expect(Math.max(...values(left))).toBe(Math.max(...values(all)));
      expect(Math.min(...values(left))).toBe(Math.min(...values(all)));
      expect(gaps(left)).toEqual(gaps(all));
      const places = left.map((point) => all.indexOf(point));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    }),
  );
});

it('leaves no more points than it may, but for those around gaps', () => {
  fc.assert(
    fc.property(points, most, (all, limit) => {
      expect(thin(all, limit).length).toBeLessThanOrEqual(limit + 3 * gaps(all).length);
    }),
  );
});

it('keeps a peak of one point in a day of them', () => {
  const day = Array.from({ length: 8640 }, (_, place): Point => ({ time: place * 10_000, value: 300 }));
  day[5000] = { time: 50_000_000, value: 1030 };
  expect(thin(day, 1000)).toContainEqual({ time: 50_000_000, value: 1030 });
  expect(thin(day, 1000).length).toBeLessThanOrEqual(1000);
});
