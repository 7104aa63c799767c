/**
 * Templates, held against the grammar: on real lines, on forged ones, and on what edits make of both, after real lines
 * have been learnt. Whatever fits one must be a sample by the grammar too, and the very same.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseDrainMessage } from '../../../../infra/cli/replay/drain-line.ts';
import { isStateChange, type LogEntry, parseHerokuLine } from '../../../../infra/cli/replay/log-entry.ts';
import { SampleTemplates } from '../../../../infra/cli/replay/sample-templates.ts';
import { LONGEST_SAMPLE_LINE } from '../../../../lib/heroku/sample.ts';
import { FORGERIES } from '../../../lib/heroku/forgeries.ts';
import { IMPOSTORS, memoryLine, OTHER_LINES, SAMPLES, WEB_2 } from '../../../lib/heroku/lines.ts';
import { asMessage, cutAt, HEAD, read } from './logs.ts';

const NEWLINE = 10;
/** What a reader that does not heed where a line begins or ends would read on with. */
const BEFORE = Buffer.from('2024-01-01T0');
const BEHIND = Buffer.from('0MB sample#memory_rss=1.00MB');

const REAL = [
  ...SAMPLES.map(({ line }) => line),
  // The same name, and another dyno; the same dyno, and another order.
  memoryLine({ dyno: `heroku.103402527.${WEB_2}` }),
  memoryLine({
    measured: 'sample#memory_total=1.50MB sample#memory_quota=512.00MB sample#memory_rss=0.25MB',
  }),
];
const UNREAL = [
  ...FORGERIES.flatMap(({ bytes }) => linesOf(bytes)).filter(({ length }) => length < 3000),
  ...[...IMPOSTORS.map(([, line]) => line), ...OTHER_LINES].map((line) => Buffer.from(line)),
];

function linesOf(bytes: Buffer): Buffer[] {
  const end = bytes.indexOf(NEWLINE);
  return end === -1 ? [bytes] : [bytes.subarray(0, end), ...linesOf(bytes.subarray(end + 1))];
}

/** Reads lines by what has been learnt and by the grammar, and counts. */
class Comparison {
  lines = 0;
  /** Lines that fitted what had been learnt. */
  fitted = 0;
  readonly #templates = new SampleTemplates();
  readonly #parse: (line: string) => LogEntry | null;

  constructor(parse: (line: string) => LogEntry | null) {
    this.#parse = parse;
  }

  /** @throws Error where a line fits that is no sample, or another one */
  compare(line: Buffer): void {
    const expected = this.#parse(line.toString('latin1'));
    const buffer = Buffer.concat([BEFORE, line, BEHIND]);
    const place = [BEFORE.length, BEFORE.length + line.length] as const;
    const found = this.#templates.read(buffer, ...place);
    this.lines++;
    if (found !== null) this.fitted++;
    else if (expected !== null && !isStateChange(expected)) this.#templates.learn(buffer, ...place, expected);
    if (found !== null && !isDeepStrictEqual(found, expected)) {
      const [one, other] = [found, expected].map((entry) => JSON.stringify(entry));
      throw new Error(
        `${JSON.stringify(line.toString('latin1'))} fits as ${one}, and is ${other} by the grammar`,
      );
    }
  }
}

/** The line with so many bytes less at a place, and these instead. */
const edited = (line: Buffer, start: number, removed: number, added: Uint8Array) =>
  Buffer.concat([line.subarray(0, start), added, line.subarray(start + removed)]);

type Edit = readonly [place: number, removed: number, added: Uint8Array];

const withEdits = (line: Buffer, edits: readonly Edit[]) =>
  edits.reduce((bytes, [place, ...edit]) => edited(bytes, place % (bytes.length + 1), ...edit), line);

const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte));

