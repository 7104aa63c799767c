/**
 * Takes a drain's bytes apart by the lengths that its messages tell (`203 <45>1 …`), and finds those that hold one of
 * a few markers. Only these are copied or decoded.
 *
 * What surprises: the lengths are all that separates one message from the next. A message may hold anything, newlines
 * and what looks like another message included, and where one length is wrong, nothing after it can be trusted.
 */
import { MarkerSearch } from '../../../lib/heroku/marker-search.ts';

const ZERO = 48;
const NINE = 57;
const SPACE = 32;
/** Every message begins with its priority, `<45>`. */
const LESS_THAN = 60;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** Logplex sends 10 KB at most; no count is longer than this. */
const MOST_DIGITS = 6;
const LONGEST_HEADER = MOST_DIGITS + 2;
const NOTHING = Buffer.alloc(0);

export interface FrameFinderOptions {
  /** What a message must hold to be found. */
  readonly markers: readonly string[];
  /** Longer messages are passed over, bytes. */
  readonly longestMessage: number;
  /** A message that holds a marker, without the newline that may end it. The bytes are valid until it returns. */
  readonly onMessage: (buffer: Buffer, start: number, end: number) => void;
}

/** A length, and where what it counts begins; `cut` where more bytes are needed, null where there is none. */
type Header = { readonly length: number; readonly start: number } | 'cut' | null;

export class FrameFinder {
  /** Where the lengths went wrong, in bytes from the start: nothing was read from there on. */
  brokenAt: number | undefined;

  readonly #options: FrameFinderOptions;
  readonly #search: MarkerSearch;
  #unfinished: Buffer = NOTHING;
  /** How much of a message that is too long is yet to come. */
  #skip = 0;
  /** Bytes taken in before this chunk. */
  #before = 0;

  constructor(options: FrameFinderOptions) {
    this.#options = options;
    this.#search = new MarkerSearch(options.markers);
  }

  push(chunk: Buffer): void {
    let position = this.#skip;
    if (this.#unfinished.length > 0) {
      const held = this.#unfinished.length;
      // Whatever message was cut, this is enough of the chunk to end it.
      const joined = Buffer.concat([
        this.#unfinished,
        chunk.subarray(0, this.#options.longestMessage + LONGEST_HEADER),
      ]);
      const read = this.#readFrames(joined, 0, this.#before - held);
      this.#unfinished = read < held ? Buffer.from(joined.subarray(read)) : NOTHING;
      position = read < held ? chunk.length : read - held;
    }
    if (position < chunk.length) {
      position = this.#readFrames(chunk, position, this.#before);
      this.#unfinished = Buffer.from(chunk.subarray(position));
    }
    this.#skip = Math.max(0, position - chunk.length);
    this.#before += chunk.length;
  }

  /** @returns where the next message begins that is not whole yet; that may be behind the end */
  #readFrames(bytes: Buffer, from: number, offset: number): number {
    const { longestMessage, onMessage } = this.#options;
    this.#search.begin(bytes);
    for (let position = from; position < bytes.length && this.brokenAt === undefined; ) {
      // Archives put newlines between messages.
      if (isNewline(bytes[position])) {
        position++;
        continue;
      }
      const header = headerAt(bytes, position);
      if (header === 'cut') return position;
      if (header === null) {
        this.brokenAt = offset + position;
        break;
      }
      const end = header.start + header.length;
      if (header.length <= longestMessage) {
        if (end > bytes.length) return position;
        if (this.#search.next(header.start) < end) {
          onMessage(bytes, header.start, bytes[end - 1] === NEWLINE ? end - 1 : end);
        }
      }
      position = end;
      if (end >= bytes.length) return end;
    }
    return bytes.length;
  }
}

function isNewline(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === CARRIAGE_RETURN;
}

function headerAt(bytes: Buffer, position: number): Header {
  let length = 0;
  for (let digits = 0; digits <= MOST_DIGITS; digits++) {
    const byte = bytes[position + digits];
    if (byte === undefined) return 'cut';
    if (byte === SPACE && digits > 0) {
      const start = position + digits + 1;
      const first = bytes[start];
      if (first === undefined) return 'cut';
      return first === LESS_THAN ? { length, start } : null;
    }
    if (byte < ZERO || byte > NINE) return null;
    length = length * 10 + (byte - ZERO);
  }
  return null;
}
