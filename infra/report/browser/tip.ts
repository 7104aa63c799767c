/** A word on what is under the pointer: the time, each line's value there, and the marks close by. */
import type uPlot from 'uplot';
import type { EmbeddedChart } from '../embedded.ts';
import type { Mark, MarkKind } from '../report.ts';

/** CSS pixels: this close to the pointer, a mark is meant. */
const NEAR = 6;
const MOST_MARKS = 4;

export class Tip {
  readonly element: HTMLElement;
  readonly #place: HTMLElement;
  readonly #chart: EmbeddedChart;
  readonly #kinds: ReadonlyMap<string, MarkKind>;

  constructor(place: HTMLElement, chart: EmbeddedChart, kinds: ReadonlyMap<string, MarkKind>) {
    this.#place = place;
    this.#chart = chart;
    this.#kinds = kinds;
    this.element = document.createElement('div');
    this.element.className = 'tip';
    this.element.hidden = true;
  }

  show(plot: uPlot): void {
    const { left = -1 } = plot.cursor;
    this.element.hidden = left < 0;
    if (left < 0) return;
    const time = plot.posToVal(left, 'x');
    const lines = [timeOfDay(time)];
    for (const [place, series] of this.#chart.series.entries()) {
      const value = valueNear(plot, place + 1, time);
      if (value !== undefined) lines.push(`${series.name}: ${value} ${this.#chart.unit}`);
    }
    const near = this.#chart.marks.filter((mark) => this.#isNear(plot, mark, left));
    for (const { kind, label } of near.slice(0, MOST_MARKS)) {
      lines.push(`${this.#kinds.get(kind)?.name ?? kind}: ${label}`);
    }
    if (near.length > MOST_MARKS) lines.push(`and ${near.length - MOST_MARKS} more`);
    this.element.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement('div');
        line.textContent = text;
        return line;
      }),
    );
    this.#placeAt(left + plot.over.offsetLeft);
  }

  #isNear(plot: uPlot, { time, until = time }: Mark, left: number): boolean {
    const from = plot.valToPos(time / 1000, 'x') - NEAR;
    const to = plot.valToPos(until / 1000, 'x') + NEAR;
    return left >= from && left <= to;
  }

  #placeAt(x: number): void {
    const { clientWidth } = this.#place;
    const { offsetWidth } = this.element;
    const right = x + 14 + offsetWidth > clientWidth;
    const wanted = right ? x - 14 - offsetWidth : x + 14;
    this.element.style.left = `${Math.max(0, Math.min(wanted, clientWidth - offsetWidth))}px`;
  }
}

/** The value of a series at a time or at its last point before; nothing where it has a gap there. */
function valueNear(plot: uPlot, series: number, time: number): number | undefined {
  const [times] = plot.data;
  const values = plot.data[series];
  let place = plot.valToIdx(time);
  if ((times[place] ?? 0) > time) place--;
  while (place >= 0 && values?.[place] === undefined) place--;
  return values?.[place] ?? undefined;
}

/** UTC. */
function timeOfDay(second: number): string {
  return `${new Date(second * 1000).toISOString().slice(11, 19)} UTC`;
}