describe.each([
  ['lines of heroku logs', parseHerokuLine, (line: string) => line],
  ['messages of a drain', parseDrainMessage, asMessage],
])('templates of %s', (_, parse, wrapped) => {
  const real = REAL.map((line) => Buffer.from(wrapped(line)));
  const [first = Buffer.of()] = real;
  const begin = () => {
    const comparison = new Comparison(parse);
    for (const line of real) comparison.compare(line);
    return comparison;
  };

  it('fit the lines that they were made of, and their like', () => {
    const comparison = new Comparison(parse);
    comparison.compare(first);
    expect(comparison.fitted).toBe(0);
    for (const clock of ['09:03:42.845449', '23:59:59.9', '00:00:00', '12:00:00.123456789']) {
      comparison.compare(Buffer.from(first.toString().replace(/(?<=T)[\d:.]+/, clock)));
    }
    comparison.compare(Buffer.from(first.toString().replace(/(?<=memory_total=)[\d.]+/, '1234')));
    expect(comparison.fitted).toBe(5);
  });

  it.each([
    ['of two names', memoryLine({ name: 'web.1' }), memoryLine({ name: 'web.2' })],
    ['of one name, as preboot has them', memoryLine(), memoryLine({ dyno: `heroku.103402527.${WEB_2}` })],
  ])('fit two dynos %s, in whatever order they come', (_, ...lines) => {
    const comparison = new Comparison(parse);
    const [one, two] = lines.map((line) => Buffer.from(wrapped(line)));
    const turns = [one, two, two, one, one, one, two, one, two].flatMap((line) => line ?? []);
    for (const line of turns) comparison.compare(line);
    expect(comparison.fitted).toBe(turns.length - 2);
  });

  it('are learnt anew on another day', () => {
    const comparison = new Comparison(parse);
    const lines = [memoryLine(), memoryLine({ time: '2024-01-02T09:03:22.012194+00:00' })];
    for (const line of [...lines, ...lines]) comparison.compare(Buffer.from(wrapped(line)));
    expect(comparison.fitted).toBe(0);
    comparison.compare(Buffer.from(wrapped(memoryLine({ time: '2024-01-02T23:03:22+00:00' }))));
    expect(comparison.fitted).toBe(1);
  });

  it('fit no time of another zone', () => {
    const comparison = new Comparison(parse);
    const line = Buffer.from(wrapped(memoryLine({ time: '2024-01-01T10:03:22.012194+01:00' })));
    comparison.compare(line);
    comparison.compare(line);
    expect(comparison.fitted).toBe(0);
  });

  it('fit more dynos than are remembered', () => {
    const comparison = new Comparison(parse);
    for (let number = 1; number <= 5000; number++) {
      const line = Buffer.from(wrapped(memoryLine({ name: `web.${number}` })));
      comparison.compare(line);
      comparison.compare(line);
    }
    expect(comparison.fitted).toBe(5000);
  });

  it('fit nothing that is forged', () => {
    const comparison = begin();
    const fitted = comparison.fitted;
    for (const line of UNREAL) comparison.compare(line);
    expect(comparison.fitted).toBe(fitted);
    for (const line of UNREAL) comparison.compare(Buffer.from(wrapped(line.toString('latin1')), 'latin1'));
  });

  it.each([
    ['in place of another', 1],
    ['between two others', 0],
  ])('fit no more than the grammar, whatever byte stands wherever %s', (_, removed) => {
    const comparison = begin();
    for (let place = 0; place <= first.length; place++) {
      for (const byte of EVERY_BYTE) comparison.compare(edited(first, place, removed, byte));
    }
    expect(comparison.lines).toBeGreaterThan(75_000);
    expect(comparison.fitted).toBeGreaterThan(400);
  });

  it('fit no more than the grammar, whatever is cut out of a line or said twice', () => {
    const comparison = begin();
    for (let start = 0; start <= first.length; start++) {
      for (let end = start; end <= first.length; end += 3) {
        comparison.compare(edited(first, start, end - start, Buffer.of()));
        comparison.compare(edited(first, start, 0, first.subarray(start, end)));
      }
    }
    expect(comparison.lines).toBeGreaterThan(30_000);
    expect(comparison.fitted).toBeGreaterThan(500);
  });

  const anyPiece = fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc
      .constantFrom('0', '9', '.', '-', ' ', 'MB', '\0', '\r', ' sample#memory_rss=1MB', 'memory_')
      .map((text) => Buffer.from(text)),
    fc
      .tuple(fc.constantFrom(...real), fc.nat(400), fc.nat(40))
      .map(([line, start, length]) => line.subarray(start, start + length)),
  );
  const anyEdit = fc.tuple(fc.nat(3000), fc.constantFrom(0, 0, 1, 1, 2, 7, 40), anyPiece);
  const anyEdits = fc.array(anyEdit, { minLength: 1, maxLength: 3 });

  it('fit no more than the grammar, whatever several edits make of real lines and of forged ones', () => {
    const comparison = begin();
    let fitted = 0;
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...real), fc.constantFrom(...UNREAL)), anyEdits, (line, edits) => {
        comparison.compare(line);
        const before = comparison.fitted;
        comparison.compare(withEdits(line, edits));
        fitted += comparison.fitted - before;
      }),
      { numRuns: 5000 },
    );
    expect(fitted).toBeGreaterThan(20);
  });

  const anyEditedLine = fc
    .tuple(fc.constantFrom(...real), anyEdits)
    .map(([line, edits]) => withEdits(line, edits));
  const tooLong = `${' '.repeat(LONGEST_SAMPLE_LINE)}\n`;
  const anyEnd = fc.oneof(
    { weight: 5, arbitrary: fc.constant('\n') },
    { weight: 2, arbitrary: fc.constantFrom('\n\0\0', '\r\n', '\n\n', '', tooLong) },
  );
  const anyLines = fc.array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...real), fc.constantFrom(...real, ...UNREAL), anyEditedLine),
      anyEnd.map((end) => Buffer.from(end)),
    ),
    { minLength: 1, maxLength: 8 },
  );

  /** What a whole log of these lines holds, cut at these places, and how many of them were expected. */
  function readLog(bytes: Buffer, cuts: readonly number[] = []) {
    const readAt = vi.spyOn(SampleTemplates.prototype, 'readAt');
    const { entries } = read(cutAt(bytes, cuts));
    const expected = readAt.mock.results.filter(({ value }) => value !== null).length;
    readAt.mockRestore();
    return { entries, expected };
  }

  /** The plainest way to read it. */
  const plainly = (bytes: Buffer) =>
    linesOf(bytes)
      .slice(0, -1)
      .map((line) => line.toString('latin1').replace(/^\0+/, ''))
      .filter(({ length }) => length <= LONGEST_SAMPLE_LINE)
      .flatMap((line) => parse(line) ?? []);

  it('make no difference to what a whole log holds, wherever its lines begin and end', () => {
    let expected = 0;
    fc.assert(
      fc.property(anyLines, fc.array(fc.nat(20_000), { maxLength: 5 }), (lines, cuts) => {
        // What comes again and again is expected.
        const rounds = Array.from({ length: 8 }, () => lines.flat()).flat();
        const head = Buffer.concat([first, Buffer.from(`\n${HEAD}\n`)]);
        const bytes = Buffer.concat([head, ...rounds]);
        const log = readLog(
          bytes,
          cuts.map((cut) => head.length + (cut % (bytes.length - head.length + 1))),
        );
        expect(log.entries).toEqual(plainly(bytes));
        expected += log.expected;
      }),
      { numRuns: 500 },
    );
    expect(expected).toBeGreaterThan(1000);
  });

  const most = `${memoryLine({ measured: 'sample#memory_total=1.00MB' })} sample#`;
  const longest = `${most}${'x'.repeat(LONGEST_SAMPLE_LINE - wrapped(most).length - 2)}=1`;
  it.each([
    ['behind something else', memoryLine(), `app[web.1]: ${wrapped(memoryLine())}`],
    ['in front of something else', memoryLine(), `${wrapped(memoryLine())} `],
    ['in a line that is too long', longest, wrapped(longest.replace('total=1.00', 'total=10.00'))],
    ['in a line that is too short', memoryLine(), '#memory_total=1'],
  ])('expect no sample %s', (_, real, other) => {
    const lines = Buffer.from([real, real, real].map((line) => `${wrapped(line)}\n`).join(''));
    for (const behind of [`${other}\n`, `\n${other}\n`, `\0${other}\n`]) {
      const bytes = Buffer.concat([lines, Buffer.from(`${HEAD}\n`), lines, Buffer.from(behind)]);
      for (const cuts of [[], [bytes.length - behind.length]]) {
        const log = readLog(bytes, cuts);
        expect(log.entries).toEqual(plainly(bytes));
        expect(log.entries).toHaveLength(6);
        expect(log.expected).toBe(3);
      }
    }
  });

  it('read the very number that Number makes of its digits', () => {
    const comparison = begin();
    const anyDigits = fc
      .tuple(fc.stringMatching(/^\d{1,10}$/), fc.stringMatching(/^(\.\d{0,7})?$/))
      .map((parts) => parts.join(''));
    const usual = fc.tuple(fc.nat(99_999), fc.nat(99)).map(([whole, part]) => `${whole}.${part}`);
    const either = fc.oneof(anyDigits, usual, usual);
    fc.assert(
      fc.property(either, either, either, (total, swap, other) => {
        const measured = `sample#memory_total=${total}MB sample#load_avg_1m=${other} sample#memory_swap=${swap}MB`;
        comparison.compare(Buffer.from(wrapped(memoryLine({ measured }))));
      }),
      { numRuns: 5000 },
    );
    expect(comparison.fitted).toBeGreaterThan(500);
  });

  /** On both sides of wherever an hour, a minute or a second ends. */
  const EDGES = [0, 1, 2, 4, 11, 12, 13, 23, 24, 25, 59, 60, 61, 99].map((number) =>
    String(number).padStart(2, '0'),
  );
  const pairs = (clock: (one: string, other: string) => string) =>
    EDGES.flatMap((one) => EDGES.map((other) => clock(one, other)));

  it.each([
    ['hour', pairs((hour, minute) => `${hour}:${minute}:00`)],
    ['second', pairs((minute, second) => `23:${minute}:${second}`)],
    ['end of the day', pairs((minute, second) => `24:${minute}:${second}`)],
    ['fraction', pairs((one, other) => `23:59:59.${one}9${other}`)],
    [
      'number of decimals',
      Array.from({ length: 12 }, (_, count) => `00:00:00.${'987654321098'.slice(0, count)}`),
    ],
  ])('read the time that Date reads, whatever its %s', (_, clocks) => {
    const comparison = begin();
    for (const clock of clocks) {
      for (const zone of ['+00:00', '+00:00', 'Z', '-00:00', '+01:00', '', 'z', '+0000']) {
        comparison.compare(Buffer.from(wrapped(memoryLine({ time: `2024-02-29T${clock}${zone}` }))));
      }
    }
    expect(comparison.lines).toBeGreaterThan(90);
  });
});
