/** What the lives of a process type's dynos have in common, in shares of the quota. */
import type { Life } from './life.ts';
import { median, quantile, trendOf } from './statistics.ts';

/** What one life shows, once its dyno has settled. */
interface LifeFigures {
  readonly hours: number;
  readonly steady: number;
  readonly jump: number;
  readonly growth: number;
  readonly isGrowing: boolean;
}

export interface Figures {
  readonly lives: number;
  /** Of the longest. */
  readonly hours: number;
  /** How large most dynos are once they have settled: nine in ten are no larger. */
  readonly steady: number;
  /** How far a dyno's size goes above its own trend now and then. */
  readonly jump: number;
  /** An hour, of those that grow; 0 where most do not. */
  readonly growth: number;
  readonly cacheShare: number;
}

/** A dyno that has just started loads its code and fills its caches: that says nothing of what comes. */
export const SETTLING_HOURS = 1 / 6;
/** Shorter lives show no trend. */
export const SHORTEST_HOURS = 0.5;
/** How long after settling the size is looked for that a dyno then grows from. */
const STEADY_HOURS = 1 / 6;
/** Growth is what has made a dyno larger by more than its jumps explain, and by this share of its quota. */
const LEAST_GROWTH = 0.02;
/** Enough for a trend; its cost goes with the square. */
const MOST_POINTS = 60;

/** Undefined where no life is long enough. */
export function figuresOf(lives: readonly Life[]): Figures | undefined {
  const known = lives.map(figuresOfLife).filter((figures) => figures !== undefined);
  if (known.length === 0) return undefined;
  const growing = known.filter(({ isGrowing }) => isGrowing);
  return {
    lives: known.length,
    hours: Math.max(...known.map(({ hours }) => hours)),
    steady: quantile(
      known.map(({ steady }) => steady),
      0.9,
    ),
    jump: quantile(
      known.map(({ jump }) => jump),
      0.9,
    ),
    growth: growing.length * 2 < known.length ? 0 : median(growing.map(({ growth }) => growth)),
    cacheShare: median(lives.map(({ cacheShare }) => cacheShare)),
  };
}

function figuresOfLife(life: Life): LifeFigures | undefined {
  const settled = life.stretches().filter(({ hours }) => !life.isWhole || hours >= SETTLING_HOURS);
  const [first] = settled;
  const last = settled.at(-1);
  if (first === undefined || last === undefined || last.hours - first.hours < SHORTEST_HOURS)
    return undefined;

  const every = Math.ceil(settled.length / MOST_POINTS);
  const points = settled
    .filter((_, index) => index % every === 0)
    .map(({ hours, mean }) => ({ x: hours, y: mean }));
  const trend = trendOf(points);
  const jump = Math.max(
    0,
    quantile(
      settled.map(({ hours, largest }) => largest - trend.at(hours)),
      0.95,
    ),
  );
  const grown = trend.slope * (last.hours - first.hours);
  const isGrowing = grown > Math.max(LEAST_GROWTH, jump);
  const steady = isGrowing ? settled.filter(({ hours }) => hours <= first.hours + STEADY_HOURS) : settled;
  return {
    hours: last.hours - first.hours,
    steady: median(steady.map(({ mean }) => mean)),
    jump,
    growth: trend.slope,
    isGrowing,
  };
}
