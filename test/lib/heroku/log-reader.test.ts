import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framing, LogReader } from '../../../lib/heroku/log-reader.ts';
import { LONGEST_SAMPLE_LINE, parseSample, type Sample } from '../../../lib/heroku/sample.ts';
import { IMPOSTORS, memoryLine, OTHER_LINES, SAMPLES, TIME } from './lines.ts';

/** Reads a log that comes in these pieces. */
function read(pieces: readonly Uint8Array[], framing: Framing = 'lines') {
  const samples: Sample[] = [];
  const reader = new LogReader(framing, (sample) => samples.push(sample));
  for (const piece of pieces) reader.push(piece);
  return { samples, reader };
}

/** The same log, cut before each of these positions. */
function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [0, ...[...positions].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

const byteByByte = (bytes: Buffer) =>
  cutAt(
    bytes,
    Array.from(bytes, (_, index) => index),
  );

/** The samples of a log, in the plainest way: everything is decoded, and split at newlines. */
function plainReading(bytes: Buffer): Sample[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^\0+/, ''))
    .flatMap((line) => parseSample(line) ?? []);
}

const sampleLine = (seconds: number, name = 'web.1') =>
  memoryLine({ time: new Date(Date.UTC(2026, 0, 5) + seconds * 1000).toISOString(), name });

/** All sorts of lines, one after the other; the last has no newline. */
const MIXED = Buffer.from(
  [
    ...SAMPLES.map(({ line }) => line),
    ...OTHER_LINES,
    ...IMPOSTORS.map(([, line]) => line),
    `\0\0\0${sampleLine(1)}`,
    '\0',
    '\0\0',
    `\0${sampleLine(2, 'web.2')}`,
    `${sampleLine(3)}\r`,
    `${TIME} heroku[web.1]: Ünïcödé ٣５ 🐹 sample#memory_total=1MB`,
    `${TIME} heroku[web.1]: ${'x'.repeat(3000)}`,
    sampleLine(4),
    sampleLine(5),
  ].join('\n'),
);

describe('a log', () => {
  it('has the samples that its lines are, in their order', () => {
    const { samples, reader } = read([MIXED]);
    expect(samples).toEqual([...SAMPLES.map(({ sample }) => sample), ...[1, 2, 4].map(expectSampleAt)]);
    expect(reader.bytes).toBe(MIXED.length);
  });

  it('has the same samples, cut in two at any byte', () => {
    const whole = read([MIXED]).samples;
    for (let position = 0; position <= MIXED.length; position++) {
      const { samples } = read(cutAt(MIXED, [position]));
      if (samples.length !== whole.length) throw new Error(`Lost or found one, cut at ${position}`);
      expect(samples).toEqual(whole);
    }
  });

  it('has the same samples, byte by byte', () => {
    expect(read(byteByByte(MIXED)).samples).toEqual(read([MIXED]).samples);
  });

  it('has the same samples, cut anywhere and as often as one likes', () => {
    const whole = read([MIXED]).samples;
    fc.assert(
      fc.property(fc.array(fc.nat(MIXED.length), { maxLength: 60 }), (positions) => {
        const { samples, reader } = read(cutAt(MIXED, positions));
        expect(samples).toEqual(whole);
        expect(reader.bytes).toBe(MIXED.length);
      }),
      { numRuns: 300 },
    );
  });

  it('of any pieces has the samples that a plain reading finds, cut or not', () => {
    const anyPiece = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('\n', '\n', '\0', '\r\n', ' ', 'sample#memory_total=', 'MB') },
      { weight: 4, arbitrary: fc.constantFrom(...SAMPLES.map(({ line }) => `${line}\n`)) },
      { weight: 2, arbitrary: fc.constantFrom(...IMPOSTORS.map(([, line]) => line), ...OTHER_LINES) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...SAMPLES), fc.nat(400))
          .map(([{ line }, end]) => line.slice(0, end)),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    );
    fc.assert(
      fc.property(
        fc.array(anyPiece, { maxLength: 25 }),
        fc.array(fc.nat(9999), { maxLength: 20 }),
        (pieces, shares) => {
          const bytes = Buffer.from(pieces.join(''));
          const positions = shares.map((share) => Math.floor((share / 10_000) * bytes.length));
          const expected = plainReading(bytes);
          expect(read([bytes]).samples).toEqual(expected);
          expect(read(cutAt(bytes, positions)).samples).toEqual(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('that is empty, or came in empty pieces, has none', () => {
    expect(read([]).samples).toEqual([]);
    const { samples, reader } = read([Buffer.alloc(0), Buffer.alloc(0)]);
    expect(samples).toEqual([]);
    expect(reader.span).toBe(0);
  });

  it('of random bytes has none', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (pieces) => {
        expect(read(pieces).samples).toEqual([]);
      }),
    );
  });

  it('may come in a buffer that is used again for what comes next', () => {
    const buffer = new Uint8Array(100);
    const samples: Sample[] = [];
    const reader = new LogReader('lines', (sample) => samples.push(sample));
    for (let start = 0; start < MIXED.length; start += buffer.length) {
      const piece = MIXED.subarray(start, start + buffer.length);
      buffer.set(piece);
      reader.push(buffer.subarray(0, piece.length));
      buffer.fill(57);
    }
    expect(samples).toEqual(read([MIXED]).samples);
  });
});

