import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barOf } from '../../../../infra/local/show/bar.ts';
import type { DynoRow } from '../../../../infra/local/show/dyno-row.ts';
import { Feed } from '../../../../infra/local/show/feed.ts';
import { drawFrame, type Picture } from '../../../../infra/local/show/live-frame.ts';
import type { Paint } from '../../../../infra/local/show/paint.ts';
import type { Said } from '../../../../infra/local/show/said.ts';

const uncoloured: Paint = (_style, text) => text;
const NOW = Date.UTC(2026, 0, 5, 12, 3);

function row(changes: Partial<DynoRow> = {}): DynoRow {
  const dyno = { app: 'shop', process: 'web.1', dyno: 'uuid-1', size: 512, threshold: 1000, quota: 1024 };
  return { ...dyno, state: 'up', uptimeSeconds: 7500, ...changes };
}

function spared(changes: { process?: string; dyno?: string; minute?: number; message?: string } = {}): Said {
  const { process = 'web.1', dyno = 'uuid-1', minute = 0, message = 'It was restarted 60 s ago.' } = changes;
  return {
    event: 'DynoSpared',
    at: new Date(NOW + minute * 60_000).toISOString(),
    ...{ app: 'shop', process, dyno, size: 1045.4, units: 'MB', threshold: 1000 },
    ...{ reason: 'within-window', measure: 'memory_total', message },
  };
}

function picture(rows: readonly DynoRow[], events: readonly Said[] = []): Picture {
  const feed = new Feed();
  for (const event of events) feed.add(event);
  const said = { title: 'a simulated Heroku', doing: 'scanning', tally: '3 restarts' };
  return { ...said, now: NOW, minute: 4, rows, feed: feed.entries };
}

function bar(changes: Partial<DynoRow>, width = 11): string {
  return barOf(row(changes), width)
    .map(({ text }) => text)
    .join('');
}

describe('a bar', () => {
  it.each([
    [{ size: 0 }, '·········┃│'],
    [{ size: 512 }, '█████····┃│'],
    [{ size: 563.2 }, '█████▌···┃│'],
    [{ size: 1010 }, '█████████┃│'],
    [{ size: 1100 }, '█████████┃▶'],
    [{ size: 512, threshold: 512 }, '█████┃····│'],
    [{ size: 800, threshold: 512 }, '█████┃█▉··│'],
    [{ size: 500, quota: undefined }, '████▌····┃│'],
  ])('of %j ends at the quota, and is marked at the threshold', (changes, drawn) => {
    expect(bar(changes)).toBe(drawn);
  });

  it('is as wide as it was asked to be, or is not drawn', () => {
    for (let width = 3; width < 60; width++) expect([...bar({}, width)]).toHaveLength(width);
    expect(bar({}, 2)).toBe('');
  });
});

describe('a frame', () => {
  it('shows each dyno above what was said, newest first', () => {
    const rows = [
      row(),
      row({ process: 'web.2', dyno: 'uuid-2', size: 1045, state: 'old', uptimeSeconds: 50 }),
    ];
    const events = [
      spared({ process: 'web.2', dyno: 'uuid-2' }),
      spared({ process: 'web.9', dyno: 'uuid-9' }),
    ];
    const lines = drawFrame(picture(rows, events), 120, 30, uncoloured);
    expect(lines.map((line) => line.trimEnd())).toEqual([
      expect.stringMatching(/^ Whacamole {2}a simulated Heroku +Ctrl-C ends it$/),
      ' 12:03:00 UTC   minute 4   3 restarts   scanning',
      '',
      expect.stringMatching(/^ app {2}process memory, .* MB of quota state {2}uptime$/),
      expect.stringMatching(/^ shop web\.1 {3}█+·+┃·*│ {2}512 of 1024 {2}up {5}2h 05m$/),
      expect.stringMatching(/^ {6}web\.2 {3}█+┃█*▶ 1045 of 1024 {2}old {7}50s spared: within-window$/),
      '',
      expect.stringMatching(/^ 12:03:00 shop web\.9 +spared 1045\/1000 MB {2}within-window: It was/),
      expect.stringMatching(/^ 12:03:00 shop web\.2 +spared 1045\/1000 MB {2}within-window: It was/),
    ]);
  });

  it('says once, with a count, what is said again and again', () => {
    const events = [spared(), spared({ minute: 1 }), spared({ process: 'web.2', dyno: 'b', minute: 1 })];
    const lines = drawFrame(picture([], [...events, spared({ minute: 2 })]), 120, 30, uncoloured);
    expect(lines.filter((line) => line.includes('spared'))).toEqual([
      expect.stringMatching(/^ 12:05:00 shop web\.1 .* x3 /),
      expect.stringMatching(/^ 12:04:00 shop web\.2 /),
    ]);
  });

  it('names the dynos nearest to their threshold where there is no room for all', () => {
    const rows = [300, 900, 400, 1100, 500, 600].map((size, place) =>
      row({ process: `web.${place + 1}`, dyno: `uuid-${place}`, size }),
    );
    const text = drawFrame(picture(rows, [spared()]), 80, 8, uncoloured).join('\n');
    expect(text).toContain('web.2');
    expect(text).toContain('web.4');
    expect(text).not.toContain('web.3');
    expect(text).toContain('and 2 more');
  });

  it('obeys no control character that was quoted', () => {
    const message = 'red \u001b[31m\u0007, wide 漢字,\nnext\tline';
    const text = drawFrame(picture([], [spared({ message })]), 120, 30, uncoloured).join('\n');
    expect(text).toContain('within-window: red ?, wide ??, next line');
  });

  it('is never wider or higher than the terminal', () => {
    const words = fc.constantFrom('shop', 'a-very-long-application-name-of-a-customer', '漢字', 'web.1');
    const size = fc.double({ min: 0, max: 100_000, noNaN: true });
    const anyRow = fc.record({
      ...{ app: words, process: words, dyno: words, size, state: words },
      threshold: fc.double({ min: 1, max: 100_000, noNaN: true }),
      quota: fc.option(fc.double({ min: 1, max: 100_000, noNaN: true }), { nil: undefined }),
      uptimeSeconds: fc.option(fc.nat(10_000_000), { nil: undefined }),
    });
    const events = fc.array(words.map((message) => spared({ process: message, dyno: message, message })));
    const anyPicture = fc.tuple(fc.array(anyRow, { maxLength: 40 }), events);
    fc.assert(
      fc.property(
        anyPicture,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (seen, width, height) => {
          const lines = drawFrame(picture(...seen), width, height, uncoloured);
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
