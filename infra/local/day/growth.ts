/**
 * How the memory of one slot of the fleet (`web.3`) grows, one dyno after the other: up to its resting size within
 * minutes of its start, and then with every request, as leaks do; now and then a spike on top, and page cache as far
 * as there is room. A slot draws its leak and its spikes once, so that they are the same whoever restarts what.
 */

import { quotaOfSize } from '../heroku/dyno-sizes.ts';
import type { DynoBehaviour } from '../heroku/memory.ts';
import type { Random } from '../heroku/random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { DynoGroup } from './fleet-plan.ts';
import { loadHours } from './load.ts';

interface Spike {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  readonly byMb: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Share of the resting size that is there at once; the rest comes with the first requests. */
const AT_START = 0.6;
const WARM_AFTER_SECONDS = 180;
/** Of its quota: so far a dyno may have come when the day begins. */
const FULL = 0.8;
const LONGEST_LIFE_HOURS = 20;
const SPIKE_RISES_MS = MINUTE_MS;
/** The kernel takes page cache back before a dyno would swap for it. */
const CACHE_LEAVES_FREE_MB = 15;
/** A reading is off by so much at most. */
const JITTER_MB = 2;

export interface SlotTime {
  readonly clock: VirtualClock;
  /** Before it, dynos are there already when they start: they have lived, and leaked, for a while. Epoch milliseconds. */
  readonly dayStartsAt: number;
  readonly dayEndsAt: number;
}

/** @returns what each next dyno of the slot is like */
export function slot(group: DynoGroup, random: Random, time: SlotTime): () => DynoBehaviour {
  const { clock, dayStartsAt } = time;
  const { size, restMb, cacheMb = 0 } = group;
  const quota = quotaOfSize(size);
  const leakMbPerHour = random.between(...group.leakMbPerHour);
  const spikes = drawSpikes(group, random, time);
  // No dyno is over when the day begins, whoever then looks after it.
  const hoursToFull = leakMbPerHour > 0 ? (FULL * quota - restMb) / leakMbPerHour : Infinity;
  const headStartMs = random.fraction() * Math.min(LONGEST_LIFE_HOURS, Math.max(0, hoursToFull)) * HOUR_MS;

  return () => {
    const startedAt = clock.now();
    const bornAt = startedAt < dayStartsAt ? startedAt - headStartMs : startedAt;
    return {
      size,
      cacheMb,
      jitterMb: JITTER_MB,
      memory(ageSeconds) {
        const now = startedAt + ageSeconds * 1000;
        const warm = 1 - Math.exp(-(now - bornAt) / 1000 / WARM_AFTER_SECONDS);
        const resting = restMb * (AT_START + (1 - AT_START) * warm);
        const used = resting + leakMbPerHour * loadHours(bornAt, now) + spikeMb(spikes, startedAt, now);
        return cacheMb === 0 ? used : Math.max(used, Math.min(used + cacheMb, quota - CACHE_LEAVES_FREE_MB));
      },
    };
  };
}

function drawSpikes({ spikes }: DynoGroup, random: Random, { dayStartsAt, dayEndsAt }: SlotTime): Spike[] {
  if (spikes === undefined) return [];
  const drawn: Spike[] = [];
  const everyMs = (24 * HOUR_MS) / spikes.perDay;
  for (let from = dayStartsAt; ; ) {
    from += everyMs * random.between(0.2, 1.8);
    if (from > dayEndsAt) return drawn;
    const until = from + random.between(...spikes.minutes) * MINUTE_MS;
    drawn.push({ from, until, byMb: random.between(...spikes.byMb) });
  }
}

/** What a request needs is gone when it is done, or when its dyno is. */
function spikeMb(spikes: readonly Spike[], startedAt: number, now: number): number {
  let sum = 0;
  for (const { from, until, byMb } of spikes) {
    if (from > startedAt && now > from && now < until)
      sum += byMb * Math.min(1, (now - from) / SPIKE_RISES_MS);
  }
  return sum;
}
