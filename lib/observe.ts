/**
 * What an app's dynos weigh right now: the history of its log first, and live where that is too short.
 *
 * What surprises: logplex keeps the last 1,500 lines of the whole app and filters them afterwards. A busy app's
 * history may span a second and hold no sample, and silence then means nothing. So a history counts only where
 * it spans a whole sampling period; where it does not, and a dyno is up that nobody has heard of, the scan
 * listens (listen.ts) until it has, or for one period. Silence after that means something, and is said.
 *
 *     quiet app   history, its session kept from an earlier scan: no request at all in four scans of five
 *     busy app    known for one by the scan before: the dyno list, and straight to listening
 *     otherwise   history of a new session, the dyno list, and listening, as far as each is needed
 */
import type { LimitFunction } from 'p-limit';
import type { AppConfig } from './config/app-config.ts';
import type { Deadline } from './deadline.ts';
import { AppError } from './errors.ts';
import type { Dyno } from './heroku/answers.ts';
import { type LogRead, readLogSession } from './heroku/log-session.ts';
import { MOST_LOG_LINES, type PlatformApi } from './heroku/platform-api.ts';
import type { Sample } from './heroku/sample.ts';
import { keepUrlSecret, listen } from './listen.ts';
import type { AppMemory, Sightings } from './sightings.ts';
import type { Surroundings } from './surroundings.ts';
import type { Turns } from './turns.ts';

export interface Observation {
  /** The dyno list, where it had to be asked for. */
  readonly dynos: readonly Dyno[] | undefined;
  /** Dynos that are up and were not heard of, though they should have been. */
  readonly silent: { readonly processes: readonly string[]; readonly message: string } | undefined;
  /** What went wrong on the way; what has been heard until then stands. */
  readonly problem: AppError | undefined;
}

/** One app in one scan. */
export interface Watch {
  readonly config: AppConfig;
  readonly api: PlatformApi;
  readonly sightings: Sightings;
  readonly memory: AppMemory;
  readonly surroundings: Surroundings;
  readonly limits: Limits;
  readonly deadline: Deadline;
}

/** How many apps of a scan may do the same thing at once. */
export interface Limits {
  readonly asking: Turns;
  readonly reading: Turns;
  readonly listening: LimitFunction;
}

/** Every running dyno logs a sample about every 20 s: in this time, each has. */
export const SAMPLING_PERIOD_MS = 25_000;

/** A history that spans this much and has no sample of a dyno is beyond doubt, odd lines or not. */
const LONG_SPAN_MS = 5 * SAMPLING_PERIOD_MS;

/** What a history is to span: longer than that, for an app writes more at one time than at another. */
const WANTED_SPAN_MS = 1.5 * LONG_SPAN_MS;
const FEWEST_LINES = 100;

const HISTORY_LIMIT_MS = 12_000;
/** An expired session is said to be answered after up to 5 s. */
const KEPT_HISTORY_LIMIT_MS = 6000;
// 1,500 lines of 10 KB, logplex's longest, are 15 MB.
const LONGEST_HISTORY_BYTES = 16 * 1024 * 1024;

/** What a kept session gives must be as new as this, or it is not believed: a period, and some seconds on the way. */
const NEWEST_WITHIN_MS = SAMPLING_PERIOD_MS + 10_000;

/** That no dyno of a type is up is believed for so long: what starts meanwhile is heard by its own samples. */
const EMPTY_FOR_MS = 20 * 60_000;

const NOTHING: Observation = { dynos: undefined, silent: undefined, problem: undefined };

/**
 * Fills the sightings with the newest samples of an app's dynos.
 *
 * @throws AppError where not even the log session could be opened
 */
