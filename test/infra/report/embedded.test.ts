import { describe, expect, it } from 'vitest';
import { embedChart, jsonForScript, readSeries } from '../../../infra/report/embedded.ts';
import type { Point } from '../../../infra/report/report.ts';

const START = Date.UTC(2026, 0, 5, 12);
const SECOND = START / 1000;

function throughThePage(points: readonly Point[]) {
  const chart = embedChart({
    title: 'web.1',
    unit: 'MB',
    series: [{ name: 'memory', look: 'main', points }],
    levels: [],
    marks: [],
  });
  const [series] = JSON.parse(jsonForScript(chart)).series;
  return readSeries(series);
}

describe('a series', () => {
  it('arrives as it was, to the second and to four digits', () => {
    const points = [
      { time: START + 400, value: 1003.456 },
      { time: START + 20_000, value: 87.6543 },
    ];
    expect(throughThePage(points)).toEqual([
      [SECOND, SECOND + 20],
      [1003, 87.65],
    ]);
  });

  it('keeps a gap that falls into the second of its neighbours', () => {
    const points = [
      { time: START, value: 900 },
      { time: START + 1, value: null },
      { time: START + 2, value: 300 },
    ];
    const [times, values] = throughThePage(points);
    expect(values).toEqual([900, null, 300]);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(times).size).toBe(3);
  });

  it('keeps the last of several values in one second', () => {
    const points = [
      { time: START, value: 900 },
      { time: START + 100, value: 901 },
    ];
    expect(throughThePage(points)).toEqual([[SECOND], [901]]);
  });
});

it('writes JSON that no text in it can end', () => {
  const text = '</script><script>alert(1)</script><!-- ';
  expect(jsonForScript({ text })).not.toContain('<');
  expect(JSON.parse(jsonForScript({ text }))).toEqual({ text });
});
