/**
 * What stays the same from one sample of a dyno to its next: all but the clock and the numbers.
 *
 *     2024-01-01T│09:03:22.012194│+00:00 heroku[web.1]: source=… sample#memory_total=│906.01│MB sample#memory_rss=│835.69│MB …
 *
 * What surprises: this knows no grammar. A template is made of a line that the grammar has accepted, and fits one whose
 * other bytes are the very same. A clock or a number that is not of the plainest form does not fit. So nothing is ever
 * accepted here that the grammar would not accept: this is only quicker to say yes, and all else is for the grammar.
 */

import type { Sample } from '../../../lib/heroku/sample.ts';
import { ByteCursor, Words } from './byte-cursor.ts';

/** A log speaks of no more dynos at a time; past that, all are learnt anew. */
const MOST_TEMPLATES = 4096;
/** No name begins earlier in a line: a time comes first. */
const SHORTEST_TIME = 20;
const EQUALS = 61;
const SPACE = 32;

/** A clock that is in UTC, what is before it, and what behind: a sample. A drain puts its priority in front. */
const FORM =
  /^((?:<\d{1,3}>1 )?(\d{4}-\d\d-\d\dT))\d\d:\d\d:\d\d(?:\.\d+)?((?:Z|\+00:00) .* sample#memory_total=\d.*)$/;
const NUMBER = /( sample#([a-z][a-z0-9_]*)=)\d+(?:\.\d+)?/g;

const TOTAL = 0;
const RSS = 1;
const SWAP = 2;
const QUOTA = 3;
const OTHER = 4;
/** Where a number is put, by its name. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['memory_total', TOTAL],
  ['memory_rss', RSS],
  ['memory_swap', SWAP],
  ['memory_quota', QUOTA],
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
    const cursor = this.#cursor;
    cursor.begin(bytes, start, end);
    const last = this.#last;
    let template = last?.next;
    let sample = template === undefined ? null : template.read(cursor);
    if (sample === null) {
      template = this.#templates.get(hashOfDyno(bytes, start, end));
      if (template === undefined) return null;
      cursor.begin(bytes, start, end);
      sample = template.read(cursor);
      if (sample === null) return null;
      if (last !== undefined) last.next = template;
    }
    this.#last = template;
    return sample;
  }

  /** Remembers the form of a line in which the grammar has read this sample. */
  learn(bytes: Buffer, start: number, end: number, sample: Sample): void {
    const form = FORM.exec(bytes.toString('latin1', start, end));
    if (form === null) return;
    if (this.#templates.size >= MOST_TEMPLATES) this.#templates.clear();
    this.#templates.set(hashOfDyno(bytes, start, end), new SampleTemplate(form, sample));
  }
}

/** Of what stands between the first equals sign and the second space: `web.1 dyno=heroku.1.<UUID>`. Two may share one. */
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
  readonly #sample: Sample;
  /** When its day begins, epoch milliseconds. */
  readonly #midnight: number;
  readonly #beforeClock: Words;
  /** What stands before each number. */
  readonly #beforeNumbers: Words[] = [];
  /** Where each number is put. */
  readonly #places: number[] = [];
  readonly #atEnd: Words;
  /** Of the line that was read last; NaN where it does not say. */
  readonly #numbers = new Float64Array(OTHER + 1).fill(Number.NaN);

  constructor([, beforeClock = '', day = '', afterClock = '']: RegExpExecArray, sample: Sample) {
    this.#sample = sample;
    this.#midnight = Date.parse(`${day}00:00:00Z`);
    this.#beforeClock = new Words(beforeClock);
    let end = 0;
    for (const { 0: whole, 1: label = '', 2: name = '', index } of afterClock.matchAll(NUMBER)) {
      this.#beforeNumbers.push(new Words(afterClock.slice(end, index + label.length)));
      this.#places.push(PLACES.get(name) ?? OTHER);
      end = index + whole.length;
    }
    this.#atEnd = new Words(afterClock.slice(end));
  }

  read(cursor: ByteCursor): Sample | null {
    if (!cursor.words(this.#beforeClock)) return null;
    const sinceMidnight = cursor.clock();
    if (Number.isNaN(sinceMidnight)) return null;
    const before = this.#beforeNumbers;
    const numbers = this.#numbers;
    for (let index = 0; index < before.length; index++) {
      const words = before[index];
      if (words === undefined || !cursor.words(words)) return null;
      if (!cursor.number(numbers, this.#places[index] ?? OTHER)) return null;
    }
    if (!cursor.words(this.#atEnd) || !cursor.isAtEnd) return null;
    const { process, type, dyno } = this.#sample;
    return {
      process,
      type,
      dyno,
      at: this.#midnight + sinceMidnight,
      total: numbers[TOTAL] ?? 0,
      rss: said(numbers[RSS]),
      swap: said(numbers[SWAP]),
      quota: said(numbers[QUOTA]) || undefined,
    };
  }
}

function said(number: number | undefined): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : number;
}