export async function observe(watch: Watch): Promise<Observation> {
  const { memory } = watch;
  let history: LogRead | undefined;
  if (!memory.busy) {
    history = (await readKeptHistory(watch)) ?? (await readNewHistory(memory.historyLines, watch));
    if (history.ending.kind === 'failed') {
      return { ...NOTHING, problem: new AppError(history.ending.reason, history.ending.message) };
    }
    if (isConclusive(history, watch)) return NOTHING;
  }
  let dynos: readonly Dyno[] | undefined;
  try {
    await watch.api.admit(watch.deadline);
    dynos = await watch.api.listDynos(watch.deadline);
    return await observeListed(dynos, history, watch);
  } catch (error) {
    if (error instanceof AppError) return { ...NOTHING, dynos, problem: error };
    throw error;
  }
}

/** @throws AppError */
async function observeListed(
  listed: readonly Dyno[],
  history: LogRead | undefined,
  watch: Watch,
): Promise<Observation> {
  const { config, api, sightings, memory, surroundings, deadline } = watch;
  const { clock } = surroundings;
  let dynos = listed;
  noteEmptyTypes(dynos, watch);
  let silent = unheardOf(dynos, watch);
  const observation = (more: Partial<Observation> = {}) => ({ ...NOTHING, dynos, ...more });
  if (silent.length === 0) {
    memory.busy = false;
    return observation();
  }
  if (sightings.fresh(clock.now()).length === 0) await refuseFir(watch);

  const notices = new Set(history?.notices);
  let listened = '';
  if (history === undefined || history.spanMs < LONG_SPAN_MS) {
    const awaited = new Set(silent.map(({ id }) => id));
    const result = await listen(silent, watch);
    memory.busy = result.heardAll && !result.atOnce;
    if (result.problem !== undefined) return observation({ problem: result.problem });
    for (const notice of result.notices) notices.add(notice);
    // Meanwhile some may have gone.
    if (unheardOf(dynos, watch).length > 0) dynos = await api.listDynos(deadline, true);
    // A dyno that was not waited for has come up too lately to be missed.
    silent = unheardOf(dynos, watch).filter(({ id }) => awaited.has(id));
    if (silent.length === 0) return observation();
    listened = ` The log's history is short, and ${result.seconds} s of listening brought none.`;
  }
  // One that has just come up (an eco dyno that woke) is listened for, but not yet missed.
  const missed = silent.filter(({ changedAt }) => clock.now() - changedAt >= SAMPLING_PERIOD_MS);
  if (missed.length === 0) return observation();
  const said = [...notices].map((notice) => ` What logplex says: ${notice}.`).join('');
  const message =
    `No memory samples of dynos that are up.${listened}${said} Check that log-runtime-metrics is on ` +
    `(heroku labs:enable log-runtime-metrics -a ${config.app}, then heroku ps:restart -a ${config.app}), that ` +
    'logplex does not drop lines (L10, L11), and that the account may tail the log (L20).';
  return observation({ silent: { processes: missed.map(({ name }) => name), message } });
}

/** Reads the session of an earlier scan once more; undefined where there is none, or what it gives is in doubt. */
async function readKeptHistory(watch: Watch): Promise<LogRead | undefined> {
  const { memory, surroundings, sightings } = watch;
  const now = surroundings.clock.now();
  const kept = memory.sessions.get('history', now);
  if (kept === undefined) return undefined;
  const history = await readHistory(kept.url, KEPT_HISTORY_LIMIT_MS, 1, watch);
  const isNew = now - (history.lastAt ?? 0) <= NEWEST_WITHIN_MS;
  // Where nothing is up, nothing new can be expected.
  const isAsleep = isConclusive(history, watch) && sightings.fresh(now).length === 0;
  const isLongEnough = history.spanMs >= LONG_SPAN_MS || kept.lines >= MOST_LOG_LINES;
  if (history.ending.kind === 'complete' && isLongEnough && (isNew || isAsleep)) return history;
  memory.sessions.forget('history');
  return undefined;
}

/**
 * Reads a new session's history: as many lines as are known to be enough, and all that there are where they were not.
 *
 * @throws AppError, `unsupported` where Heroku refuses for the app being of a generation without such logs
 */