function expectSampleAt(seconds: number) {
  return expect.objectContaining({ at: Date.UTC(2026, 0, 5) + seconds * 1000 });
}

describe('the last line of a log', () => {
  it.each(['', '\0', '\r', ' '])(
    'is not read before its newline comes, not even if it looks whole: %j',
    (end) => {
      const line = Buffer.from(sampleLine(1) + end);
      const { samples, reader } = read(byteByByte(line));
      expect(samples).toEqual([]);
      expect(read([line]).samples).toEqual([]);
      reader.push(Buffer.from('\n'));
      expect(samples).toHaveLength(end === '' ? 1 : 0);
    },
  );

  it('is not read for what the next one would make of it', () => {
    const { samples } = read([Buffer.from('sample#memory_total=1021'), Buffer.from('MB\n')]);
    expect(samples).toEqual([]);
  });

  it('is read with the newline that comes alone', () => {
    const { samples } = read([Buffer.from(sampleLine(1)), Buffer.from('\n')]);
    expect(samples).toEqual([expectSampleAt(1)]);
  });
});

describe('NULs', () => {
  it('before a line are no part of it', () => {
    const bytes = Buffer.from(`\0\0\0${sampleLine(1)}\n\0${sampleLine(2)}\n`);
    expect(read([bytes]).samples).toEqual([expectSampleAt(1), expectSampleAt(2)]);
    expect(read(byteByByte(bytes)).samples).toEqual([expectSampleAt(1), expectSampleAt(2)]);
  });

  it('that come for hours to keep a tail alive do not lose the line after them', () => {
    const hours = Array.from({ length: 200 }, () => Buffer.alloc(1024));
    expect(read([...hours, Buffer.from(`\0${sampleLine(1)}`), Buffer.from('\n')]).samples).toHaveLength(1);
  });

  it.each([1, 100, LONGEST_SAMPLE_LINE - 10, LONGEST_SAMPLE_LINE, LONGEST_SAMPLE_LINE + 1, 100_000])(
    'do not count as the length of the line after them, however they come: %i',
    (count) => {
      const bytes = Buffer.concat([Buffer.alloc(count), Buffer.from(`${sampleLine(1)}\n`)]);
      expect(read([bytes]).samples).toHaveLength(1);
      expect(read(cutAt(bytes, [count])).samples).toHaveLength(1);
      expect(read(cutAt(bytes, [count + 50])).samples).toHaveLength(1);
      if (count < 10_000) expect(read(byteByByte(bytes)).samples).toHaveLength(1);
    },
  );

  it.each(['heroku[', 'source=', 'memory_total', '906', 'MB sample#memory_rss'])(
    'inside a line are not taken away: before %s',
    (place) => {
      const bytes = Buffer.from(`${memoryLine().replace(place, `\0${place}`)}\n`);
      expect(read([bytes]).samples).toEqual([]);
      expect(read(byteByByte(bytes)).samples).toEqual([]);
    },
  );
});

