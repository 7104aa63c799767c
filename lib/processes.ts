/** What a dyno is called by: `web.1`, the first of the process type `web`. Restarted, it keeps that name. */

/** `web` of `web.1`. */
export function typeOf(process: string): string {
  return process.slice(0, process.indexOf('.'));
}

/**
 * By type, in the order of its code units, and then by number: no number begins with a zero, so of two the longer is
 * the larger.
 */
export function compareProcesses(one: string, other: string): number {
  const [type, otherType] = [typeOf(one), typeOf(other)];
  if (type !== otherType) return type < otherType ? -1 : 1;
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
