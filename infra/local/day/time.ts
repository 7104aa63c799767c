/** Lets time pass in a world where nobody has to be waited for. */
import type { VirtualClock } from '../virtual-clock.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** @param onHour told of each hour that has passed, from 1 on */
export function passTheTime(clock: VirtualClock, to: number, onHour: (hour: number) => void): void {
  for (let hour = 1; clock.now() < to; hour++) {
    clock.advance(Math.min(HOUR_MS, to - clock.now()));
    onHour(hour);
  }
}