async function readNewHistory(lines: number, watch: Watch): Promise<LogRead> {
  const { api, memory, surroundings, deadline } = watch;
  let url: string;
  try {
    await api.admit(deadline);
    url = await api.openLogSession({ lines, tail: false }, deadline);
  } catch (error) {
    const refused = error instanceof AppError && [400, 403, 404, 406, 409, 422].includes(error.status ?? 0);
    if (refused) await refuseFir(watch);
    throw error;
  }
  const openedAt = surroundings.clock.now();
  const history = await readHistory(url, HISTORY_LIMIT_MS, 2, watch);
  if (history.ending.kind !== 'complete') return history;
  memory.historyLines = enoughLines(lines, history.spanMs);
  if (history.spanMs < LONG_SPAN_MS && lines < MOST_LOG_LINES) return readNewHistory(MOST_LOG_LINES, watch);
  memory.sessions.keep('history', { url, lines, openedAt });
  return history;
}

/** How many lines span what is wanted, by how much so many have spanned. */
function enoughLines(lines: number, spanMs: number): number {
  const enough = spanMs === 0 ? MOST_LOG_LINES : Math.ceil((lines * WANTED_SPAN_MS) / spanMs);
  return Math.min(MOST_LOG_LINES, Math.max(FEWEST_LINES, enough));
}

function readHistory(url: string, limitMs: number, tries: number, watch: Watch): Promise<LogRead> {
  const { limits, surroundings, deadline } = watch;
  keepUrlSecret(url, surroundings.log);
  return limits.reading(() =>
    readLogSession(url, {
      fetch: surroundings.fetch,
      limit: deadline.within(limitMs),
      tries,
      maximumBytes: LONGEST_HISTORY_BYTES,
      onSample: (sample) => hear(sample, watch),
    }),
  );
}

/** Takes in a sample of a dyno of a watched type. */
export function hear(sample: Sample, { config, sightings, surroundings }: Watch): void {
  if (config.rules.has(sample.type)) sightings.add(sample, surroundings.clock.now());
}

/** Whether the history alone says how every watched dyno fares. */
function isConclusive(history: LogRead, { config, sightings, memory, surroundings }: Watch): boolean {
  const now = surroundings.clock.now();
  if (history.spanMs < SAMPLING_PERIOD_MS || sightings.misses(now)) return false;
  const heard = new Set(sightings.fresh(now).map(([newest]) => newest.type));
  return [...config.rules.keys()].every(
    (type) => heard.has(type) || (memory.emptyUntil.get(type) ?? 0) > now,
  );
}

/** Remembers which watched types run no dyno at all: their silence need not be asked after each minute. */
function noteEmptyTypes(dynos: readonly Dyno[], { config, memory, surroundings }: Watch): void {
  for (const type of config.rules.keys()) {
    const runs = dynos.some((dyno) => dyno.type === type && dyno.state !== 'idle' && dyno.state !== 'down');
    if (runs) memory.emptyUntil.delete(type);
    else memory.emptyUntil.set(type, surroundings.clock.now() + EMPTY_FOR_MS);
  }
}

/** Watched dynos that are up, and for long enough to have logged a sample, and have not been heard of. */
function unheardOf(dynos: readonly Dyno[], { config, sightings, surroundings }: Watch): Dyno[] {
  const now = surroundings.clock.now();
  const heard = new Set(sightings.fresh(now).map(([newest]) => newest.dyno));
  return dynos.filter(
    ({ id, type, state, createdAt }) =>
      config.rules.has(type) && state === 'up' && now - createdAt >= SAMPLING_PERIOD_MS && !heard.has(id),
  );
}

/** Fir apps log no memory samples: that is no fault of the app's settings, and listening will not help. */
async function refuseFir({ api, memory, deadline }: Watch): Promise<void> {
  if (memory.generation === undefined) {
    try {
      memory.generation = (await api.generation(deadline)) ?? 'unknown';
    } catch (error) {
      // It was asked for a better message alone.
      if (error instanceof AppError) return;
      throw error;
    }
  }
  if (memory.generation.toLowerCase() === 'fir') {
    throw new AppError(
      'unsupported',
      'The app is of the Fir generation, which has no log-runtime-metrics: its dynos cannot be watched. Delete its parameter.',
    );
  }
}
