/**
 * One frame of the live table: pure, from a picture and the size of the terminal to lines, none of them wider
 * and not more of them than there is room for. Where room is short, the least telling things go first: columns
 * from the right, then the dynos that are furthest from their threshold.
 */
import { barOf } from './bar.ts';
import type { DynoRow } from './dyno-row.ts';
import type { Entry } from './feed.ts';
import { cut, line, type Paint, type Piece, pad, padLeft } from './paint.ts';
import { megabytes, plain, timeOfDay } from './said.ts';

export interface Picture {
  readonly title: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly minute: number;
  /** `scanning`, `next scan in 12 s`. */
  readonly doing: string;
  /** `3 restarts, 5 spared` */
  readonly tally: string;
  readonly rows: readonly DynoRow[];
  /** Newest first. */
  readonly feed: readonly Entry[];
}

/** What was said of a dyno is noted beside it for so long: until the next scan has spoken. */
const NOTED_FOR_MS = 75_000;
/** Short terminals do without headings. */
const ROOMY = 16;

/** @param height how many lines there may be at most */
export function drawFrame(picture: Picture, width: number, height: number, paint: Paint): string[] {
  const roomy = height >= ROOMY;
  const around = roomy ? 5 : 2;
  const entries = Math.min(picture.feed.length, Math.max(2, Math.floor(height / 4)));
  const places = columnsFor(picture, width);
  const room = Math.max(0, height - around - entries);
  const shown = mostTelling(picture.rows, picture.rows.length > room ? room - 1 : room);
  const hidden = picture.rows.length - shown.length;

  const lines: Piece[][] = [titleOf(picture, width), statusOf(picture)];
  if (roomy) lines.push([], headingsOf(places));
  for (const [place, row] of shown.entries()) {
    lines.push(rowOf(row, shown[place - 1], places, picture));
  }
  if (hidden > 0) lines.push([{ text: `  and ${hidden} more, further from their threshold`, style: 'dim' }]);
  if (roomy) lines.push([]);
  for (const entry of picture.feed.slice(0, Math.max(0, height - lines.length))) lines.push(entryOf(entry));
  return lines.slice(0, height).map((pieces) => line(pieces, width, paint));
}

function titleOf({ title }: Picture, width: number): Piece[] {
  const name = ' Whacamole ';
  const hint = ' Ctrl-C ends it ';
  const text = pad(` ${plain(title)}`, Math.max(0, width - name.length - hint.length));
  return [{ text: name, style: ['bold', 'inverse'] }, { text }, { text: hint, style: 'dim' }];
}

function statusOf({ now, minute, tally, doing }: Picture): Piece[] {
  return [
    { text: ` ${timeOfDay(now)}`, style: 'bold' },
    { text: ' UTC', style: 'dim' },
    { text: `   minute ${minute}   ${tally}   ` },
    { text: doing, style: 'cyan' },
  ];
}

/** Widths; zero where there is no room for a column. */
interface Columns {
  readonly app: number;
  readonly process: number;
  readonly bar: number;
  readonly size: number;
  readonly quota: number;
  readonly state: number;
  readonly uptime: number;
  readonly note: number;
}

const LEAST_BAR = 12;
const MOST_BAR = 72;

function columnsFor({ rows }: Picture, width: number): Columns {
  const longest = (texts: string[], least: number, most: number) =>
    Math.min(most, Math.max(least, ...texts.map((text) => text.length)));
  const widths = {
    app: longest(
      rows.map(({ app }) => app),
      3,
      18,
    ),
    process: longest(
      rows.map(({ process }) => process),
      7,
      14,
    ),
    size: longest(
      rows.map(({ size }) => megabytes(size)),
      4,
      6,
    ),
    quota: 8,
    state: longest(
      rows.map(({ state }) => state),
      5,
      9,
    ),
    uptime: rows.some(({ uptimeSeconds }) => uptimeSeconds !== undefined) ? 7 : 0,
    note: 24,
  };
  const rest = () => width - 1 - Object.values(widths).reduce((sum, wide) => sum + (wide && wide + 1), 0);
  for (const name of ['note', 'uptime', 'quota', 'state'] as const) {
    if (rest() >= (name === 'note' ? 2 * LEAST_BAR : LEAST_BAR)) break;
    widths[name] = 0;
  }
  return { ...widths, bar: rest() < 6 ? 0 : Math.min(MOST_BAR, rest()) };
}

