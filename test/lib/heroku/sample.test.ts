import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSample, SAMPLE_MARKER, type Sample, timeOfLine } from '../../../lib/heroku/sample.ts';
import { AT, IMPOSTORS, memoryLine, OTHER_LINES, SAMPLES, TIME, WEB_1 } from './lines.ts';

describe('a memory line', () => {
  it.each(SAMPLES)('$form, is read with its values', ({ line, sample }) => {
    expect(parseSample(line)).toEqual(sample);
  });
});

describe('the mark that is searched for', () => {
  it('stands in every sample, and in no other line that Heroku writes', () => {
    expect(SAMPLES.filter(({ line }) => !line.includes(SAMPLE_MARKER))).toEqual([]);
    expect(OTHER_LINES.filter((line) => line.includes(SAMPLE_MARKER))).toEqual([]);
  });
});

describe('a line of another kind', () => {
  it.each(OTHER_LINES)('is no sample: %s', (line) => {
    expect(parseSample(line)).toBeNull();
  });

  it.each(IMPOSTORS)('is no sample, though it looks like one: %s', (_, line) => {
    expect(parseSample(line)).toBeNull();
  });
});

const measured = (value: string) => memoryLine({ measured: value });

describe('a memory line that is not as Heroku writes it', () => {
  it.each([
    ['names another source', memoryLine({ source: 'web.2' })],
    ['names a source that only begins alike', memoryLine({ name: 'web.1', source: 'web.10' })],
    ['names a source that only ends alike', memoryLine({ name: 'web.10', source: 'web.1' })],
    ['names its source in other letters', memoryLine({ source: 'WEB.1' })],
    ['names no number', memoryLine({ name: 'web' })],
    ['names the number 0', memoryLine({ name: 'web.0' })],
    ['names a number with a leading zero', memoryLine({ name: 'web.01' })],
    ['names two numbers', memoryLine({ name: 'web.1.2' })],
    ['names no type', memoryLine({ name: '.1' })],
    ['names a type with a space', memoryLine({ name: 'web 1.1' })],
    ['names a type with a bracket', memoryLine({ name: 'web]: source=web.1' })],
    ['names a type in other letters', memoryLine({ name: 'wéb.1' })],
    ['names a type that looks alike', memoryLine({ name: 'wеb.1' })],
    ['names a dyno without a UUID', memoryLine({ dyno: 'heroku.1.web.1' })],
    ['names a dyno without its number', memoryLine({ dyno: `heroku.${WEB_1}` })],
    ['names a UUID that is too short', memoryLine({ dyno: `heroku.1.${WEB_1.slice(1)}` })],
    ['names a UUID that is too long', memoryLine({ dyno: `heroku.1.${WEB_1}0` })],
    ['names a UUID in capitals', memoryLine({ dyno: `heroku.1.${WEB_1.toUpperCase()}` })],
    ['names the dyno of another platform', memoryLine({ dyno: `herokx.1.${WEB_1}` })],
    ['comes from something else', memoryLine().replace('heroku[', 'heroku-postgres[')],
    ['comes from something that ends alike', memoryLine().replace(' heroku[', ' xheroku[')],
    ['begins with a space', ` ${memoryLine()}`],
    ['begins with a NUL', `\0${memoryLine()}`],
    ['begins with a byte order mark', `\uFEFF${memoryLine()}`],
    ['ends with a space', `${memoryLine()} `],
    ['ends with a carriage return', `${memoryLine()}\r`],
    ['ends with a newline', `${memoryLine()}\n`],
    ['goes on after its measurements', `${memoryLine()} and more`],
    ['goes on with a field of another kind', `${memoryLine()} path=/`],
    ['holds two spaces', memoryLine().replace(' sample#memory_rss', '  sample#memory_rss')],
    ['holds a tab', memoryLine().replace(' source', '\tsource')],
    ['holds a space of another width', memoryLine().replace(' source', '\u2003source')],
    ['holds a NUL', memoryLine().replace('memory_rss', 'memory\0_rss')],
    ['holds a newline', memoryLine().replace(' sample#memory_rss', '\nsample#memory_rss')],
    ['holds its total elsewhere than first', measured('sample#memory_rss=9.00MB sample#memory_total=9.00MB')],
    ['holds no total', measured('sample#memory_rss=9.00MB')],
    ['holds nothing', measured('')],
    ['holds its total twice', measured('sample#memory_total=9.00MB sample#memory_total=9.00MB')],
    ['holds its rss twice', `${memoryLine()} sample#memory_rss=1.00MB`],
    ['holds its swap twice', `${memoryLine()} sample#memory_swap=1.00MB`],
    ['holds its quota twice', `${memoryLine()} sample#memory_quota=1.00MB`],
    ['measures in nothing', measured('sample#memory_total=900')],
    ['measures in GB', measured('sample#memory_total=900GB')],
    ['measures in mb', measured('sample#memory_total=900mb')],
    ['measures in MBs', measured('sample#memory_total=900MBs')],
    ['measures in kMB', measured('sample#memory_total=900kMB')],
    ['measures its quota in pages', measured('sample#memory_total=900MB sample#memory_quota=512pages')],
    ['measures its swap in pages', measured('sample#memory_total=900MB sample#memory_swap=1pages')],
    ['measures its rss in pages', measured('sample#memory_total=900MB sample#memory_rss=1pages')],
    ['says no number', measured('sample#memory_total=MB')],
    ['says not a number', measured('sample#memory_total=NaNMB')],
    ['says infinity', measured('sample#memory_total=InfinityMB')],
    ['says a negative number', measured('sample#memory_total=-1.00MB')],
    ['says a signed number', measured('sample#memory_total=+1.00MB')],
    ['says a number with an exponent', measured('sample#memory_total=9e5MB')],
    ['says a hexadecimal number', measured('sample#memory_total=0x99MB')],
    ['says a number with separators', measured('sample#memory_total=1,024.00MB')],
    ['says a number with two points', measured('sample#memory_total=1.024.00MB')],
    ['says a number without its decimals', measured('sample#memory_total=900.MB')],
    ['says a number without its beginning', measured('sample#memory_total=.90MB')],
    ['says a number in Arabic digits', measured('sample#memory_total=٩٠٠MB')],
    ['says a number in full-width digits', measured('sample#memory_total=９００MB')],
    ['says a petabyte', measured('sample#memory_total=1000000000MB')],
    ['says more digits than there are bytes', measured(`sample#memory_total=${'9'.repeat(400)}MB`)],
    ['says its quota in a petabyte', measured('sample#memory_total=1MB sample#memory_quota=1000000000MB')],
    ['says it with another equals sign', measured('sample#memory_total＝900MB')],
  ])('%s, is no sample', (_, line) => {
    expect(parseSample(line)).toBeNull();
  });

  it.each([
    '2024-01-01 09:03:22+00:00',
    '2024-01-01T09:03:22',
    '2024-01-01T09:03+00:00',
    '2024-01-01T09:03:22.+00:00',
    '2024-01-01T09:03:22.0123456789+00:00',
    '2024-01-01T09:03:22+0000',
    '24-01-01T09:03:22+00:00',
    '+002024-01-01T09:03:22+00:00',
    '2024-13-01T09:03:22+00:00',
    '2024-00-01T09:03:22+00:00',
    '2024-01-32T09:03:22+00:00',
    '2024-99-99T99:99:99.845449+00:00',
    '2024-01-01T25:03:22+00:00',
    '2024-01-01T09:60:22+00:00',
    '2024-01-01T09:03:60+00:00',
    '2024-01-01T09:03:22+24:00',
    '2024-01-01T09:03:22+00:60',
    '٢٠٢٤-01-01T09:03:22+00:00',
    '1704099802',
  ])('and says a time that is none, %s, is no sample and has no time', (time) => {
    expect(parseSample(memoryLine({ time }))).toBeNull();
    expect(timeOfLine(memoryLine({ time }))).toBeNull();
  });

  it.each(['2024-02-31T09:03:22+00:00', '2023-02-29T09:03:22.012194+00:00', '2024-04-31T09:03:22Z'])(
    'and says a day that its month does not have, %s, is no sample',
    (time) => {
      expect(parseSample(memoryLine({ time }))).toBeNull();
    },
  );

  it.each([
    ['2024-02-29T23:30:00-01:00', Date.UTC(2024, 2, 1, 0, 30)],
    ['2024-03-01T00:30:00+01:00', Date.UTC(2024, 1, 29, 23, 30)],
  ])('and says a time of another zone, whose day is another in UTC, is a sample: %s', (time, at) => {
    expect(parseSample(memoryLine({ time }))?.at).toBe(at);
  });
});