describe('a line', () => {
  const cuts = [
    ['whole', (bytes: Buffer) => [bytes]],
    [
      'in packets',
      (bytes: Buffer) =>
        cutAt(
          bytes,
          Array.from({ length: 300 }, (_, index) => index * 4000),
        ),
    ],
    ['cut in two', (bytes: Buffer) => cutAt(bytes, [3000])],
  ] as const;

  it.each(cuts)('of a megabyte is passed over, and what comes after it is read: %s', (_, cut) => {
    const long = `${TIME} heroku[web.1]: ${'sample#memory_total=9MB '.repeat(45_000)}`;
    const bytes = Buffer.from(`${sampleLine(1)}\n${long}\n${sampleLine(2)}\n${long}\n${sampleLine(3)}\n`);
    expect(read(cut(bytes)).samples).toEqual([1, 2, 3].map(expectSampleAt));
  });

  it.each(cuts)('of a megabyte that ends like a sample is none: %s', (_, cut) => {
    const bytes = Buffer.from(`${'x'.repeat(1024 * 1024)}${sampleLine(1)}\n`);
    expect(read(cut(bytes)).samples).toEqual([]);
  });

  it.each([
    [LONGEST_SAMPLE_LINE, 1],
    [LONGEST_SAMPLE_LINE + 1, 0],
  ])('of %i bytes is as many samples as it is however it comes: %i', (length, count) => {
    const filled = `${sampleLine(1)} sample#`;
    const line = `${filled}${'x'.repeat(length - filled.length - '=1'.length)}=1\n`;
    const bytes = Buffer.from(line);
    expect(bytes.length - 1).toBe(length);
    expect(read([bytes]).samples).toHaveLength(count);
    expect(read(byteByByte(bytes)).samples).toHaveLength(count);
    expect(read(cutAt(bytes, [length])).samples).toHaveLength(count);
  });

  it('that does not end in a newline of its own is not ended by another sign', () => {
    for (const end of ['\r', '\v', '\f', '\u0085', '\u2028', '\0']) {
      expect(read([Buffer.from(`${sampleLine(1)}${end}${sampleLine(2)}\n`)]).samples).toEqual([]);
    }
  });

  it('of bytes that are digits in no encoding but in the look of them is no sample', () => {
    // The UTF-8 of full-width digits, and bytes that only latin1 has a letter for.
    for (const digits of ['９０６', '٩٠٦', '\u00b9\u00b2\u00b3', '9\u00a006']) {
      const line = memoryLine().replace('906', digits);
      expect(read([Buffer.from(`${line}\n`, 'utf8')]).samples).toEqual([]);
      expect(read([Buffer.from(`${line}\n`, 'latin1')]).samples).toEqual([]);
    }
  });
});