function headingsOf(columns: Columns): Piece[] {
  const bar = columns.bar > 34 ? 'memory, to its quota (┃ threshold)' : 'memory';
  const cells = [
    pad('app', columns.app),
    pad('process', columns.process),
    pad(bar, columns.bar),
    padLeft('MB', columns.size),
    pad('of quota', columns.quota),
    pad('state', columns.state),
    padLeft('uptime', columns.uptime),
    pad('', columns.note),
  ];
  return [{ text: ` ${cells.filter((cell) => cell !== '').join(' ')}`.trimEnd(), style: 'dim' }];
}

function rowOf(row: DynoRow, above: DynoRow | undefined, columns: Columns, picture: Picture): Piece[] {
  const old = row.state === 'old';
  const over = row.size > row.threshold;
  const note = noteOn(row, picture);
  const cells: Piece[][] = [
    [{ text: pad(above?.app === row.app ? '' : plain(row.app), columns.app), style: 'bold' }],
    [{ text: pad(plain(row.process), columns.process), style: old ? 'dim' : undefined }],
    barOf(row, columns.bar),
    [{ text: padLeft(megabytes(row.size), columns.size), style: over ? ['bold', 'red'] : undefined }],
    [
      {
        text: pad(row.quota === undefined ? '' : `of ${megabytes(row.quota)}`, columns.quota),
        style: 'dim',
      },
    ],
    [{ text: pad(plain(row.state), columns.state), style: styleOfState(row.state) }],
    [{ text: padLeft(uptime(row.uptimeSeconds), columns.uptime), style: 'dim' }],
    [{ text: cut(note?.text ?? '', columns.note), style: note?.style }],
  ];
  const shown = cells.filter((cell) => cell.some(({ text }) => text !== ''));
  return [{ text: ' ' }, ...shown.flatMap((cell, place) => (place === 0 ? cell : [{ text: ' ' }, ...cell]))];
}

/** What the function said of this very dyno in its latest scan. */
function noteOn({ dyno }: DynoRow, { feed, now }: Picture): Piece | undefined {
  const entry = feed.find((one) => one.dyno === dyno && now - one.at < NOTED_FOR_MS);
  if (entry === undefined) return undefined;
  const { what, why, style } = entry.telling;
  return { text: what === 'spared' ? `spared: ${why.split(':')[0]}` : what, style };
}

function styleOfState(state: string): Piece['style'] {
  if (state === 'up' || state === 'heard') return 'green';
  if (state === 'old') return 'dim';
  return state === 'starting' || state === 'restarted' ? 'cyan' : 'red';
}

function uptime(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)}d`;
  return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
}

function entryOf({ at, telling, times }: Entry): Piece[] {
  const { app, process, what, size, why, style } = telling;
  const pieces: Piece[] = [
    { text: ` ${timeOfDay(at)} `, style: 'dim' },
    { text: `${[app, process].filter((text) => text !== '').join(' ')} `.padEnd(18), style: 'bold' },
    { text: what, style },
  ];
  if (size !== '') pieces.push({ text: ` ${size}` });
  if (times > 1) pieces.push({ text: ` x${times}`, style: 'cyan' });
  if (why !== '') pieces.push({ text: `  ${why}`, style: 'dim' });
  return pieces;
}

/** Those nearest to their threshold, or beyond it, in the order that they had. */
function mostTelling(rows: readonly DynoRow[], room: number): DynoRow[] {
  if (rows.length <= room) return [...rows];
  const nearest = [...rows].sort((one, other) => other.size / other.threshold - one.size / one.threshold);
  const kept = new Set(nearest.slice(0, Math.max(0, room)));
  return rows.filter((row) => kept.has(row));
}
