/**
 * Finds the memory samples in a log as its bytes come. Lines are found by bytes: only those that hold a
 * sample's marker are ever decoded, so a busy app's megabytes of router lines cost next to nothing, and no
 * more than one chunk and one unfinished line is held in memory.
 *
 * What surprises: a chunk may end anywhere, inside a number too. Only a newline ends a line, and what comes
 * after the last one is never read, for nobody can know whether it is whole.
 */
import { LONGEST_SAMPLE_LINE, parseSample, SAMPLE_MARKER, type Sample, timeOfLine } from './sample.ts';

/** How lines are wrapped: as they are, or one `data:` field each of a `text/event-stream`. */
export type Framing = 'lines' | 'event-stream';

const NEWLINE = 10;
const MARKER = Buffer.from(SAMPLE_MARKER);
const NOTHING = Buffer.alloc(0);
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
  readonly #onSample: (sample: Sample) => void;
  #linesTimed = 0;
  #unfinished: Buffer = NOTHING;
  #overlong = false;

  constructor(framing: Framing, onSample: (sample: Sample) => void) {
    this.#framing = framing;
    this.#onSample = onSample;
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
    let start = 0;
    if (this.#unfinished.length > 0 || this.#overlong) {
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) {
        this.#keep(chunk);
        return;
      }
      if (!this.#overlong) {
        const line = Buffer.concat([this.#unfinished, chunk.subarray(0, end + 1)]);
        this.#readLines(line, 0, line.length - 1);
      }
      this.#unfinished = NOTHING;
      this.#overlong = false;
      start = end + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE);
    if (end >= start) {
      this.#readLines(chunk, start, end);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** Holds back the start of a line, copied, so that it does not pin the chunk it came in. */
  #keep(rest: Buffer): void {
    if (rest.length === 0 || this.#overlong) return;
    if (this.#unfinished.length + rest.length > LONGEST_SAMPLE_LINE) {
      // NULs are sent to keep a quiet tail alive, for hours: they are no line's bytes.
      const content = withoutLeadingNuls(Buffer.concat([this.#unfinished, rest]));
      this.#overlong = content.length > LONGEST_SAMPLE_LINE;
      this.#unfinished = this.#overlong ? NOTHING : Buffer.from(content);
      return;
    }
    this.#unfinished = Buffer.concat([this.#unfinished, rest]);
  }

  /** Reads the lines from `start` to the newline at `end`. */
  #readLines(buffer: Buffer, start: number, end: number): void {
    this.#noteTimes(buffer, start, end);
    let position = start;
    while (position < end) {
      const found = buffer.indexOf(MARKER, position);
      if (found === -1 || found > end) return;
      const lineStart = Math.max(start, buffer.lastIndexOf(NEWLINE, found) + 1);
      const lineEnd = buffer.indexOf(NEWLINE, found);
      const bytes = withoutLeadingNuls(buffer.subarray(lineStart, lineEnd));
      if (bytes.length <= LONGEST_SAMPLE_LINE) {
        const line = this.#unwrap(bytes);
        const sample = line === null ? null : parseSample(line);
        if (sample !== null) this.#onSample(sample);
      }
      position = lineEnd + 1;
    }
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
    const line = this.#unwrap(withoutLeadingNuls(buffer.subarray(lineStart)).subarray(0, LINE_START_BYTES));
    return line === null ? null : timeOfLine(line);
  }

  /** The line's text; null for a field of an event-stream that is no data. */
  #unwrap(bytes: Buffer): string | null {
    // latin1 gives a character to each byte, so nothing outside ASCII can become what the grammar accepts.
    const line = withoutLeadingNuls(bytes).toString('latin1');
    if (this.#framing === 'lines') return line;
    return /^data: ?(.*?)\r?$/s.exec(line)?.[1] ?? null;
  }
}

function withoutLeadingNuls(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  return start === 0 ? bytes : bytes.subarray(start);
}
