import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LineFinder } from '../../../lib/heroku/line-finder.ts';
import { MarkerSearch } from '../../../lib/heroku/marker-search.ts';

const MARKERS = ['#ab', 'aa='];
const LONGEST = 20;

interface Found {
  readonly lines: string[];
  /** Each run of whole lines, as it was announced. */
  readonly runs: string[];
}

/** What is found in these chunks, one after the other. */
function find(chunks: readonly string[]): Found {
  const lines: string[] = [];
  const runs: string[] = [];
  const finder = new LineFinder({
    markers: MARKERS,
    longestLine: LONGEST,
    onLine: (buffer, start, end) => lines.push(buffer.toString('latin1', start, end)),
    onRun: (buffer, start, end) => runs.push(buffer.toString('latin1', start, end + 1)),
  });
  for (const chunk of chunks) finder.push(Buffer.from(chunk, 'latin1'));
  return { lines, runs };
}

/** The plainest way to find them. */
function plainly(text: string): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^\0+/, ''))
    .filter((line) => line.length <= LONGEST && MARKERS.some((marker) => line.includes(marker)));
}

/** `text` in pieces that end at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

const anyText = fc
  .array(fc.constantFrom('\n', '\n', '\0', '#', 'a', 'b', '=', '#ab', 'aa=', 'x'.repeat(9)), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''));

describe('the lines that hold a marker', () => {
  it('are found once each, in order, however the text is cut', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(), { maxLength: 6 }), (text, places) => {
        expect(find(cut(text, places)).lines).toEqual(plainly(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('lie in runs of whole lines, which are announced before them, and of which each is announced once', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(), { maxLength: 6 }), (text, places) => {
        const { runs } = find(cut(text, places));
        for (const run of runs) expect(run).toMatch(/\n$/);
        const short = (line: string) => line.replace(/^\0+/, '').length <= LONGEST;
        const expected = text.split('\n').slice(0, -1).filter(short);
        const announced = runs.join('').split('\n').slice(0, -1).filter(short);
        expect(announced.map((line) => line.replace(/^\0+/, ''))).toEqual(
          expected.map((line) => line.replace(/^\0+/, '')),
        );
      }),
    );
  });

  const fits = `#ab${'x'.repeat(LONGEST - 3)}`;
  it.each<[string, string[], string[]]>([
    ['as long as they may be', [`${fits}\n`], [fits]],
    ['as long as they may be, in two pieces', [fits.slice(0, 5), `${fits.slice(5)}\n`], [fits]],
    ['as long as they may be, their newline alone', [fits, '\n'], [fits]],
    ['too long by a byte', [`${fits}x\n#ab\n`], ['#ab']],
    ['too long by a byte, in two pieces', [fits, 'x\n#ab\n'], ['#ab']],
    ['too long by a byte, their newline alone', [`${fits}x`, '\n', '#ab\n'], ['#ab']],
    ['far too long, in many pieces', [fits, fits, fits, `${fits}\n#ab\n`], ['#ab']],
    ['behind hours of NULs', [...Array.from({ length: 50 }, () => '\0'), '#a', 'b\n'], ['#ab']],
    ['behind many NULs at once', [`${'\0'.repeat(100)}#ab`, '\n'], ['#ab']],
    ['behind NULs, and too long', [`${'\0'.repeat(100)}${fits}`, 'x\n#ab\n'], ['#ab']],
    ['behind NULs, as long as they may be', [`${'\0'.repeat(100)}${fits}`, '\n'], [fits]],
    ['too long, with NULs in them', [`${fits}x`, '\0'.repeat(100), '#ab\n'], []],
    ['not ended', ['#ab\n#abc'], ['#ab']],
  ])('are found where they are not too long: %s', (_, chunks, lines) => {
    expect(find(chunks).lines).toEqual(lines);
  });
});

describe('a line that never ends', () => {
  it('is not held in memory', () => {
    const finder = new LineFinder({ markers: MARKERS, longestLine: LONGEST, onLine: () => undefined });
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let mebibytes = 0; mebibytes < 64; mebibytes++) finder.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * chunk.length);
  });
});

describe('a line that somebody knows by its marker', () => {
  /** As above, where lines that are `#ab` and nothing else are known, unless another line may be before them. */
  function findAll(chunks: readonly string[]): string[] {
    const lines: string[] = [];
    const finder = new LineFinder({
      markers: MARKERS,
      longestLine: LONGEST,
      onLine: (buffer, start, end) => lines.push(buffer.toString('latin1', start, end)),
      takeKnown: (buffer, marker, from) => {
        if (marker !== from || buffer.toString('latin1', marker, marker + 4) !== '#ab\n') return -1;
        lines.push('known');
        return marker + 3;
      },
    });
    for (const chunk of chunks) finder.push(Buffer.from(chunk, 'latin1'));
    return lines;
  }

  it('is taken by them in its turn', () => {
    expect(findAll(['#ab\n#ab\n#abc\n#ab\nx\n#ab\n'])).toEqual(['known', 'known', '#abc', 'known', '#ab']);
  });

  it('is taken once, and so is every other, however the text is cut', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(), { maxLength: 6 }), (text, places) => {
        const lines = findAll(cut(text, places)).map((line) => (line === 'known' ? '#ab' : line));
        expect(lines).toEqual(plainly(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a finder that nobody asks for runs', () => {
  it('finds lines all the same', () => {
    const lines: string[] = [];
    const onLine = (buffer: Buffer, start: number, end: number) =>
      lines.push(buffer.toString('utf8', start, end));
    new LineFinder({ markers: MARKERS, longestLine: LONGEST, onLine }).push(Buffer.from('x\n#ab\n'));
    expect(lines).toEqual(['#ab']);
  });
});

describe('a search for markers', () => {
  it('finds nothing where it was given nothing', () => {
    expect(new MarkerSearch(MARKERS).next(0)).toBe(0);
  });

  it('looks for one that is rare once, however often it passes one that is not', () => {
    const bytes = Buffer.from('aa= '.repeat(50));
    const lookingFor = vi.spyOn(bytes, 'indexOf');
    const search = new MarkerSearch(MARKERS);
    search.begin(bytes);
    for (let position = 0; position < bytes.length; position = search.next(position) + 1);
    const rare = lookingFor.mock.calls.filter(([marker]) => String(marker) === '#ab');
    expect(rare).toHaveLength(1);
  });

  it('finds the next of them from any place on, in one text after the other', () => {
    const anySearch = fc.record({ text: anyText, places: fc.array(fc.nat(60), { maxLength: 8 }) });
    fc.assert(
      fc.property(fc.array(anySearch, { minLength: 1, maxLength: 3 }), (searches) => {
        const search = new MarkerSearch(MARKERS);
        for (const { text, places } of searches) {
          search.begin(Buffer.from(text, 'latin1'));
          for (const place of places.sort((a, b) => a - b)) {
            const found = MARKERS.map((marker) => text.indexOf(marker, place)).filter((at) => at !== -1);
            expect(search.next(place)).toBe(Math.min(...found, text.length));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