describe('the time of a line', () => {
  it.each([
    ['a sample', memoryLine(), AT],
    ['a line of an app', `${TIME} app[web.1]: hello`, AT],
    ['a line that says nothing', `${TIME} `, AT],
    ['another zone', '2024-01-01T10:03:22+01:00 heroku[web.1]: Cycling', Date.UTC(2024, 0, 1, 9, 3, 22)],
  ])('is the one in front of it: %s', (_, line, at) => {
    expect(timeOfLine(line)).toBe(at);
  });

  it.each([
    ['nothing', ''],
    ['a time alone, which may be cut', TIME],
    ['words first', `now ${TIME} `],
    ['a space first', ` ${TIME} x`],
  ])('is unknown: %s', (_, line) => {
    expect(timeOfLine(line)).toBeNull();
  });
});

describe('a line that was cut', () => {
  it.each(SAMPLES)('anywhere, is no sample that says something else: $form', ({ line, sample }) => {
    for (let cut = 0; cut < line.length; cut++) {
      const start = parseSample(line.slice(0, cut));
      if (start !== null) expect(sample).toMatchObject(whatItSays(start));
      if (cut > 0) expect(parseSample(line.slice(cut))).toBeNull();
    }
  });

  it.each(SAMPLES)('inside what it says of its dyno or its total, is no sample: $form', ({ line }) => {
    const wholeTotal = line.indexOf('MB') + 2;
    for (let cut = 0; cut < wholeTotal; cut++) expect(parseSample(line.slice(0, cut))).toBeNull();
  });

  it('and had another glued to what was left, is no sample, wherever both were cut', () => {
    const one = memoryLine();
    const other = memoryLine({ name: 'web.22', time: '2024-01-01T09:03:23+00:00' });
    for (let end = 0; end < one.length; end++) {
      for (let start = 1; start < other.length; start += 7) {
        const sample = parseSample(one.slice(0, end) + other.slice(start));
        // Cut at the same word of both, they make a line that Heroku could have written.
        if (sample !== null) expect(plainReading(one.slice(0, end) + other.slice(start))).toEqual(sample);
      }
    }
  });
});

