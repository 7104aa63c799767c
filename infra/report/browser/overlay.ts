/** What a chart shows besides its lines: levels and the space above them, marks across it and along its top. */
import type uPlot from 'uplot';
import type { EmbeddedChart } from '../embedded.ts';
import type { Mark, MarkKind } from '../report.ts';
import type { Colours } from './colours.ts';

const SHADE = 0.1;
/** CSS pixels. */
const STRIP_HEIGHT = 6;
const SHORTEST_STRIP = 3;
const HEAD = 5;

export function drawLevels(plot: uPlot, { levels }: EmbeddedChart, { tones }: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { value, tone, shadedAbove } of levels) {
    const y = Math.round(plot.valToPos(value, 'y', true));
    if (shadedAbove) {
      ctx.globalAlpha = SHADE;
      ctx.fillStyle = tones[tone];
      ctx.fillRect(bbox.left, bbox.top, bbox.width, Math.max(0, y - bbox.top));
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = tones[tone];
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(tone === 'bad' ? [] : [5 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

export function drawMarks(
  plot: uPlot,
  { marks }: EmbeddedChart,
  kinds: ReadonlyMap<string, MarkKind>,
  { tones }: Colours,
): void {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  // What happens at a moment is drawn over what lasts.
  const stripsFirst = marks.toSorted((one, other) => rank(kinds, one) - rank(kinds, other));
  for (const { kind: id, time, until } of stripsFirst) {
    const kind = kinds.get(id);
    if (kind === undefined) continue;
    const from = plot.valToPos(time / 1000, 'x', true);
    const to = plot.valToPos((until ?? time) / 1000, 'x', true);
    if (to < bbox.left || from > right) continue;
    ctx.fillStyle = tones[kind.tone];
    ctx.strokeStyle = tones[kind.tone];
    if (kind.drawn === 'strip') {
      const start = Math.max(from, bbox.left);
      const width = Math.max(Math.min(to, right) - start, SHORTEST_STRIP * devicePixelRatio);
      ctx.fillRect(
        start,
        bbox.top - (STRIP_HEIGHT + 1) * devicePixelRatio,
        width,
        STRIP_HEIGHT * devicePixelRatio,
      );
    } else {
      drawLine(ctx, Math.round(from), bbox, kind.tone === 'neutral');
    }
  }
  ctx.restore();
}

function rank(kinds: ReadonlyMap<string, MarkKind>, { kind }: Mark): number {
  return kinds.get(kind)?.drawn === 'strip' ? 0 : 1;
}

/** A line from top to bottom with an arrow on it; what matters less is dotted, and has none. */
function drawLine(ctx: CanvasRenderingContext2D, x: number, bbox: uPlot.BBox, background: boolean): void {
  ctx.setLineDash(background ? [devicePixelRatio, 3 * devicePixelRatio] : []);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  if (background) return;
  const head = HEAD * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x - head, bbox.top - 1.6 * head);
  ctx.lineTo(x + head, bbox.top - 1.6 * head);
  ctx.lineTo(x, bbox.top);
  ctx.fill();
}
