/**
 * The live table, drawn over itself some twelve times a second by log-update, which writes only the lines that
 * have changed, and all of them at once. Its first line never changes: a frame that differs in its first line
 * would be erased and written as a whole.
 */
import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { DynoRow } from './dyno-row.ts';
import { Feed } from './feed.ts';
import { drawFrame } from './live-frame.ts';
import { paintFor } from './paint.ts';
import { plain, type Said } from './said.ts';
import type { Show } from './show.ts';
import type { Tally } from './tally.ts';

const FRAME_MS = 80;
/** To the top left, and everything below gone; what has scrolled away stays. */
const CLEAR_SCREEN = '\u001b[H\u001b[J';

export interface LiveOptions {
  readonly stream: WriteStream;
  readonly title: string;
  readonly notice: string;
  readonly tally: Tally;
  readonly rows: () => DynoRow[];
  readonly now: () => number;
  /** From the beginning of one scan to that of the next; left out where nobody has time to read it. */
  readonly nextScanAfterMs: number | undefined;
}

export class LiveShow implements Show {
  readonly #options: LiveOptions;
  readonly #feed = new Feed();
  readonly #draw: ReturnType<typeof createLogUpdate>;
  #timer: NodeJS.Timeout | undefined;
  #minute = 0;
  #doing = '';
  #scanStartedAt = 0;
  #nextScanAt: number | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#draw = createLogUpdate(options.stream);
  }

  begin(): void {
    const { stream, notice } = this.#options;
    stream.write(`${plain(notice)}\n\n`);
    stream.on('resize', this.#resized);
    this.#timer = setInterval(() => this.#frame(), FRAME_MS);
  }

  scanBegins(minute: number): void {
    this.#minute = minute;
    this.#doing = 'scanning';
    this.#nextScanAt = undefined;
    this.#scanStartedAt = this.#options.now();
  }

  said(event: Said): void {
    this.#feed.add(event);
  }

  scanEnds(): void {
    const { nextScanAfterMs } = this.#options;
    this.#doing = '';
    if (nextScanAfterMs !== undefined) this.#nextScanAt = this.#scanStartedAt + nextScanAfterMs;
    this.#frame();
  }

  rejected(at: number, message: string): void {
    this.#feed.addRejection(at, message);
  }

  ending(): void {
    this.#doing = 'ending; Ctrl-C again ends it at once';
    this.#nextScanAt = undefined;
    this.#frame();
  }

  end(summary: readonly string[]): void {
    const { stream } = this.#options;
    clearInterval(this.#timer);
    stream.off('resize', this.#resized);
    this.#frame();
    this.#draw.done();
    stream.write(`\n${summary.join('\n')}\n`);
  }

  /** A terminal that was made narrower has folded the lines that stood there: nobody knows how many there are. */
  readonly #resized = (): void => {
    this.#draw.clear();
    this.#options.stream.write(CLEAR_SCREEN);
    this.#frame();
  };

  #frame(): void {
    const { stream, title, tally, rows, now } = this.#options;
    const at = now();
    const picture = {
      title,
      now: at,
      minute: this.#minute,
      doing: this.#nextScanAt === undefined ? this.#doing : nextScanIn(this.#nextScanAt - at),
      tally: tally.inShort,
      rows: rows(),
      feed: this.#feed.entries,
    };
    // log-update ends a frame with a newline, which takes a line as well.
    const height = Math.max(1, (stream.rows || 24) - 1);
    this.#draw(drawFrame(picture, stream.columns || 80, height, paintFor(stream)).join('\n'));
  }
}

function nextScanIn(milliseconds: number): string {
  return `next scan in ${Math.max(0, Math.ceil(milliseconds / 1000))} s`;
}