/** Without what is not said. */
function whatItSays(sample: Sample): Partial<Sample> {
  return Object.fromEntries(Object.entries(sample).filter(([, value]) => value !== undefined));
}

/** What a line says, read in the plainest way: by its words. Null where that way sees something odd. */
function plainReading(line: string): Sample | null {
  const [time = '', from = '', source = '', dyno = '', ...measurements] = line.split(' ');
  const process = source.replace('source=', '');
  const [type = '', number, ...more] = process.split('.');
  if (from !== `heroku[${process}]:` || number === undefined || more.length > 0) return null;
  const values = new Map<string, number>();
  for (const measurement of measurements) {
    const [name = '', value = ''] = measurement.split('=');
    if (!name.startsWith('sample#')) return null;
    const isMegabytes = /^sample#memory_(total|rss|swap|quota)$/.test(name);
    if (isMegabytes && (values.has(name) || !value.endsWith('MB'))) return null;
    if (isMegabytes) values.set(name, Number(value.slice(0, -'MB'.length)));
  }
  const total = values.get('sample#memory_total');
  if (total === undefined) return null;
  return {
    process,
    type,
    dyno: dyno.split('.')[2] ?? '',
    at: new Date(time).getTime(),
    total,
    rss: values.get('sample#memory_rss'),
    swap: values.get('sample#memory_swap'),
    quota: values.get('sample#memory_quota') || undefined,
  };
}

const anyRealLine = fc.constantFrom(
  ...SAMPLES.map(({ line }) => line),
  ...IMPOSTORS.map(([, line]) => line),
  ...OTHER_LINES,
);
const anyPiece = fc.oneof(
  fc.constantFrom(
    '0',
    '9',
    '.',
    '-',
    ':',
    '=',
    '#',
    '[',
    ']',
    ' ',
    'MB',
    'pages',
    'e',
    '\0',
    '\r',
    '\n',
    '٣',
    '５',
  ),
  fc.constantFrom(
    'sample#memory_total=',
    ' sample#memory_total=99999.00MB',
    ' sample#memory_quota=1MB',
    'heroku[',
  ),
  fc.constantFrom('web.1', 'web.2', WEB_1, TIME),
  fc.string({ maxLength: 3 }),
);
/** Evenly, as doubles are not: most of those are next to nothing. */
const anyShare = fc.nat(9999).map((part) => part / 10_000);
/** Where, as a share of the line; how much goes; what comes instead. */
const anyEdit = fc.tuple(
  anyShare,
  fc.constantFrom(0, 0, 1, 1, 1, 2, 5, 20, 100),
  fc.oneof(fc.constant(''), anyPiece),
);
const anyMutatedLine = fc
  .tuple(anyRealLine, fc.array(anyEdit, { minLength: 1, maxLength: 3 }))
  .map(([line, edits]) =>
    edits.reduce((text, [where, removed, added]) => {
      const start = Math.floor(where * text.length);
      return text.slice(0, start) + added + text.slice(start + removed);
    }, line),
  );

