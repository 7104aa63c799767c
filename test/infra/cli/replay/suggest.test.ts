import { describe, expect, it } from 'vitest';
import { replayLog } from '../../../../infra/cli/replay/replay-log.ts';
import { type Suggestion, suggest, suggestedConfig } from '../../../../infra/cli/replay/suggest/suggest.ts';
import { parseAppConfig } from '../../../../lib/config/app-config.ts';
import { WEB_1, WEB_2 } from '../../../lib/heroku/lines.ts';
import { asLines, config, grow, inChunks } from './logs.ts';

const HOUR = 3600;

async function suggestions(lines: readonly string[]): Promise<Suggestion[]> {
  const { lives, sampleSeconds } = await replayLog(inChunks(asLines(lines), 60_000), {
    ...{ configs: [config()], suggest: true },
  });
  if (lives === undefined) throw new Error('Expected lives');
  return suggest(lives, sampleSeconds);
}

async function suggestionFor(lines: readonly string[]): Promise<Suggestion> {
  const [first, ...others] = await suggestions(lines);
  if (first === undefined || others.length > 0) throw new Error('Expected one suggestion');
  return first;
}

/** Wobbles by as much up and down, in no step with anything. */
const wobble = (age: number, by: number) => by * Math.sin(age / 37) * Math.cos(age / 911);
/** Dynos one after the other, each from its start. */
const lives = (hours: number, size: (age: number) => number, count = 3) =>
  Array.from({ length: count }, (_, index) =>
    grow({
      from: index * hours * HOUR,
      to: (index + 1) * hours * HOUR,
      size,
      dyno: WEB_1.replace(/.$/, String(index)),
    }),
  ).flat();

describe('a proposal', () => {
  it('is the defaults where dynos are at rest', async () => {
    const { rules, reasons } = await suggestionFor(lives(6, (age) => 300 + wobble(age, 10)));
    expect(rules).toEqual({});
    expect(reasons).toEqual([
      'web dynos (3 dynos, up to 6.0 h of one) settle at 59% of their quota or less, jump by up to 1.9%, and do not grow by more than their jumps explain.',
      'The default threshold, 98% of the quota, leaves room for that.',
    ]);
  });

  it('is the defaults where dynos grow slowly, and says how often they would be restarted', async () => {
    const { rules, reasons } = await suggestionFor(lives(12, (age) => 200 + (30 * age) / HOUR));
    expect(rules).toEqual({});
    expect(reasons.join(' ')).toContain('grow by 5.9% of it an hour');
    expect(reasons.join(' ')).toContain(
      'From its start a dyno takes 10.0 h to the threshold, as the log shows: the default window of 1800 s never holds',
    );
  });

  it('is a lower threshold where a jump from the default would cross the quota', async () => {
    const spiky = (age: number) => 300 + (10 * age) / HOUR + (age % 1800 < 120 ? 45 : 0);
    const { rules, reasons } = await suggestionFor(lives(12, spiky));
    expect(rules).toMatchObject({ restartThreshold: '91%' });
    expect(reasons.join(' ')).toContain('at the default of 98% it would not');
  });

  it('asks for more samples in a row where dynos come down again by themselves', async () => {
    const spiky = (age: number) => 200 + (age > 1200 && age % 3600 < 60 ? 305 : 0);
    const { rules, reasons } = await suggestionFor(lives(12, spiky));
    expect(rules).toMatchObject({ sustainedSamples: 4 });
    expect(reasons.at(-1)).toMatch(
      /^\d+ times a dyno was above \d+% and came down again by itself, after 3 samples at most/,
    );
  });

  it('leaves room for jumps, and tells them from a leak by samples in a row', async () => {
    const spiky = (age: number) => 350 + (age % 3000 < 80 ? 100 : 0);
    const { rules, reasons } = await suggestionFor(lives(12, spiky));
    expect(rules).toEqual({ restartThreshold: '80%', sustainedSamples: 5 });
    expect(reasons).toHaveLength(3);
  });

  it('would rather let a dyno swap than restart it for nothing, where it is large for long', async () => {
    const { rules, reasons } = await suggestionFor(lives(12, (age) => 350 + (age % 7200 < 900 ? 100 : 0)));
    expect(rules).toEqual({ restartThreshold: '88%' });
    expect(reasons.join(' ')).toContain('lets some swap before they are restarted');
  });

  it('is a shorter window where a leak is faster than the default', async () => {
    const { rules, reasons } = await suggestionFor(lives(1, (age) => 200 + (900 * age) / HOUR));
    expect(rules).toMatchObject({ restartWindow: 1140 });
    expect(reasons.join(' ')).toContain('A leak so fast wants mending more than restarting.');
  });

  it('is none where the dyno is too small, whatever its threshold', async () => {
    const { rules, reasons } = await suggestionFor(lives(6, (age) => 560 + wobble(age, 5)));
    expect(rules).toBeNull();
    expect(reasons.join(' ')).toContain(
      'no threshold below it would do anything but restart it again and again',
    );
  });

  it.each([
    ['a few minutes', lives(0.5, () => 300, 1)],
    ['many short lives', lives(0.45, () => 300, 20)],
  ])('is none where the log is too short to tell: %s', async (_, lines) => {
    const { rules, reasons } = await suggestionFor(lines);
    expect(rules).toBeNull();
    expect(reasons).toEqual([
      expect.stringMatching(/^The log is too short to tell: its longest unbroken look/),
    ]);
  });

  it('is none where the quota is not known', async () => {
    const bare = lives(3, () => 300).map((line) => line.replace(/ sample#memory_quota.*/, ''));
    expect(await suggestionFor(bare)).toMatchObject({
      rules: null,
      reasons: [expect.stringContaining('do not say its memory quota')],
    });
  });

  it('mentions the measure where much of the size is page cache', async () => {
    const cached = lives(3, () => 300).map((line) => line.replace(/memory_rss=[\d.]+/, 'memory_rss=100.00'));
    expect((await suggestionFor(cached)).reasons.at(-1)).toContain('67% of its size is page cache');
  });

  it('is made for each type alone, never for one-off dynos, and is a config that can be read', async () => {
    const lines = [
      ...grow({ from: 0, to: 6 * HOUR, size: () => 300 }),
      ...grow({ from: 0, to: 6 * HOUR, size: () => 300, name: 'run.4711', dyno: WEB_1 }),
      ...grow({
        ...{ from: 0, to: 6 * HOUR, name: 'worker.1', dyno: WEB_2 },
        size: (age) => 700 + (age % 1800 < 120 ? 120 : 0),
        quota: 1024,
      }),
    ];
    const made = await suggestions(lines);
    expect(made.map(({ type }) => type)).toEqual(['web', 'worker']);
    const suggested = suggestedConfig(made);
    expect(suggested).toMatchObject({ dynos: { web: {}, worker: { restartThreshold: '88%' } } });
    expect([...parseAppConfig('shop', JSON.stringify(suggested)).rules.keys()]).toEqual(['web', 'worker']);
  });

  it('is never above the quota, whatever the dynos do', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const base = (seed * 97) % 600;
      const size = (age: number) =>
        base + ((seed % 7) * 20 * age) / HOUR + Math.abs(wobble(age * seed, (seed * 31) % 200));
      const { rules } = await suggestionFor(lives(1 + (seed % 5), size));
      if (rules?.restartThreshold !== undefined) {
        expect(Number.parseFloat(rules.restartThreshold)).toBeLessThanOrEqual(100);
      }
      if (rules !== null) expect(() => parseAppConfig('shop', JSON.stringify(rules))).not.toThrow();
    }
  });
});
