/**
 * A dyno's memory as a bar: its end is the quota, a mark stands at the threshold, and what is beyond the quota
 * points out of it. It is drawn in eighths of a character, so that a leak is seen to grow.
 */
import type { DynoRow } from './dyno-row.ts';
import type { Piece, Style } from './paint.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const NEAR = 0.85;

/** @param width in characters; nothing is drawn below three */
export function barOf({ size, threshold, quota, state }: DynoRow, width: number): Piece[] {
  if (width < 3) return [];
  const inside = width - 1;
  const end = quota ?? Math.max(threshold * 1.1, size);
  const eighths = Math.round(Math.min(1, size / end) * inside * 8);
  const mark = Math.min(inside - 1, Math.floor((threshold / end) * inside));
  const fill = fillOf(size / threshold, state);

  const pieces: { text: string; style: Style }[] = [];
  const draw = (text: string, style: Style) => {
    const last = pieces.at(-1);
    if (last?.style === style) last.text += text;
    else pieces.push({ text, style });
  };
  for (let place = 0; place < inside; place++) {
    const filled = eighths - place * 8;
    if (place === mark) draw('┃', filled > 0 ? PASSED : MARK);
    else if (filled >= 8) draw('█', fill);
    else if (filled > 0) draw(EIGHTHS[filled] ?? '', fill);
    else draw('·', EMPTY);
  }
  draw(size > end ? '▶' : '│', size > end ? PASSED : EMPTY);
  return pieces;
}

const EMPTY: Style = 'dim';
const MARK: Style = 'bold';
const PASSED: Style = ['bold', 'red'];

function fillOf(share: number, state: string): Style {
  if (state === 'old') return 'gray';
  if (share > 1) return 'red';
  return share > NEAR ? 'yellow' : 'green';
}
