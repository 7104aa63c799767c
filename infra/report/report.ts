/**
 * What a report is made of: some sentences, some tables, and charts in groups. It knows nothing of dynos, so that
 * whatever has numbers over time can be shown: a simulated day, or what another threshold would have done.
 */

/** How a thing is meant, whatever the colour that light and dark pages give it. */
export type Tone = 'good' | 'caution' | 'bad' | 'neutral';

export interface Report {
  readonly title: string;
  /** What is to be seen here, and where it comes from. A paragraph each. */
  readonly lead: readonly string[];
  /** The answer, for whoever reads no further. */
  readonly verdict?: { readonly tone: Tone; readonly text: string } | undefined;
  readonly tables: readonly Table[];
  /** What the marks in the charts mean, in the order of the legend. */
  readonly markKinds: readonly MarkKind[];
  readonly groups: readonly ChartGroup[];
}

export interface Table {
  readonly title: string;
  readonly note?: string | undefined;
  readonly columns: readonly string[];
  /** The first cell of a row is its heading; numbers stand to the right. */
  readonly rows: readonly (readonly Cell[])[];
}

export type Cell = string | number | { readonly text: string; readonly tone: Tone };

export interface MarkKind {
  readonly id: string;
  readonly name: string;
  readonly tone: Tone;
  /** `line`: across the chart, for what happens at a moment. `strip`: along its top, for what lasts. */
  readonly drawn: 'line' | 'strip';
}

export interface ChartGroup {
  readonly title: string;
  readonly note?: string | undefined;
  /** How many charts stand side by side where there is room: two to compare, three (the default) for many. */
  readonly columns?: 1 | 2 | 3;
  readonly charts: readonly Chart[];
}

export interface Chart {
  readonly title: string;
  readonly note?: string | undefined;
  /** What the values are: `MB`. */
  readonly unit: string;
  readonly series: readonly Series[];
  readonly levels: readonly Level[];
  readonly marks: readonly Mark[];
  /** Nothing happened here: shown only to those who ask for it. */
  readonly quiet?: boolean;
}

export interface Series {
  readonly name: string;
  readonly look: 'main' | 'second' | 'third' | 'faint';
  readonly points: readonly Point[];
}

/** In order of time. */
export interface Point {
  /** Epoch milliseconds. */
  readonly time: number;
  /** Null is a gap: where a dyno is replaced, the old one's line ends, and the new one's begins. */
  readonly value: number | null;
}

/** A line at one value: a threshold, a quota. */
export interface Level {
  readonly name: string;
  readonly value: number;
  readonly tone: Tone;
  /** Whether to be above it is to be seen at a glance. */
  readonly shadedAbove?: boolean;
}

export interface Mark {
  /** The `id` of its kind. */
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** Epoch milliseconds, for what lasts. */
  readonly until?: number | undefined;
  readonly label: string;
}
