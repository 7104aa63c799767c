/**
 * Proposes a config for each process type, from what its dynos did in a log, and says why. A proposal is never above
 * the quota, and none is made where the log is too short to tell.
 *
 * A good threshold lies between two lines: above what the dynos ordinarily use, or they are restarted for nothing, and
 * so far below the quota that neither a jump nor a minute of growth crosses it, or they swap before they are restarted.
 */

import { ONE_OFF_TYPES } from '../../../../lib/config/app-config.ts';
import { type Figures, figuresOf, SETTLING_HOURS, SHORTEST_HOURS } from './figures.ts';
import { DEFAULT_LEVEL, type Life } from './life.ts';
import type { Lives } from './lives.ts';
import { median } from './statistics.ts';

/** The fields of a config that are not the default. */
export interface SuggestedRules {
  readonly restartThreshold?: string;
  readonly restartWindow?: number;
  readonly sustainedSamples?: number;
}

export interface Suggestion {
  readonly type: string;
  /** Null where none can be made; `{}` where the defaults fit. */
  readonly rules: SuggestedRules | null;
  /** In words, with their figures. */
  readonly reasons: readonly string[];
}

const DEFAULT_WINDOW_SECONDS = 1800;
const SHORTEST_WINDOW_SECONDS = 300;
/** What Heroku's samples are apart. */
const SAMPLE_SECONDS = 20;
/** A scan comes every minute, and its restart takes some seconds. */
const REACTION_SECONDS = 75;
/** A dyno must be able to go this far above its ordinary size, as a share of its quota. */
const LEAST_ROOM = 0.02;
/** More samples in a row would be no spike, but a state. */
const MOST_SAMPLES = 15;
/** How much of a dyno's size may be page cache before another measure is worth a thought. */
const MUCH_CACHE = 0.3;

/** @param sampleSeconds how far apart the log's samples are */
export function suggest(lives: Lives, sampleSeconds: number): Suggestion[] {
  return [...lives.all()]
    .filter(([type]) => !ONE_OFF_TYPES.includes(type.toLowerCase()))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, ofType]) => suggestFor(type, ofType, sampleSeconds));
}

/** What to write into the app's parameter. */
export function suggestedConfig(suggestions: readonly Suggestion[]): Record<string, unknown> {
  const made = suggestions.flatMap(({ type, rules }) => (rules === null ? [] : [[type, rules] as const]));
  const [only] = made;
  if (made.length === 1 && only?.[0] === 'web') return { ...only[1] };
  return made.length === 0 ? {} : { dynos: Object.fromEntries(made) };
}

function suggestFor(type: string, lives: readonly Life[], sampleSeconds: number): Suggestion {
  const none = (reason: string): Suggestion => ({ type, rules: null, reasons: [reason] });
  const measured = lives.filter(({ quota }) => quota > 0);
  if (measured.length === 0) {
    return none('Its samples do not say its memory quota, and every proposal is a share of that.');
  }
  const figures = figuresOf(measured);
  if (figures === undefined) {
    const longest = Math.max(...measured.map(({ hours }) => hours)) * 60;
    return none(
      `The log is too short to tell: its longest unbroken look at a ${type} dyno is ${longest.toFixed(0)} minutes, and ` +
        `at least ${SHORTEST_HOURS * 60} are needed, once it has been up for ${(SETTLING_HOURS * 60).toFixed(0)}. Keep a day of it.`,
    );
  }
  const reasons = [saySize(type, figures)];
  if (figures.steady >= 1) {
    return none(
      `${reasons[0]} That is above the quota: no threshold below it would do anything but restart it again and ` +
        'again. It needs a larger dyno, or fewer threads or processes.',
    );
  }
  const threshold = thresholdFor(figures, measured, sampleSeconds, reasons);
  const rules: SuggestedRules = {
    ...(threshold === DEFAULT_LEVEL ? {} : { restartThreshold: `${Math.round(threshold * 100)}%` }),
    ...windowFor(threshold, figures, measured, reasons),
    ...samplesFor(threshold, measured, sampleSeconds, reasons),
  };
  if (figures.cacheShare > MUCH_CACHE) {
    reasons.push(
      `${percent(figures.cacheShare)} of its size is page cache, which the kernel would give back: consider "measure": ` +
        '"memory_rss+memory_swap".',
    );
  }
  return { type, rules, reasons };
}

function saySize(type: string, { lives, hours, steady, jump, growth }: Figures): string {
  const seen = `${lives} ${lives === 1 ? 'dyno' : 'dynos'}, up to ${hours.toFixed(1)} h of one`;
  const grows =
    growth > 0
      ? `and grow by ${percent(growth)} of it an hour`
      : 'and do not grow by more than their jumps explain';
  return (
    `${type} dynos (${seen}) settle at ${percent(steady)} of their quota or less, jump by up to ${percent(jump)}, ` +
    `${grows}.`
  );
}