describe('what a log spans', () => {
  const log = (...seconds: number[]) => Buffer.from(seconds.map((at) => `${sampleLine(at)}\n`).join(''));
  /** A few lines of one second make sure of when a log begins. */
  const begun = (...seconds: number[]) => log(5, 5, 5, 5, ...seconds);

  it.each([
    ['no line', Buffer.from(''), 0],
    ['one line', log(5), 0],
    ['lines in order', begun(30), 25_000],
    ['lines of one second', begun(), 0],
    ['lines out of order, the last one earlier', begun(40, 30), 25_000],
    ['a first line that came late', log(-300, 5, 5, 5, 30), 25_000],
    ['only lines without a time', Buffer.from('hello\n\nworld\n'), 0],
    ['lines without a time first', Buffer.concat([Buffer.from('hello\n\0\n'), begun(30)]), 25_000],
    ['lines without a time last', Buffer.concat([begun(30), Buffer.from('a\nb\n\n')]), 25_000],
    ['a last line that is not whole', Buffer.concat([begun(30), Buffer.from(sampleLine(300))]), 25_000],
    [
      'NULs before its lines',
      Buffer.concat([Buffer.from('\0\0'), begun(), Buffer.from(`\0\0${sampleLine(30)}\n`)]),
      25_000,
    ],
    ['lines that went back in time', log(30, 5), 0],
  ])('is the time from its first line to its last: %s', (_, bytes, span) => {
    expect(read([bytes]).reader.span).toBe(span);
  });

  it('is the same, cut anywhere, where its lines are in order', () => {
    const bytes = Buffer.from(
      [0, 0, 0, 0, 5, 10, 15, 20, 25, 33].map((at) => `${sampleLine(at)}\nno time\n`).join(''),
    );
    const expected = 33_000;
    expect(read(byteByByte(bytes)).reader.span).toBe(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (positions) => {
        expect(read(cutAt(bytes, positions)).reader.span).toBe(expected);
      }),
    );
  });

  it.each([
    [0, 25_000],
    [3, 25_000],
    [4, 0],
    [500, 0],
  ])('goes to a line behind which %i more say no time: %i ms', (more, span) => {
    const bytes = Buffer.concat([begun(30), Buffer.from('no time\n'.repeat(more))]);
    expect(read([bytes]).reader.span).toBe(span);
  });

  it('goes to the latest of them, though earlier ones came after it', () => {
    const pieces = [begun(), log(40), log(30), log(35)];
    expect(read(pieces).reader.span).toBe(35_000);
  });

  it('is never more than the times of its lines allow, cut anywhere', () => {
    const bytes = log(10, 12, 11, 15, 3, 20, 18, 19);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (positions) => {
        const { span } = read(cutAt(bytes, positions)).reader;
        expect(span).toBeGreaterThanOrEqual(0);
        expect(span).toBeLessThanOrEqual(17_000);
      }),
    );
  });
});

describe('an event stream', () => {
  const frames = (end: string) =>
    Buffer.from(
      [
        ':keep-alive',
        '',
        'id: 1001',
        `data: ${sampleLine(1)}`,
        '',
        'event: log',
        'id: 1002',
        `data:${sampleLine(20)}`,
        '',
        `id: ${sampleLine(21)}`,
        '',
        `${sampleLine(22)}`,
        '',
        `data: ${IMPOSTORS[0]?.[1]}`,
        '',
        `\0data: ${sampleLine(30)}`,
        '',
        '',
        `data: ${sampleLine(31)}`,
      ].join(end),
    );

  it.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
  ])('has the samples of its data alone, however cut, with lines that end in %s', (_, end) => {
    const bytes = frames(end);
    const expected = [1, 20, 30].map(expectSampleAt);
    const whole = read([bytes], 'event-stream');
    expect(whole.samples).toEqual(expected);
    const { span } = whole.reader;
    expect(span).toBeGreaterThan(0);
    expect(span).toBeLessThanOrEqual(29_000);
    expect(read(byteByByte(bytes), 'event-stream').samples).toEqual(expected);
    for (let position = 0; position <= bytes.length; position++) {
      const { samples, reader } = read(cutAt(bytes, [position]), 'event-stream');
      expect(samples).toEqual(expected);
      expect(reader.span).toBe(span);
    }
  });

  it('is not what a log of lines is, nor the other way round', () => {
    expect(read([Buffer.from(`data: ${sampleLine(1)}\n\n`)], 'lines').samples).toEqual([]);
    expect(read([Buffer.from(`${sampleLine(1)}\n\n`)], 'event-stream').samples).toEqual([]);
  });

  it.each(['data : ', 'Data: ', ' data: ', 'data:  ', 'dat: ', 'data: data: '])(
    'has no data where the field is %j',
    (field) => {
      expect(read([Buffer.from(`${field}${sampleLine(1)}\n\n`)], 'event-stream').samples).toEqual([]);
    },
  );
});
