import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Timeline } from '../../../../infra/cli/replay/timeline.ts';

const MINUTE = 60_000;

it('holds the largest size of each minute, apart from what would not have been', () => {
  const timeline = new Timeline();
  timeline.add('web.1', 10 * MINUTE, 100, false);
  timeline.add('web.1', 10 * MINUTE + 20, 120, false);
  timeline.add('web.2', 12 * MINUTE, 50, false);
  timeline.add('web.1', 12 * MINUTE, 130, true);
  expect(timeline.slots()).toEqual({
    width: MINUTE,
    starts: [10 * MINUTE, 11 * MINUTE, 12 * MINUTE],
    recorded: new Map([
      ['web.1', [120, null, null]],
      ['web.2', [null, null, 50]],
    ]),
    undone: new Map([['web.1', [null, null, 130]]]),
  });
});

it('is empty where nothing came', () => {
  expect(new Timeline().slots()).toMatchObject({ starts: [], recorded: new Map() });
});

it('stays small, and keeps the largest size where it belongs, however long the log is', () => {
  const anySizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 * 24 * 60 }), fc.nat(1000)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(anySizes, (sizes) => {
      const timeline = new Timeline();
      for (const [minute, size] of sizes) timeline.add('web.1', minute * MINUTE, size, false);
      const { width, starts, recorded } = timeline.slots();
      expect(starts.length).toBeLessThanOrEqual(1500);
      const expected = new Map<number, number>();
      for (const [minute, size] of sizes) {
        const start = Math.floor((minute * MINUTE) / width) * width;
        expected.set(start, Math.max(size, expected.get(start) ?? 0));
      }
      expect(recorded.get('web.1')).toEqual(starts.map((start) => expected.get(start) ?? null));
    }),
  );
});
