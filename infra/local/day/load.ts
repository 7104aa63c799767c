/** How busy a day is: most at three in the afternoon (UTC), least at three in the morning, 1 on average. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PEAK_AT_MS = 15 * HOUR_MS;
const SWING = 0.6;

/** At a time, epoch milliseconds: from 0.4 to 1.6. */
export function loadAt(time: number): number {
  return 1 + SWING * Math.cos(angle(time));
}

/** As a share of the busiest moment's. */
export function shareOfPeak(time: number): number {
  return loadAt(time) / (1 + SWING);
}

/** How much was done between two times, as hours of average load: what leaks with every request grows with it. */
export function loadHours(from: number, to: number): number {
  const wave = (SWING * DAY_MS * (Math.sin(angle(to)) - Math.sin(angle(from)))) / (2 * Math.PI);
  return (to - from + wave) / HOUR_MS;
}

function angle(time: number): number {
  return (2 * Math.PI * (time - PEAK_AT_MS)) / DAY_MS;
}
