/**
 * The grammar of a memory sample: the one place that says which log line is Heroku's own word about a dyno.
 * It is strict on purpose. Whoever can make this accept a line can have a dyno restarted, and lines are full
 * of what visitors (paths, user agents) and apps (their own output) wrote. A line that is not exactly what
 * Heroku writes is no sample, however much it looks like one.
 */

/** One memory sample of one dyno. All sizes are in MB, as Heroku writes them (2^20 bytes). */
export interface Sample {
  /** The dyno's name, `web.1`. */
  readonly process: string;
  /** Its process type, `web`. */
  readonly type: string;
  /** The dyno's UUID: it changes with every restart, the name does not. */
  readonly dyno: string;
  /** When Heroku took it, epoch milliseconds. */
  readonly at: number;
  /** rss + cache + swap: what R14 is judged by. */
  readonly total: number;
  readonly rss: number | undefined;
  readonly swap: number | undefined;
  /** Absent before 2016. Never zero. */
  readonly quota: number | undefined;
}

/**
 * Every memory sample holds this, and hardly any other line does: what to search bytes for. It begins with a
 * character that is rare in logs, which is what a search is quick at.
 */
export const SAMPLE_MARKER = '#memory_total=';

/** Longest line that is looked at, bytes. Heroku's samples have under 400. */
export const LONGEST_SAMPLE_LINE = 2048;

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Nine digits hold a petabyte: more is no dyno's memory, and would soon be read inexactly. */
const MEGABYTES = String.raw`(\d{1,9}(?:\.\d{1,6})?)MB`;
const VALUE = String.raw`\d{1,20}(?:\.\d{1,6})?[A-Za-z]*`;
/** The total comes first. The others are taken out where they stand as Heroku writes them; else they are in the rest. */
const MEASUREMENTS =
  `sample#memory_total=${MEGABYTES}(?: sample#memory_rss=${MEGABYTES})?(?: sample#memory_cache=${VALUE})?` +
  `(?: sample#memory_swap=${MEGABYTES})?(?: sample#memory_pgpgin=${VALUE})?(?: sample#memory_pgpgout=${VALUE})?` +
  `(?: sample#memory_quota=${MEGABYTES})?((?: sample#[a-z][a-z0-9_]*=${VALUE})*)`;
const LINE = new RegExp(
  String.raw`^(${TIME}) heroku\[(([A-Za-z0-9_-]{1,63})\.[1-9]\d{0,5})\]: source=\2 dyno=heroku\.\d+\.(${UUID})` +
    ` ${MEASUREMENTS}$`,
);
const IN_MEGABYTES = new RegExp(`^${MEGABYTES}(?= |$)`);
const TIME_AT_START = new RegExp(`^(${TIME}) `);

/**
 * Reads one whole line, without its newline.
 *
 * @returns the sample, or null for every other line. Never throws.
 */
export function parseSample(line: string): Sample | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, time = '', process = '', type = '', dyno = '', total, usualRss, usualSwap, usualQuota, rest = ''] =
    match;
  const at = Date.parse(time);
  // Date.parse takes 31 February for 2 March; Heroku, which writes UTC, never does.
  if (Number.isNaN(at) || (isUtc(time) && new Date(at).getUTCDate() !== Number(time.slice(8, 10))))
    return null;

  const rss = megabytes(usualRss, rest, ' sample#memory_rss=');
  const swap = megabytes(usualSwap, rest, ' sample#memory_swap=');
  const quota = megabytes(usualQuota, rest, ' sample#memory_quota=');
  if (rss === null || swap === null || quota === null || rest.includes(' sample#memory_total=')) return null;
  return { process, type, dyno, at, total: Number(total), rss, swap, quota: quota || undefined };
}

function isUtc(time: string): boolean {
  return time.endsWith('Z') || time.endsWith('+00:00');
}

/** One measurement, undefined where it is not there; null where Heroku cannot have written it like that. */
function megabytes(usual: string | undefined, rest: string, label: string): number | undefined | null {
  const start = rest.indexOf(label);
  if (start === -1) return usual === undefined ? undefined : Number(usual);
  // Said twice, it was said by somebody else.
  if (usual !== undefined || rest.lastIndexOf(label) !== start) return null;
  const digits = IN_MEGABYTES.exec(rest.slice(start + label.length))?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The time that logplex puts in front of every message, epoch milliseconds; null where there is none. */
export function timeOfLine(line: string): number | null {
  const at = Date.parse(TIME_AT_START.exec(line)?.[1] ?? '');
  return Number.isNaN(at) ? null : at;
}
