/**
 * One chart: uPlot's lines, and what is drawn over and under them: levels, marks, and a word on what is under the
 * pointer. Times are UTC, whatever the clock of the machine that shows the page.
 */
import uPlot from 'uplot';
import { type EmbeddedChart, readSeries } from '../embedded.ts';
import type { MarkKind } from '../report.ts';
import type { Colours } from './colours.ts';
import { drawLevels, drawMarks } from './overlay.ts';
import { Tip } from './tip.ts';

/** CSS pixels: what the marks along the top take. */
const ROOM_FOR_MARKS = 14;
const NARROWEST_GAP = 3;
/** Above the highest value, so that a quota is no edge. */
const HEADROOM = 1.1;

export class DrawnChart {
  readonly #place: HTMLElement;
  readonly #plot: uPlot;

  constructor(place: HTMLElement, chart: EmbeddedChart, markKinds: readonly MarkKind[], colours: Colours) {
    this.#place = place;
    const kinds = new Map(markKinds.map((kind) => [kind.id, kind]));
    const tip = new Tip(place, chart, kinds);
    const options: uPlot.Options = {
      width: place.clientWidth,
      height: place.clientHeight,
      padding: [ROOM_FOR_MARKS, 8, 0, 0],
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), 'Etc/UTC'),
      legend: { show: false },
      cursor: { points: { size: 6 }, drag: { x: true, y: false }, y: false },
      scales: {
        x: { range: (_, least, most) => timeRange(chart, least, most) },
        y: { range: valueRange(chart) },
      },
      axes: [
        {
          ...axis(colours),
          size: 26,
          space: 60,
          values: [
            [3600 * 24, '{MMM} {D}', ...NOTHING_ELSE],
            [60, '{HH}:{mm}', ...NOTHING_ELSE],
            [1, '{HH}:{mm}:{ss}', ...NOTHING_ELSE],
          ],
        },
        { ...axis(colours), size: 48, space: 28 },
      ],
      series: [
        {},
        ...chart.series.map(({ name, look }) => ({
          label: name,
          stroke: colours.looks[look],
          width: look === 'faint' ? 1 : 1.5,
          points: { show: false },
          gaps: visibleGaps,
        })),
      ],
      hooks: {
        drawClear: [(plot) => drawLevels(plot, chart, colours)],
        draw: [(plot) => drawMarks(plot, chart, kinds, colours)],
        setCursor: [(plot) => tip.show(plot)],
      },
    };
    this.#plot = new uPlot(options, aligned(chart), place);
    place.append(tip.element);
  }

  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#place;
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height });
  }

  remove(): void {
    this.#plot.destroy();
    this.#place.replaceChildren();
  }
}

/** uPlot's axis formats say as well what is shown at the turn of a year, a month, a day, an hour: nothing more here. */
const NOTHING_ELSE = [null, null, null, null, null, null, 0] as const;

function axis({ ink, grid }: Colours): uPlot.Axis {
  return {
    stroke: ink,
    font: '11px system-ui, sans-serif',
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  };
}

function aligned(chart: EmbeddedChart): uPlot.AlignedData {
  if (chart.series.length === 0) return [[]];
  return uPlot.join(chart.series.map((series): uPlot.AlignedData => readSeries(series)));
}

/** Marks may lie beyond the first and the last point. */
function timeRange({ marks }: EmbeddedChart, least: number, most: number): uPlot.Range.MinMax {
  const times = marks.flatMap(({ time, until }) => [time / 1000, (until ?? time) / 1000]);
  return [Math.min(least, ...times), Math.max(most, ...times)];
}

/** A gap that would be narrower than a line is made wide enough to be seen. Canvas pixels. */
function visibleGaps(plot: uPlot, series: number, first: number, last: number): uPlot.Series.Gaps {
  const [times] = plot.data;
  const values = plot.data[series] ?? [];
  const gaps: uPlot.Series.Gaps = [];
  let before = first;
  for (let place = first; place <= last; place++) {
    if (values[place] === undefined) continue;
    if (values[place] !== null) {
      before = place;
      continue;
    }
    let after = place;
    while (after < last && (values[after] ?? null) === null) after++;
    const from = plot.valToPos(times[before] ?? 0, 'x', true);
    const to = plot.valToPos(times[after] ?? 0, 'x', true);
    const widened = Math.max(0, (NARROWEST_GAP * devicePixelRatio - (to - from)) / 2);
    gaps.push([Math.floor(from - widened), Math.ceil(to + widened)]);
    place = after;
    before = after;
  }
  return gaps;
}

/** From zero, so that twice as high is twice as much, to above whatever is to be seen. */
function valueRange({ series, levels }: EmbeddedChart): uPlot.Range.MinMax {
  let highest = Math.max(0, ...levels.map(({ value }) => value));
  for (const { values } of series) for (const value of values) highest = Math.max(highest, value ?? 0);
  return [0, highest * HEADROOM || 1];
}
