/** Times of day of a story, in UTC, as the events say them. */

/** `2026-01-05` */
export function dayOf(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 10);
}

/** `12:31` */
export function hours(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(11, 16);
}

/** `12:03–12:31`; one of them where they are the same, and the day where the second is of another. */
export function hoursBetween(first: number, last: number): string {
  if (dayOf(first) !== dayOf(last)) return `${hours(first)}–${dayOf(last)} ${hours(last)}`;
  return hours(first) === hours(last) ? hours(first) : `${hours(first)}–${hours(last)}`;
}
