/**
 * What stays the same from one sample of a dyno to its next: all but the clock and the numbers.
 *
 *     2024-01-01T│09:03:22.012194│+00:00 heroku[web.1]: source=… sample#memory_total=│906.01│MB sample#memory_rss=│835.69│MB …
 *
 * What surprises: this knows no grammar. A template is made of a line that the grammar has accepted, and fits one whose
 * other bytes are the very same. A clock or a number that is not of the plainest form does not fit. So nothing is ever
 * accepted here that the grammar would not accept: this is only quicker to say yes, and all else is for the grammar.
 */

import { LONGEST_SAMPLE_LINE, SAMPLE_MARKER, type Sample } from '../../../lib/heroku/sample.ts';
import { ByteCursor, PackedTexts, SHORTEST_TEXT } from './byte-cursor.ts';

/** A log speaks of no more dynos at a time; past that, all are learnt anew. */
const MOST_TEMPLATES = 4096;
/** No name begins earlier in a line: a time comes first. */
const SHORTEST_TIME = 20;
const USUAL_CLOCK = '09:03:22.012194';
const EQUALS = 61;
const SPACE = 32;
const NEWLINE = 10;

/** A clock that is in UTC, what is before it, and what behind: a sample. A drain puts its priority in front. */
const FORM =
  /^((?:<\d{1,3}>1 )?(\d{4}-\d\d-\d\dT))\d\d:\d\d:\d\d(?:\.\d+)?((?:Z|\+00:00) [ -~]* sample#memory_total=\d[ -~]*)$/;
/** A dyno's quota is the same all its life. */
const NUMBER = /( sample#(?!memory_quota=)([a-z][a-z0-9_]*)=)\d+(?:\.\d+)?/g;

const TOTAL = 0;
const RSS = 1;
const SWAP = 2;
const OTHER = 3;
/** Where a number is put, by its name. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['memory_total', TOTAL],
  ['memory_rss', RSS],
  ['memory_swap', SWAP],
]);

/** The forms of the samples of one log. */
export class SampleTemplates {
  /** By the hash of who it is. */
  readonly #templates = new Map<number, SampleTemplate>();
  readonly #cursor = new ByteCursor();
  /** Of the line that was read last. */
  #last: SampleTemplate | undefined;

  /** @returns the sample in a whole line without its newline, or null where the line is for the grammar to read */
  read(bytes: Buffer, start: number, end: number): Sample | null {
    const expected = this.#last?.next;
    if (expected !== undefined) {
      const sample = this.#fit(expected, bytes, start, end);
      if (sample !== null) return sample;
    }
    const template = this.#templates.get(hashOfDyno(bytes, start, end));
    return template === undefined ? null : this.#fit(template, bytes, start, end);
  }

  #fit(template: SampleTemplate, bytes: Buffer, start: number, end: number): Sample | null {
    const cursor = this.#cursor;
    cursor.begin(bytes, start, end);
    const sample = template.read(cursor);
    if (sample === null || cursor.position !== end) return null;
    if (this.#last !== undefined) this.#last.next = template;
    this.#last = template;
    return sample;
  }

  /**
   * The same for a line whose ends are not known, if it is of the dyno whose turn it is.
   *
   * @param marker where its marker stands
   * @param from where a line begins, this one or one before it
   */
  readAt(bytes: Buffer, marker: number, from: number): Sample | null {
    const expected = this.#last?.next;
    if (expected === undefined) return null;
    const start = marker - expected.marker;
    if (start < from || (start > from && bytes[start - 1] !== NEWLINE)) return null;
    const cursor = this.#cursor;
    cursor.begin(bytes, start, Math.min(start + LONGEST_SAMPLE_LINE, bytes.length));
    const sample = expected.read(cursor);
    if (sample === null || bytes[cursor.position] !== NEWLINE) return null;
    this.#last = expected;
    return sample;
  }

  /** Where the line ends that was read last, until the next is. */
  get end(): number {
    return this.#cursor.position;
  }

  /** Remembers the form of a line in which the grammar has read this sample. */
  learn(bytes: Buffer, start: number, end: number, sample: Sample): void {
    const form = FORM.exec(bytes.toString('latin1', start, end));
    if (form === null) return;
    if (this.#templates.size >= MOST_TEMPLATES) this.#templates.clear();
    const hash = hashOfDyno(bytes, start, end);
    const replaced = this.#templates.get(hash);
    // Else whoever was followed by it would hold on to all that ever followed.
    if (replaced !== undefined) replaced.next = undefined;
    this.#templates.set(hash, new SampleTemplate(form, sample));
  }
}

/** Of what stands between the first equals sign and the second space behind it: `web.1 dyno=heroku.1.<UUID>`. */
function hashOfDyno(bytes: Buffer, start: number, end: number): number {
  let position = start + SHORTEST_TIME;
  while (position < end && bytes[position] !== EQUALS) position++;
  let hash = 0;
  let spaces = 0;
  for (position++; position < end; position++) {
    const byte = bytes[position] ?? SPACE;
    if (byte === SPACE && ++spaces === 2) break;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}

class SampleTemplate {
  /** The one that fitted next when this had fitted last: dynos take turns. */
  next: SampleTemplate | undefined;
  /** Where its marker stands, if its clock is as long as most are. */
  readonly marker: number;
  readonly #sample: Sample;
  /** When its day begins, epoch milliseconds. */
  readonly #midnight: number;
  /** What stands before the clock, before each number, and at the end, unless that is short. */
  readonly #texts: PackedTexts;
  /** Where each number is put. */
  readonly #places: readonly number[];
  /** What the line ends with, where that is too short for a text; undefined where it is among the texts. */
  readonly #shortEnd: Uint8Array | undefined;
  /** Of the line that was read last; NaN where it does not say. */
  readonly #numbers = new Float64Array(OTHER + 1).fill(Number.NaN);

  constructor([, beforeClock = '', day = '', afterClock = '']: RegExpExecArray, sample: Sample) {
    this.marker = beforeClock.length + USUAL_CLOCK.length + afterClock.indexOf(SAMPLE_MARKER);
    this.#sample = sample;
    this.#midnight = Date.parse(`${day}00:00:00Z`);
    const numbers = [...afterClock.matchAll(NUMBER)];
    const ends = [0, ...numbers.map(({ 0: whole, index }) => index + whole.length)];
    this.#places = numbers.map(({ 2: name = '' }) => PLACES.get(name) ?? OTHER);
    const end = afterClock.slice(ends.at(-1));
    const isShort = end.length < SHORTEST_TEXT;
    this.#texts = new PackedTexts([
      beforeClock,
      ...numbers.map(({ 1: label = '', index }, number) =>
        afterClock.slice(ends[number], index + label.length),
      ),
      ...(isShort ? [] : [end]),
    ]);
    this.#shortEnd = isShort ? Buffer.from(end, 'latin1') : undefined;
  }

  /** @returns the sample that comes next; whether the line ends behind it is not looked at */
  read(cursor: ByteCursor): Sample | null {
    const texts = this.#texts;
    const places = this.#places;
    const numbers = this.#numbers;
    if (!cursor.text(texts, 0)) return null;
    const sinceMidnight = cursor.clock();
    if (Number.isNaN(sinceMidnight)) return null;
    for (let index = 0; index < places.length; index++) {
      if (!cursor.text(texts, index + 1) || !cursor.number(numbers, places[index] ?? OTHER)) return null;
    }
    const end = this.#shortEnd;
    if (!(end === undefined ? cursor.text(texts, places.length + 1) : cursor.bytes(end))) return null;
    const { process, type, dyno, quota } = this.#sample;
    return {
      process,
      type,
      dyno,
      at: this.#midnight + sinceMidnight,
      total: numbers[TOTAL] ?? Number.NaN,
      rss: said(numbers[RSS]),
      swap: said(numbers[SWAP]),
      quota,
    };
  }
}

function said(number: number | undefined): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : number;
}
