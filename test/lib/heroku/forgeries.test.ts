/** Law 1, on the whole log reader: whatever is tried, and however it is cut, only Heroku's own word counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogReader } from '../../../lib/heroku/log-reader.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { FORGED, FORGERIES } from './forgeries.ts';
import { memoryLine, WEB_1 } from './lines.ts';

function read(pieces: readonly Uint8Array[]): Sample[] {
  const samples: Sample[] = [];
  const reader = new LogReader('lines', (sample) => samples.push(sample));
  for (const piece of pieces) reader.push(piece);
  return samples;
}

/** Cut before each of these positions. */
function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...positions.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const NEWLINE = Buffer.from('\n');
const GENUINE = Buffer.from(`${memoryLine()}\n`);
/** Between two lines of Heroku's own. */
const amidst = (bytes: Buffer) => Buffer.concat([GENUINE, bytes, NEWLINE, GENUINE]);

describe('the forged line', () => {
  it('is one that would be believed, were it Heroku’s', () => {
    const line = memoryLine({ dyno: `heroku.1.${FORGED}` });
    expect(read([Buffer.from(`${line}\n`)])).toMatchObject([{ dyno: FORGED }]);
  });
});

describe.each(FORGERIES)('$by forges $attempt', ({ bytes }) => {
  it('and is not believed, however it is cut, nor hides what Heroku says', () => {
    const log = amidst(bytes);
    const genuine = [{ dyno: WEB_1 }, { dyno: WEB_1 }];
    expect(read([log])).toMatchObject(genuine);
    // Of a long one, the ends.
    const near = (at: number) => at < 600 || at > log.length - 1200;
    for (let at = 0; at <= log.length; at++) {
      if (near(at) && read(cut(log, [at])).length !== 2) throw new Error(`Believed or lost, cut at ${at}`);
    }
    if (log.length < 10_000)
      expect(read(Array.from(log, (byte) => Uint8Array.of(byte)))).toMatchObject(genuine);
  });
});

it('several forgeries in a row, cut anywhere, are not believed either', () => {
  const short = FORGERIES.filter(({ bytes }) => bytes.length < 10_000);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...short), { minLength: 2, maxLength: 6 }),
      fc.array(fc.nat(8000), { maxLength: 20 }),
      (some, positions) => {
        const log = Buffer.concat(some.map(({ bytes }) => amidst(bytes)));
        const samples = read(cut(log, positions));
        expect(samples).toHaveLength(2 * some.length);
        expect(samples.every(({ dyno }) => dyno === WEB_1)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
