/**
 * Finds the lines of a log that hold one of a few markers, as its bytes come. Only those lines are ever looked at, so
 * a busy app's megabytes of router lines cost next to nothing, and no more than one chunk and one unfinished line is
 * held in memory.
 *
 * What surprises: a chunk may end anywhere, inside a number too. Only a newline ends a line, and what comes
 * after the last one is never read, for nobody can know whether it is whole.
 */
import { MarkerSearch } from './marker-search.ts';

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

export interface LineFinderOptions {
  /** What a line must hold to be found. */
  readonly markers: readonly string[];
  /** Longer lines are passed over, bytes. */
  readonly longestLine: number;
  /** A line that holds a marker, without its newline and the NULs before it. The bytes are valid until it returns. */
  readonly onLine: (buffer: Buffer, start: number, end: number) => void;
  /** Called before that, for a run of whole lines from `start` to the newline at `end`. */
  readonly onRun?: (buffer: Buffer, start: number, end: number) => void;
  /**
   * Asked before a line's ends are looked for: whoever knows the line by where its marker stands takes it.
   *
   * @param from where a line begins, this one or one before it that holds no marker
   * @returns where its newline is; -1 for a line that is not known
   */
  readonly takeKnown?: (buffer: Buffer, marker: number, from: number) => number;
}

export class LineFinder {
  readonly #options: LineFinderOptions;
  readonly #search: MarkerSearch;
  #unfinished: Buffer = NOTHING;
  #overlong = false;

  constructor(options: LineFinderOptions) {
    this.#options = options;
    this.#search = new MarkerSearch(options.markers);
  }

  push(chunk: Buffer): void {
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
    const { longestLine } = this.#options;
    if (this.#unfinished.length + rest.length > longestLine) {
      // NULs are sent to keep a quiet tail alive, for hours: they are no line's bytes.
      const bytes = Buffer.concat([this.#unfinished, rest]);
      const content = bytes.subarray(behindNuls(bytes, 0));
      this.#overlong = content.length > longestLine;
      this.#unfinished = this.#overlong ? NOTHING : Buffer.from(content);
      return;
    }
    this.#unfinished = Buffer.concat([this.#unfinished, rest]);
  }

  /** Reads the lines from `start` to the newline at `end`. */
  #readLines(buffer: Buffer, start: number, end: number): void {
    const { longestLine, onLine, onRun, takeKnown } = this.#options;
    onRun?.(buffer, start, end);
    this.#search.begin(buffer);
    for (let position = start; position < end; ) {
      const found = this.#search.next(position);
      if (found > end) return;
      const knownEnd = takeKnown?.(buffer, found, position) ?? -1;
      if (knownEnd !== -1) {
        position = knownEnd + 1;
        continue;
      }
      const lineStart = Math.max(start, buffer.lastIndexOf(NEWLINE, found) + 1);
      const lineEnd = buffer.indexOf(NEWLINE, found);
      const contentStart = behindNuls(buffer, lineStart);
      if (lineEnd - contentStart <= longestLine) onLine(buffer, contentStart, lineEnd);
      position = lineEnd + 1;
    }
  }
}

/** Where the NULs that begin at `start` end. */
export function behindNuls(bytes: Buffer, start: number): number {
  let position = start;
  while (bytes[position] === 0) position++;
  return position;
}