describe('the grammar', () => {
  it('reads of a mutated line what stands there, or nothing', () => {
    let read = 0;
    fc.assert(
      fc.property(anyMutatedLine, (line) => {
        const sample = parseSample(line);
        if (sample === null) return;
        read++;
        expect(sample).toEqual(plainReading(line));
        expect(sample.total).toBeLessThan(1e9);
        expect(line).not.toMatch(/[^\x20-\x7e]/);
      }),
      { numRuns: 20_000 },
    );
    // Otherwise the property would say nothing.
    expect(read).toBeGreaterThan(100);
  });

  it('reads two lines that were exchanged from any point on as what stands there, or nothing', () => {
    fc.assert(
      fc.property(anyRealLine, anyRealLine, fc.nat(400), fc.nat(400), (one, other, end, start) => {
        const line = one.slice(0, end) + other.slice(start);
        const sample = parseSample(line);
        if (sample !== null) expect(sample).toEqual(plainReading(line));
      }),
      { numRuns: 5000 },
    );
  });

  it('reads measurements in whatever order they come, and none that is said twice', () => {
    const memory = ['total', 'rss', 'cache', 'swap', 'pgpgin', 'pgpgout', 'quota'].map(
      (name) => `memory_${name}`,
    );
    const anyMeasurement = fc
      .tuple(fc.constantFrom(...memory, 'load_avg_1m', 'memory_rssx'), fc.nat(99_999))
      .map(([name, hundredths]) => `sample#${name}=${(hundredths / 100).toFixed(2)}MB`);
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(anyMeasurement, { maxLength: 8 }), (measurements) => {
        const line = memoryLine({ measured: ['sample#memory_total=5.50MB', ...measurements].join(' ') });
        const sample = parseSample(line);
        expect(sample).toEqual(plainReading(line));
        if (sample === null) refused++;
        else read++;
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(read, refused)).toBeGreaterThan(500);
  });

  it('takes any text at all, and throws at none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseSample(text)).toBeNull();
        timeOfLine(text);
      }),
    );
  });

  it('reads no number wrong, whatever its digits', () => {
    const labels = ['total', 'rss', 'swap', 'quota'] as const;
    // What stands in the line are these digits, and never were a number before.
    const anyDigits = fc.record({
      whole: fc.oneof(fc.bigInt({ min: 0n, max: 999_999_999n }), fc.bigInt({ min: 0n, max: 2000n })),
      zeros: fc.nat(3),
      decimals: fc.stringMatching(/^\d{0,6}$/),
    });
    fc.assert(
      fc.property(fc.tuple(anyDigits, anyDigits, anyDigits, anyDigits), (values) => {
        const written = values.map(({ whole, zeros, decimals }) => {
          const digits = `${'0'.repeat(zeros)}${whole}`.slice(-9);
          return decimals === '' ? digits : `${digits}.${decimals}`;
        });
        const measured = labels.map((label, index) => `sample#memory_${label}=${written[index]}MB`).join(' ');
        const sample = parseSample(memoryLine({ measured }));
        for (const [index, label] of labels.entries()) {
          const { whole = 0n, decimals = '' } = values[index] ?? {};
          const millionths = whole * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
          const said = label === 'quota' && millionths === 0n ? undefined : millionths;
          // 15 digits at most: a number holds them, and gives them back.
          const found = sample?.[label];
          expect(found === undefined ? undefined : BigInt(found.toFixed(6).replace('.', ''))).toBe(said);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('reads whatever Heroku can measure, exactly', () => {
    const hundredths = fc.nat(14_336_000).map((value) => value / 100);
    fc.assert(
      fc.property(
        fc.record({
          type: fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
          number: fc.integer({ min: 1, max: 99_999 }),
          dyno: fc.uuid(),
          at: fc.integer({ min: Date.UTC(2013), max: Date.UTC(2100) }),
          total: hundredths,
          rss: hundredths,
          swap: hundredths,
          quota: hundredths.filter((value) => value > 0),
        }),
        ({ type, number, dyno, at, total, rss, swap, quota }) => {
          const line = memoryLine({
            time: new Date(at).toISOString().replace('Z', '123+00:00'),
            name: `${type}.${number}`,
            dyno: `heroku.${number}.${dyno}`,
            measured:
              `sample#memory_total=${total.toFixed(2)}MB sample#memory_rss=${rss.toFixed(2)}MB ` +
              `sample#memory_swap=${swap.toFixed(2)}MB sample#memory_quota=${quota.toFixed(2)}MB`,
          });
          const process = `${type}.${number}`;
          expect(parseSample(line)).toEqual({ process, type, dyno, at, total, rss, swap, quota });
        },
      ),
    );
  });
});
