/**
 * A process's sizes over time, drawn with characters: a line to each dyno, a dot where one was restarted, and the
 * threshold across.
 */
import { plot, type Settings } from 'simple-ascii-chart';
import { dayOf, hours } from './clock.ts';
import type { ProcessStory, Size } from './story.ts';

const HEIGHT = 10;
/** What stands to the left of the plot, and the arrow to its right. */
const BESIDE = 12;
const NARROWEST = 20;

/** @param width characters to a line */
export function drawChart(
  story: ProcessStory,
  { width, colour }: { width: number; colour: boolean },
): string {
  const { sizes, threshold, happenings } = story;
  const columns = Math.max(NARROWEST, width - BESIDE);
  const drawn = thinned(sizes, columns);
  const lines = [...Map.groupBy(drawn, ({ dyno }) => dyno).values()];
  const restarts = happenings.filter(({ what }) => what === 'restarted');
  const values = [...sizes.map(({ size }) => size), ...(threshold === null ? [] : [threshold])];
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(1, (highest - lowest) * 0.1);
  const times = drawn.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const timeAt = dayOf(from) === dayOf(to) ? hours : (at: number) => dayOf(at).slice(5);
  const settings: Settings = {
    ...{ width: columns, height: HEIGHT },
    yRange: [Math.max(0, Math.floor(lowest - margin)), Math.ceil(highest + margin)],
    customYAxisTicks: [...new Set([lowest, highest, ...(threshold === null ? [] : [threshold])])],
    customXAxisTicks: [...new Set([from, Math.round((from + to) / 2), to])],
    formatter: (value, { axis }) => (axis === 'x' ? timeAt(value) : `${Math.round(value)} MB`),
    points: restarts.map(({ lastAt, largest }) => ({
      // It is said a moment after the size that it was decided on.
      x: Math.min(lastAt, to),
      y: largest ?? highest,
      ...paintOf(colour, 'ansiRed'),
    })),
    thresholds: threshold === null ? [] : [{ y: threshold, ...paintOf(colour, 'ansiYellow') }],
    symbols: { point: '●', thresholds: { x: '╌' } },
    ...paintOf(colour, 'ansiGreen'),
  };
  const text = plot(
    lines.map((line) => line.map(({ at, size }): [number, number] => [at, size])),
    settings,
  );
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

function paintOf<Colour extends string>(colour: boolean, name: Colour): { color?: Colour } {
  return colour ? { color: name } : {};
}

/** Of each dyno, the largest in each column. */
function thinned(sizes: readonly Size[], columns: number): Size[] {
  const from = sizes[0]?.at ?? 0;
  const width = Math.max(1, ((sizes.at(-1)?.at ?? 0) - from) / columns);
  const largest = new Map<string, Size>();
  for (const size of sizes) {
    const key = `${size.dyno} ${Math.floor((size.at - from) / width)}`;
    if (size.size > (largest.get(key)?.size ?? 0)) largest.set(key, size);
  }
  return [...largest.values()];
}
