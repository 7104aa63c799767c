/**
 * The function's own events, as CloudWatch Logs hands them out: one JSON object to a line, or wrapped by whatever
 * exported it. A `DynoSize` is a sample once more, though a poorer one: once a minute, and of one measure.
 *
 *     {"event":"DynoSize",…}                                       a subscription, or `… --query … --output text`
 *     2026-01-05T12:00:00.123Z {"event":"DynoSize",…}              an export to S3
 *     2026-01-05T12:00:00+00:00 2026/01/05/[$LATEST]1f {"event"…}  aws logs tail
 *     EVENTS ␉ id ␉ time ␉ stream ␉ {"event":"DynoSize",…} ␉ time  aws logs filter-log-events --output text
 *         "message": "{\"event\":\"DynoSize\",…}\n",               aws logs filter-log-events
 */
import * as z from 'zod/mini';
import type { Sample } from '../../../lib/heroku/sample.ts';

/** Every size that was said holds this, however it is wrapped. */
export const SIZE_MARKER = 'DynoSize';

/** Of the events, the ones that are read: whose they are, and what they say. */
export interface SizeEvent {
  readonly app: string;
  readonly sample: Sample;
}

const PROCESS = /^([A-Za-z0-9_-]{1,63})\.[1-9]\d{0,5}$/;
const megabytes = z.number().check(z.gte(0), z.lt(1e9));
const dynoSize = z.object({
  event: z.literal('DynoSize'),
  at: z.iso.datetime(),
  app: z.string().check(z.minLength(1)),
  process: z.string().check(z.regex(PROCESS)),
  dyno: z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)),
  size: megabytes,
  units: z.literal('MB'),
  swap: z.optional(megabytes),
  quota: z.optional(megabytes),
});

const WRAPPED = [
  /^(\{.*\})\r?$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* (?:\S+ )?(\{.*\})\r?$/,
  /^EVENTS\t[^\t]*\t[^\t]*\t[^\t]*\t(\{.*\})\t\d+\r?$/,
];
const QUOTED = /^\s*"message": ("\{.*\}(?:\\n)?"),?\r?$/;

/** Whether a line is one of these, whatever event it holds. */
export function isEventLine(line: string): boolean {
  return isEvent(parseObject(line));
}

/** The event in a line, whichever it is, and whatever wraps it; undefined where there is none. Not checked any further. */
export function eventIn(line: string): object | undefined {
  const object = parseObject(line);
  return isEvent(object) ? object : undefined;
}

function isEvent(object: unknown): object is object {
  return typeof object === 'object' && object !== null && 'event' in object && 'at' in object;
}

/** Null for every line that is no `DynoSize`, or not as the function writes it. */
export function parseSizeEvent(line: string): SizeEvent | null {
  const result = dynoSize.safeParse(parseObject(line));
  if (!result.success) return null;
  const { app, process, dyno, size, swap, quota, at } = result.data;
  const type = PROCESS.exec(process)?.[1] ?? '';
  return {
    app,
    sample: {
      ...{ process, type, dyno, at: Date.parse(at), total: size },
      ...{ rss: undefined, swap, quota: quota || undefined },
    },
  };
}

function parseObject(line: string): unknown {
  const quoted = QUOTED.exec(line)?.[1];
  const message = quoted === undefined ? undefined : parseJson(quoted);
  if (typeof message === 'string') return parseJson(message);
  for (const form of WRAPPED) {
    const json = form.exec(line)?.[1];
    if (json !== undefined) return parseJson(json);
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
