/**
 * Finds the memory samples in a log as its bytes come, and how much time the log spans. Only the lines that hold a
 * sample's marker are ever decoded.
 */
import { behindNuls, LineFinder } from './line-finder.ts';
import { LONGEST_SAMPLE_LINE, parseSample, SAMPLE_MARKER, type Sample, timeOfLine } from './sample.ts';

/** How lines are wrapped: as they are, or one `data:` field each of a `text/event-stream`. */
export type Framing = 'lines' | 'event-stream';

const NEWLINE = 10;
/** How many lines of a log's start are asked for their time. */
const FIRST_LINES = 3;
/** Enough for keep-alive NULs, a `data: `, and the time. */
const LINE_START_BYTES = 64;

export class LogReader {
  /** Bytes taken in so far. */
  bytes = 0;
  /** Time of the first lines: the latest of them, for a line that is late may come first. Epoch milliseconds. */
  firstAt: number | undefined;
  /** Latest time of those lines that ended a chunk: lines are not strictly in order. */
  lastAt: number | undefined;

  readonly #framing: Framing;
  readonly #lines: LineFinder;
  #linesTimed = 0;

  constructor(framing: Framing, onSample: (sample: Sample) => void) {
    this.#framing = framing;
    this.#lines = new LineFinder({
      markers: [SAMPLE_MARKER],
      longestLine: LONGEST_SAMPLE_LINE,
      onRun: (buffer, start, end) => this.#noteTimes(buffer, start, end),
      onLine: (buffer, start, end) => {
        const line = this.#unwrap(buffer, start, end);
        const sample = line === null ? null : parseSample(line);
        if (sample !== null) onSample(sample);
      },
    });
  }

  /** How much time the lines span, milliseconds; 0 where there are none. */
  get span(): number {
    return this.firstAt === undefined || this.lastAt === undefined
      ? 0
      : Math.max(0, this.lastAt - this.firstAt);
  }

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes += chunk.length;
    this.#lines.push(chunk);
  }

  #noteTimes(buffer: Buffer, start: number, end: number): void {
    for (let position = start; this.#linesTimed < FIRST_LINES && position <= end; ) {
      const at = this.#timeAt(buffer, position);
      if (at !== null) {
        this.firstAt = Math.max(at, this.firstAt ?? at);
        this.#linesTimed++;
      }
      position = buffer.indexOf(NEWLINE, position) + 1;
    }
    // An event-stream's last lines are blank: the last data line is a few newlines up.
    let lineEnd = end;
    for (let tries = 0; tries < 4 && lineEnd >= start; tries++) {
      const lineStart = lineEnd === 0 ? 0 : Math.max(start, buffer.lastIndexOf(NEWLINE, lineEnd - 1) + 1);
      const at = this.#timeAt(buffer, lineStart);
      if (at !== null) {
        this.lastAt = Math.max(at, this.lastAt ?? at);
        return;
      }
      lineEnd = lineStart - 1;
    }
  }

  #timeAt(buffer: Buffer, lineStart: number): number | null {
    const start = behindNuls(buffer, lineStart);
    const line = this.#unwrap(buffer, start, start + LINE_START_BYTES);
    return line === null ? null : timeOfLine(line);
  }

  /** The line's text; null for a field of an event-stream that is no data. */
  #unwrap(buffer: Buffer, start: number, end: number): string | null {
    // latin1 gives a character to each byte, so nothing outside ASCII can become what the grammar accepts.
    const line = buffer.toString('latin1', start, end);
    if (this.#framing === 'lines') return line;
    return /^data: ?(.*?)\r?$/s.exec(line)?.[1] ?? null;
  }
}