/**
 * As high as a jump, and the growth until a restart, allow. What crosses it for a short time alone is no reason for
 * another one, for samples in a row tell a spike from a leak; where they do not, a restart for nothing is worse than
 * a little swap.
 */
function thresholdFor(
  { steady, jump, growth }: Figures,
  lives: readonly Life[],
  sampleSeconds: number,
  reasons: string[],
): number {
  const most = Math.min(DEFAULT_LEVEL, 1 - jump - (growth * REACTION_SECONDS) / 3600);
  const least = steady + LEAST_ROOM;
  if (most >= least && rowAbove(most, lives, sampleSeconds).samples <= MOST_SAMPLES) {
    if (most === DEFAULT_LEVEL) {
      reasons.push(`The default threshold, ${percent(DEFAULT_LEVEL)} of the quota, leaves room for that.`);
      return DEFAULT_LEVEL;
    }
    const threshold = Math.max(Math.floor(most * 100), Math.ceil(least * 100)) / 100;
    reasons.push(
      `At ${percent(threshold)} such a jump, or the growth until a restart, stays below the quota: at the default of ` +
        `${percent(DEFAULT_LEVEL)} it would not.`,
    );
    return threshold;
  }
  const threshold = Math.min(1, Math.ceil((steady + Math.max(LEAST_ROOM, jump)) * 100) / 100);
  reasons.push(
    `Their ordinary size and its jumps reach ${percent(threshold)}: a threshold below that would restart them for ` +
      'nothing, and one at that lets some swap before they are restarted. A larger dyno would leave room.',
  );
  return threshold;
}

function windowFor(
  threshold: number,
  { growth, steady }: Figures,
  lives: readonly Life[],
  reasons: string[],
): SuggestedRules {
  if (growth <= 0) return {};
  const seen = lives.flatMap((life) => {
    const excursions = life.isWhole ? life.excursionsAbove(threshold) : undefined;
    return excursions !== undefined && excursions.row > 0 ? (excursions.since - life.firstAt) / 1000 : [];
  });
  const seconds = seen.length > 0 ? median(seen) : ((threshold - steady) / growth) * 3600;
  const from = seen.length > 0 ? 'as the log shows' : 'at that pace';
  const hours = seconds / 3600;
  const often = `From its start a dyno takes ${hours < 2 ? `${(hours * 60).toFixed(0)} minutes` : `${hours.toFixed(1)} h`} to the threshold, ${from}`;
  if (seconds >= DEFAULT_WINDOW_SECONDS) {
    reasons.push(`${often}: the default window of ${DEFAULT_WINDOW_SECONDS} s never holds a restart back.`);
    return {};
  }
  const restartWindow = Math.max(SHORTEST_WINDOW_SECONDS, Math.floor(seconds / 60) * 60);
  reasons.push(
    `${often}: the default window would leave it over its threshold for the rest of half an hour. A leak so fast wants ` +
      'mending more than restarting.',
  );
  return { restartWindow };
}

function samplesFor(
  threshold: number,
  lives: readonly Life[],
  sampleSeconds: number,
  reasons: string[],
): SuggestedRules {
  const { level, times, longest, samples } = rowAbove(threshold, lives, sampleSeconds);
  if (times === 0 || samples > MOST_SAMPLES) return {};
  reasons.push(
    `${times === 1 ? 'Once a dyno was' : `${times} times a dyno was`} above ${percent(level)} and came down again by ` +
      `itself, after ${longest} ${longest === 1 ? 'sample' : 'samples'} at most: ${samples} in a row are no such spike.`,
  );
  return { sustainedSamples: samples };
}

/** How often dynos were above it and came down by themselves, and how many samples in a row would be more than that. */
function rowAbove(
  threshold: number,
  lives: readonly Life[],
  sampleSeconds: number,
): { level: number; times: number; longest: number; samples: number } {
  // On its way to the threshold a dyno that grows crosses it more than once: that is no spike.
  const excursions = lives
    .flatMap((life) => life.excursionsAbove(threshold) ?? [])
    .filter(({ row }) => row === 0);
  const longest = Math.max(0, ...excursions.map((excursion) => excursion.longest));
  return {
    level: excursions[0]?.level ?? threshold,
    times: excursions.reduce((sum, { times }) => sum + times, 0),
    longest,
    // A row spans the time to the first sample that is below again.
    samples: Math.ceil((longest * sampleSeconds) / SAMPLE_SECONDS) + 1,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}
