/**
 * What the schedule delivers: an invocation each minute, and since it promises no more than at least one, now and
 * then a second one seconds later, or one that is late by more than a minute. Drawn from the seed.
 */
import { Random } from '../heroku/random.ts';

export interface Delivery {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of what is delivered for its minute. */
  readonly kind: 'on time' | 'duplicate' | 'late';
}

const MINUTE_MS = 60_000;
/** A flexible window is off, and yet the first seconds of the minute are hit, not its very beginning. */
const PUNCTUAL_WITHIN_MS = 2500;
const DUPLICATE = 0.05;
const DUPLICATE_WITHIN_MS = 4000;
const LATE = 0.04;
const LATE_BY_MS = [60_000, 150_000] as const;

/** In order of time, for each minute from one time up to another. */
export function drawDeliveries(seed: number, from: number, to: number): Delivery[] {
  const random = new Random(`deliveries ${seed}`);
  const deliveries: Delivery[] = [];
  for (let minute = from; minute < to; minute += MINUTE_MS) {
    const at = minute + Math.round(random.between(0, PUNCTUAL_WITHIN_MS));
    const late = random.fraction() < LATE;
    const lateBy = Math.round(random.between(...LATE_BY_MS));
    deliveries.push(late ? { at: at + lateBy, kind: 'late' } : { at, kind: 'on time' });
    const again = at + Math.round(random.between(0, DUPLICATE_WITHIN_MS));
    if (random.fraction() < DUPLICATE) deliveries.push({ at: again, kind: 'duplicate' });
  }
  return deliveries.filter(({ at }) => at < to).sort((one, other) => one.at - other.at);
}
