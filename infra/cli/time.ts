/**
 * Times as a person reads them: how long something takes or is past, in its two largest units, and times of day in
 * UTC, which is what the events and Heroku's log say.
 */
const UNITS = [
  ['d', 24 * 3600],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 h 5 min` */
export function span(milliseconds: number): string {
  let left = Math.max(0, Math.round(milliseconds / 1000));
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

/** `2026-11-24 18:00 UTC` */
export function timeOfDay(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** ISO 8601 without fractions, as a config's `paused` has it. */
export function isoTime(epochMilliseconds: number): string {
  return new Date(Math.ceil(epochMilliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
