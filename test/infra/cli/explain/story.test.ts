/** What a process's events come to, without anybody to ask. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { answerFor } from '../../../../infra/cli/explain/answer.ts';
import { drawChart } from '../../../../infra/cli/explain/chart.ts';
import { drawStory } from '../../../../infra/cli/explain/draw.ts';
import type { StoryEvent } from '../../../../infra/cli/explain/events.ts';
import { tellStory } from '../../../../infra/cli/explain/story.ts';

const START = Date.UTC(2026, 0, 5, 12);
const at = (minute: number) => START + minute * 60_000;
const of = (minute: number, dyno = 'a') => ({ at: at(minute), app: 'shop', process: 'web.1', dyno });
const size = (minute: number, megabytes: number, dyno = 'a'): StoryEvent => ({
  ...{ event: 'DynoSize', ...of(minute, dyno), size: megabytes, quota: 512 },
});
const spared = (minute: number, reason: string, megabytes = 510, dyno = 'a'): StoryEvent => ({
  ...{ event: 'DynoSpared', ...of(minute, dyno), size: megabytes, threshold: 500, reason },
  ...{ measure: 'memory_total', message: 'So it is.' },
});
const restarted = (minute: number, measure = 'memory_total'): StoryEvent => ({
  ...{ event: 'DynoRestart', ...of(minute), size: 520, threshold: 500, reason: 'memory', measure },
});
const failed = (minute: number): StoryEvent => ({
  ...{ event: 'RestartFailed', ...of(minute), status: 503, message: 'DELETE dyno: Heroku answered 503.' },
});
const tell = (...events: StoryEvent[]) => {
  const { processes, troubles } = tellStory(events);
  const [story] = processes;
  if (story === undefined) throw new Error('Expected a process to be told of');
  const happened = story.happenings.map(({ what, reason, times }) => `${what} ${reason} ×${times}`);
  return { story, happened, answer: answerFor(story, troubles) };
};

describe('decisions of scans in a row', () => {
  it.each<[string, StoryEvent[], string[]]>([
    [
      'are one where they are equal, whatever order they come in',
      [size(2, 510), spared(1, 'dry-run'), size(1, 510), spared(2, 'dry-run')],
      ['spared dry-run ×2'],
    ],
    [
      'are two where a scan between them decided nothing',
      [size(1, 510), spared(1, 'dry-run'), size(2, 490), size(3, 510), spared(3, 'dry-run')],
      ['spared dry-run ×1', 'spared dry-run ×1'],
    ],
    [
      'are two where their reasons differ',
      [spared(1, 'too-young'), spared(2, 'within-window')],
      ['spared too-young ×1', 'spared within-window ×1'],
    ],
    [
      'are as many as there were restarts',
      [restarted(1), restarted(2)],
      ['restarted memory ×1', 'restarted memory ×1'],
    ],
    ['are one where they failed alike', [failed(1), failed(2), failed(3)], ['restart-failed null ×3']],
  ])('%s', (_case, events, expected) => {
    expect(tell(...events).happened).toEqual(expected);
  });

  it('keep the range of their sizes', () => {
    const { story } = tell(spared(1, 'paused', 510), spared(2, 'paused', 530), spared(3, 'paused', 505));
    expect(story.happenings).toMatchObject([{ smallest: 505, largest: 530, firstAt: at(1), lastAt: at(3) }]);
  });
});

describe('another dyno under the same name', () => {
  it.each<[string, StoryEvent[], string[]]>([
    ['is told', [size(1, 100), size(2, 100, 'b')], ['replaced null ×1']],
    ['is no news after a restart', [size(1, 520), restarted(1), size(2, 100, 'b')], ['restarted memory ×1']],
    [
      'is told once, though both log by turns',
      [size(1, 100), size(2, 100, 'b'), size(3, 100), size(4, 100, 'b')],
      ['replaced null ×1'],
    ],
  ])('%s', (_case, events, expected) => {
    expect(tell(...events).happened).toEqual(expected);
  });
});

describe('the answer', () => {
  it.each<[string, StoryEvent[], string]>([
    [
      'never over',
      [size(1, 480), size(2, 490)],
      'web.1 was not restarted, for it was never over its threshold: it was at 490 MB at most.',
    ],
    [
      'restarted',
      [size(1, 520), restarted(1), spared(2, 'not-current', 520), size(3, 100, 'b')],
      'web.1 was last restarted at 2026-01-05 12:01 UTC: its memory_total of 520 MB was over 500 MB.',
    ],
    [
      'restarted, and to no effect',
      [restarted(1), size(2, 520), spared(2, 'within-window', 520)],
      'web.1 is over its threshold of 500 MB and was not restarted, for it was spared: within-window. So it is.',
    ],
    [
      'below again',
      [size(1, 510), spared(1, 'too-young'), size(2, 420)],
      'web.1 was last over its threshold at 2026-01-05 12:01 UTC, and was spared: too-young. So it is. Since then it is below, at 420 MB now.',
    ],
    [
      'failed',
      [size(1, 520), failed(1)],
      'web.1 was to be restarted at 2026-01-05 12:01 UTC, and that failed: DELETE dyno: Heroku answered 503.',
    ],
    [
      'unseen from the start',
      [
        { event: 'AppFailed', at: at(1), app: 'shop', reason: 'timeout', message: 'Time ran out.' },
        {
          event: 'RestartsNotHelping',
          at: at(0),
          app: 'shop',
          process: 'web.1',
          restarts: 3,
          message: 'Raise it.',
        },
      ],
      'Since 2026-01-05 12:01 UTC at least nothing is known of it: the app could not be scanned (timeout). Time ran out. No size of web.1 was said in this time.',
    ],
  ])('%s', (_case, events, expected) => {
    expect(tell(...events).answer).toBe(expected);
  });
});

it('takes the threshold from what memory was compared with, not swap', () => {
  const bySwap = { ...restarted(3, 'memory_swap'), threshold: 50 };
  expect(tell(spared(1, 'paused'), bySwap).story.threshold).toBe(500);
});

describe('a chart', () => {
  it('has colours where the terminal has, and fits into it', () => {
    const { story } = tell(
      ...Array.from({ length: 300 }, (_, minute) => size(minute, 100 + minute)),
      restarted(299),
    );
    const plain = drawChart(story, { width: 60, colour: false });
    expect(stripVTControlCharacters(plain)).toBe(plain);
    const coloured = drawChart(story, { width: 60, colour: true });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(plain).toContain('●');
    expect(plain.split('\n').at(-1)).toMatch(/^ +12:0\d +14:\d\d +16:59$/);
  });

  it('of more than a day has its days, and of one size too', () => {
    const { story } = tell(size(0, 100), size(3 * 24 * 60, 100));
    const drawn = drawChart(story, { width: 60, colour: false });
    expect(drawn.split('\n').at(-1)).toMatch(/^ +01-05 +01-07 +01-08$/);
  });
});

it('draws the dynos of which there is something to tell, each day with its date', () => {
  const other: StoryEvent = { event: 'DynoSize', ...of(1), process: 'web.10', size: 200 };
  const drawn = drawStory(
    'shop',
    tellStory([size(1, 510), spared(1, 'paused'), spared(24 * 60, 'dry-run'), other]),
    {
      ...{ paint: (_style, text) => text, width: 80 },
    },
  );
  expect(drawn).toBe(
    `shop, 2026-01-05 12:01 UTC to 2026-01-06 12:00 UTC

web.1: 510 MB, threshold 500 (╌), quota 512
  2026-01-05 UTC
  12:01  spared paused, at 510 MB, over 500 MB of memory_total: So it is.
  2026-01-06 UTC
  12:00  spared dry-run, at 510 MB, over 500 MB of memory_total: So it is.

web.1 is over its threshold of 500 MB and was not restarted, for it was spared: dry-run. So it is.
web.10 was not restarted, for it was never over its threshold: it was at 200 MB at most.`,
  );
});
