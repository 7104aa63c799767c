/**
 * Colour, as far as the terminal wants any, and lines that are never wider than they may be. Text is cut first
 * and coloured afterwards, so that a width is a count of characters.
 */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export interface Piece {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Colours where the stream is a terminal that has them, and NO_COLOR does not forbid it. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** At most so many characters; an ellipsis stands for what was cut off. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Exactly so many characters. */
export function pad(text: string, width: number): string {
  return cut(text, width).padEnd(Math.max(0, width));
}

/** Exactly so many characters, to the right. */
export function padLeft(text: string, width: number): string {
  return cut(text, width).padStart(Math.max(0, width));
}

/** One line out of pieces, cut to a width. */
export function line(pieces: readonly Piece[], width: number, paint: Paint): string {
  let left = width;
  let drawn = '';
  for (const { text, style } of pieces) {
    const shown = cut(text, left);
    left -= [...shown].length;
    drawn += style === undefined || shown === '' ? shown : paint(style, shown);
    if (left <= 0) break;
  }
  return drawn;
}
