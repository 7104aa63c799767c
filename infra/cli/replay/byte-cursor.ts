/** Reads bytes whose form is known beforehand: texts, clocks, plain numbers. Nothing is decoded on the way. */

const ZERO = 48;
const NINE = 57;
const POINT = 46;
const COLON = 58;
const EIGHT = 8;
/** Characters. */
export const SHORTEST_TEXT = EIGHT;
/** A number of so many digits fits into 32 bits. */
const MOST_DIGITS = 9;
/** By how many decimals there are. Both numbers are exact, and so their quotient is what Number makes of the text. */
const SCALES = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
/** Of a second: nanoseconds. */
const MOST_DECIMALS_OF_CLOCK = 9;

/** What stands together in memory is quick to come by: texts that are compared one after the other, eight bytes each. */
export class PackedTexts {
  /**
   * Eight bytes each, as doubles; the last ones of a text may be in its last but one as well. Printable characters are
   * no NaN and no zero, and so two of these are equal where their bytes are.
   */
  readonly eights: Float64Array;
  /** Where each text's begin in those. */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];

  /** @param texts of printable ASCII, at least eight characters each */
  constructor(texts: readonly string[]) {
    const eights = texts.map((text) => {
      const bytes = Buffer.from(text, 'latin1');
      return Array.from({ length: Math.ceil(bytes.length / EIGHT) }, (_, index) =>
        bytes.readDoubleLE(Math.min(index * EIGHT, bytes.length - EIGHT)),
      );
    });
    this.eights = Float64Array.from(eights.flat());
    this.lengths = texts.map(({ length }) => length);
    this.starts = eights.map((_, index) => eights.slice(0, index).flat().length);
  }
}

export class ByteCursor {
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #position = 0;
  #end = 0;

  /** From now on these bytes are read. */
  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.#position = start;
    this.#end = end;
  }

  /** Where the next byte is read. */
  get position(): number {
    return this.#position;
  }

  /** Reads one of these texts, if it comes next, and says whether it did. */
  text({ eights, starts, lengths }: PackedTexts, index: number): boolean {
    const start = this.#position;
    const end = start + (lengths[index] ?? Number.POSITIVE_INFINITY);
    if (end > this.#end) return false;
    const view = this.#view;
    let eight = starts[index] ?? 0;
    for (let position = start; position < end; position += EIGHT, eight++) {
      if (view.getFloat64(Math.min(position, end - EIGHT), true) !== eights[eight]) return false;
    }
    this.#position = end;
    return true;
  }

  /** The same with bytes that are too few for a text. */
  bytes(expected: Uint8Array): boolean {
    const bytes = this.#bytes;
    const start = this.#position;
    const end = start + expected.length;
    if (end > this.#end) return false;
    for (let index = 0; index < expected.length; index++) {
      if (bytes[start + index] !== expected[index]) return false;
    }
    this.#position = end;
    return true;
  }

  /** Reads a clock, `09:03:22.012194`, as whole milliseconds since midnight; NaN where none comes next. */
  clock(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#position;
    const hours = twoDigits(bytes, start);
    const minutes = twoDigits(bytes, start + 3);
    const seconds = twoDigits(bytes, start + 6);
    let position = start + 8;
    if (!(hours < 24 && minutes < 60 && seconds < 60) || position > end) return Number.NaN;
    if (bytes[start + 2] !== COLON || bytes[start + 5] !== COLON) return Number.NaN;
    let time = (hours * 60 + minutes) * 60 + seconds;
    let decimals = 0;
    if (position < end && bytes[position] === POINT) {
      for (position++; position < end && isDigit(bytes[position]); position++, decimals++) {
        if (decimals < 3) time = time * 10 + digit(bytes, position);
      }
      if (decimals === 0 || decimals > MOST_DECIMALS_OF_CLOCK) return Number.NaN;
    }
    for (; decimals < 3; decimals++) time *= 10;
    this.#position = position;
    return time;
  }

  /**
   * Reads a number, `835.69`, into a place.
   *
   * @returns whether one came next that is exact: with more digits it might not be
   */
  number(into: Float64Array, place: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#position;
    let position = start;
    let point = -1;
    let number = 0;
    for (; position < end; position++) {
      const value = digit(bytes, position);
      if (value >= 0 && value <= 9) number = (number * 10 + value) | 0;
      else if (bytes[position] === POINT && point === -1) point = position;
      else break;
    }
    const decimals = point === -1 ? 0 : position - point - 1;
    const digits = position - start - (point === -1 ? 0 : 1);
    const isPlain = digits > decimals && point !== position - 1;
    const scale = SCALES[decimals];
    if (!isPlain || digits > MOST_DIGITS || scale === undefined) return false;
    this.#position = position;
    into[place] = number / scale;
    return true;
  }
}

/** Not below 100 where one of them is no digit. */
function twoDigits(bytes: Buffer, position: number): number {
  const tens = digit(bytes, position);
  const ones = digit(bytes, position + 1);
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function digit(bytes: Buffer, position: number): number {
  return (bytes[position] ?? 0) - ZERO;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
