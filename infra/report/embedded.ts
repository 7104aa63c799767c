/**
 * How charts travel inside a page: as JSON, thinned out, rounded, and with times as steps from one to the next, so
 * that a day of a hundred dynos takes a few megabytes. Both ends are here: the page's builder writes it, and the
 * script in the page reads it.
 */
import type { Chart, Level, Mark, MarkKind, Series } from './report.ts';
import { thin } from './thin.ts';

export interface EmbeddedReport {
  readonly markKinds: readonly MarkKind[];
  /** The charts of all groups, in the order of the page. */
  readonly charts: readonly EmbeddedChart[];
}

export interface EmbeddedChart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly EmbeddedSeries[];
  readonly levels: readonly Level[];
  readonly marks: readonly Mark[];
}

export interface EmbeddedSeries {
  readonly name: string;
  readonly look: Series['look'];
  /** Whole seconds: the first is the epoch's, each other one counts from the one before. */
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/** More than a chart has pixels. */
const MOST_POINTS = 1200;
/** 1003 MB are told from 1004. */
const DIGITS = 4;
const GAP_SECONDS = 0.25;

export function embedChart({ title, unit, series, levels, marks }: Chart): EmbeddedChart {
  return { title, unit, series: series.map(embedSeries), levels, marks };
}

function embedSeries({ name, look, points }: Series): EmbeddedSeries {
  const steps: number[] = [];
  const values: (number | null)[] = [];
  let before = 0;
  for (const { time, value } of thin(points, MOST_POINTS)) {
    const second = Math.round(time / 1000);
    steps.push(second - before);
    values.push(value === null ? null : Number(value.toPrecision(DIGITS)));
    before = second;
  }
  return { name, look, steps, values };
}

/**
 * The points of a series, their times in epoch seconds. Of several in one second the last stands; but a gap stands
 * between its neighbours, if need be a fraction of a second later.
 */
export function readSeries({ steps, values }: EmbeddedSeries): [times: number[], values: (number | null)[]] {
  const times: number[] = [];
  const read: (number | null)[] = [];
  let second = 0;
  let latest = -1;
  for (const [place, step] of steps.entries()) {
    second += step;
    const value = values[place] ?? null;
    const atGap = value === null || read.at(-1) === null;
    const time = atGap ? Math.max(second, latest + GAP_SECONDS) : Math.max(second, latest);
    if (time === latest) {
      read[read.length - 1] = value;
    } else {
      times.push(time);
      read.push(value);
    }
    latest = time;
  }
  return [times, read];
}

/** JSON that no text in it can end: `<` is written as an escape, so there is no `</script>` and no `<!--`. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
