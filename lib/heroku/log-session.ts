/**
 * Reads a log session's URL as it streams. It carries no token and is given none: the URL is the secret.
 *
 * What surprises: a read that went wrong is still worth what it brought. Each sample is a whole line of
 * Heroku's, and whether the dyno is still there is asked anew before anything happens to it. So this never
 * throws; it says how the reading ended, and the samples have been handed over by then.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '../errors.ts';
import { discard } from './http.ts';
import { LogReader } from './log-reader.ts';
import type { Sample } from './sample.ts';

export type LogEnding =
  /** The server ended it. */
  | { readonly kind: 'complete' }
  /** `until` aborted: enough was heard. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: 'heroku' | 'timeout'; readonly message: string };

export interface LogRead {
  readonly ending: LogEnding;
  /** How much time the lines span, milliseconds. */
  readonly spanMs: number;
  /** The latest time that a line says, epoch milliseconds; undefined where there is none. */
  readonly lastAt: number | undefined;
  /** What logplex says about itself: lines dropped, tailing forbidden. */
  readonly notices: readonly string[];
}

export interface ReadLogOptions {
  readonly fetch: typeof fetch;
  /** Aborts when reading takes too long. */
  readonly limit: AbortSignal;
  /** Aborts when enough has been read; for a session that does not end by itself. */
  readonly until?: AbortSignal;
  /** How often in all a session that breaks off is read, each time from its start; twice by default. */
  readonly tries?: number;
  /** Reading stops after so many bytes: no log session sensibly holds more. */
  readonly maximumBytes: number;
  readonly onSample: (sample: Sample) => void;
}

const RETRY_WAIT_MS = 500;
/** The notice that says so: opening another tail is no use. */
export const TAIL_FORBIDDEN = 'logplex forbids tailing this app (L20)';
const NOTICES: ReadonlyMap<string, string> = new Map([
  ['Error L10', 'logplex dropped lines of the app (L10)'],
  ['Error L11', 'logplex dropped lines of this log session (L11)'],
  ['Error L20', TAIL_FORBIDDEN],
]);

/** Reads a session's URL, from its start once more where it breaks off. Never throws. */
export async function readLogSession(url: string, options: ReadLogOptions): Promise<LogRead> {
  const { tries = 2, limit, until } = options;
  for (let attempt = 1; ; attempt++) {
    const read = await readOnce(url, options);
    const again = read.ending.kind === 'failed' && read.ending.reason === 'heroku' && !read.oversize;
    if (!again || attempt >= tries || limit.aborted || until?.aborted) return read;
    await wait(RETRY_WAIT_MS, undefined, { signal: limit }).catch(() => undefined);
  }
}

async function readOnce(url: string, options: ReadLogOptions): Promise<LogRead & { oversize: boolean }> {
  const { limit, until, maximumBytes } = options;
  const notices = new Set<string>();
  let reader: LogReader | undefined;
  const result = (ending: LogEnding, oversize = false) => ({
    ending,
    oversize,
    spanMs: reader?.span ?? 0,
    lastAt: reader?.lastAt,
    notices: [...notices],
  });
  const failed = (message: string) => ({ kind: 'failed', reason: 'heroku', message }) as const;
  const late = (message: string) => result({ kind: 'failed', reason: 'timeout', message });

  if (limit.aborted) return late('Time ran out before the log session was read.');
  try {
    const response = await options.fetch(url, {
      signal: until === undefined ? limit : AbortSignal.any([limit, until]),
      headers: { Accept: 'text/plain', 'User-Agent': 'whacamole' },
    });
    if (!response.ok) {
      await discard(response);
      return result(failed(`The log session answered ${response.status}.`));
    }
    const warning = response.headers.get('x-heroku-warning');
    if (warning !== null) notices.add(`logplex warns: ${warning}`);
    const isEventStream =
      response.headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? false;
    reader = new LogReader(isEventStream ? 'event-stream' : 'lines', options.onSample);

    let seen: Uint8Array = new Uint8Array();
    for await (const chunk of response.body ?? []) {
      reader.push(chunk);
      if (until !== undefined) seen = noteNotices(seen, chunk, notices);
      if (reader.bytes > maximumBytes) {
        const mebibytes = maximumBytes / 1024 / 1024;
        return result(
          failed(
            `The log session sent more than ${mebibytes} MiB, which is no sensible log: reading stopped there.`,
          ),
          true,
        );
      }
    }
    return result({ kind: 'complete' });
  } catch (error) {
    if (until?.aborted) return result({ kind: 'stopped' });
    if (limit.aborted) return late('The log session did not end in time.');
    return result(failed(`The log session broke off: ${describeError(error)}.`));
  }
}

/**
 * A tail's packets are small: looking through each costs nothing, as it would in a history.
 *
 * @param seen the end of what came before, for a packet may be cut anywhere
 * @returns the end of this
 */
function noteNotices(seen: Uint8Array, chunk: Uint8Array, notices: Set<string>): Uint8Array {
  const bytes = Buffer.concat([seen, chunk]);
  for (const [mark, meaning] of NOTICES) {
    if (bytes.includes(mark)) notices.add(meaning);
  }
  return bytes.subarray(-'Error L10'.length + 1);
}
