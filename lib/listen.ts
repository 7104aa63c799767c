/**
 * Listens to an app's log live: for those dynos of which its history does not tell. All apps that must listen do so
 * at the same time, each for as long as one of its dynos has not been heard of, and no longer than a sampling
 * period, in which each that runs logs a sample.
 */
import { AppError } from './errors.ts';
import type { Dyno } from './heroku/answers.ts';
import { type LogRead, readLogSession, TAIL_FORBIDDEN } from './heroku/log-session.ts';
import { MOST_LOG_LINES } from './heroku/platform-api.ts';
import { hear, SAMPLING_PERIOD_MS, type Watch } from './observe.ts';
import type { Surroundings } from './surroundings.ts';

export interface Listening {
  readonly seconds: number;
  /** All that were waited for have been heard of. */
  readonly heardAll: boolean;
  /** They had been heard of as soon as the session began: its history would have done. */
  readonly atOnce: boolean;
  /** What logplex says about itself. */
  readonly notices: readonly string[];
  readonly problem: AppError | undefined;
}

const LONGEST_LISTENING_BYTES = 64 * 1024 * 1024;
/** A tail that the server ends is opened again, this often in all. */
const MOST_SESSIONS = 10;
const PAUSE_BETWEEN_SESSIONS_MS = 2000;
/** Kept back from listening, for what is to be done with what was heard. */
const TIME_TO_ACT_MS = 10_000;
/** A history comes within this, live lines hardly ever. */
const AT_ONCE_MS = 1000;

/**
 * Reads the log live until these dynos have been heard of, or one sampling period has passed. A session that the
 * server ends early is followed by another.
 *
 * @throws AppError where no session can be opened
 */
export function listen(unheard: readonly Dyno[], watch: Watch): Promise<Listening> {
  return watch.limits.listening(() => listenNow(unheard, watch));
}

async function listenNow(unheard: readonly Dyno[], watch: Watch): Promise<Listening> {
  const { surroundings, deadline } = watch;
  const { clock } = surroundings;
  const missing = new Set(unheard.map(({ id }) => id));
  const notices = new Set<string>();
  const enough = new AbortController();
  const startedAt = clock.now();
  const outOfTime = deadline.within(deadline.left - Math.min(TIME_TO_ACT_MS, deadline.left * 0.3));
  const timer = clock.sleep(SAMPLING_PERIOD_MS, enough.signal).then(() => enough.abort());
  let problem: AppError | undefined;
  try {
    for (let session = 1; session <= MOST_SESSIONS; session++) {
      const read = await readTail(watch, outOfTime, enough.signal, (uuid) => {
        missing.delete(uuid);
        if (missing.size === 0) enough.abort();
      });
      for (const notice of read.notices) notices.add(notice);
      if (read.ending.kind === 'failed' && !outOfTime.aborted) {
        problem = new AppError(read.ending.reason, read.ending.message);
      }
      if (read.ending.kind !== 'complete' || notices.has(TAIL_FORBIDDEN)) break;
      await clock.sleep(PAUSE_BETWEEN_SESSIONS_MS, enough.signal);
      if (enough.signal.aborted || outOfTime.aborted) break;
    }
  } finally {
    enough.abort();
    await timer;
  }
  const milliseconds = clock.now() - startedAt;
  return {
    seconds: Math.round(milliseconds / 1000),
    heardAll: missing.size === 0,
    atOnce: milliseconds < AT_ONCE_MS,
    notices: [...notices],
    problem,
  };
}

/** One session, the one kept from an earlier scan where there is one. Only a new one can fail. */
async function readTail(
  watch: Watch,
  limit: AbortSignal,
  until: AbortSignal,
  onDyno: (uuid: string) => void,
): Promise<LogRead> {
  const { api, memory, surroundings, deadline } = watch;
  const { clock, fetch, log } = surroundings;
  const read = (url: string, tries: number) => {
    keepUrlSecret(url, log);
    return readLogSession(url, {
      fetch,
      limit,
      until,
      tries,
      maximumBytes: LONGEST_LISTENING_BYTES,
      onSample: (sample) => {
        hear(sample, watch);
        onDyno(sample.dyno);
      },
    });
  };
  const kept = memory.sessions.get('tail', clock.now());
  if (kept !== undefined) {
    const again = await read(kept.url, 1);
    if (again.ending.kind === 'stopped') return again;
    memory.sessions.forget('tail');
  }
  const lines = MOST_LOG_LINES;
  const url = await api.openLogSession({ lines, tail: true }, deadline);
  const openedAt = clock.now();
  const first = await read(url, 2);
  if (first.ending.kind === 'stopped') memory.sessions.keep('tail', { url, lines, openedAt });
  return first;
}

/** A log session can be read by whoever knows its URL: neither that nor its telling parts may be written. */
export function keepUrlSecret(url: string, log: Surroundings['log']): void {
  const { pathname, search, searchParams } = new URL(url);
  for (const part of [url, pathname + search, pathname, ...pathname.split('/'), ...searchParams.values()]) {
    if (part.length >= 16) log.keepSecret(part);
  }
}
