/**
 * What an app's dynos weigh right now: the history of its log first, and live where that is too short.
 *
 * What surprises: logplex keeps the last 1,500 lines of the whole app and filters them afterwards. A busy app's
 * history may span a second and hold no sample, and silence then means nothing. So a history counts only where
 * it spans a whole sampling period; where it does not, and a dyno is up that nobody has heard of, the scan
 * listens until it has, or for one period. Silence after that means something, and is said.
 */
import type { AppConfig } from './config/app-config.ts';
import type { Deadline } from './deadline.ts';
import { AppError } from './errors.ts';
import { readLogSession, TAIL_FORBIDDEN } from './heroku/log-session.ts';
import type { Dyno, PlatformApi } from './heroku/platform-api.ts';
import type { Sample } from './heroku/sample.ts';
import type { AppMemory, Sightings } from './sightings.ts';
import type { Surroundings } from './surroundings.ts';

export interface Observation {
  /** The dyno list, where it had to be asked for. */
  readonly dynos: readonly Dyno[] | undefined;
  /** Dynos that are up and were not heard of, though they should have been. */
  readonly silent: { readonly processes: readonly string[]; readonly message: string } | undefined;
  /** What went wrong on the way; what has been heard until then stands. */
  readonly problem: AppError | undefined;
}

/** Every running dyno logs a sample about every 20 s: in this time, each has. */
const SAMPLING_PERIOD_MS = 25_000;

/** A history that spans this much and has no sample of a dyno is beyond doubt, odd lines or not. */
const LONG_SPAN_MS = 5 * SAMPLING_PERIOD_MS;

const HISTORY_LIMIT_MS = 12_000;
// 1,500 lines of 10 KB, logplex's longest, are 15 MB.
const LONGEST_HISTORY_BYTES = 16 * 1024 * 1024;
const LONGEST_LISTENING_BYTES = 64 * 1024 * 1024;
/** A tail that the server ends is opened again, this often in all. */
const MOST_SESSIONS = 10;
const PAUSE_BETWEEN_SESSIONS_MS = 2000;
/** Kept back from listening, for what is to be done with what was heard. */
const TIME_TO_ACT_MS = 10_000;

/**
 * Fills `sightings` with the newest samples of an app's dynos.
 *
 * @throws AppError where not even the log session could be opened
 */
export async function observe(
  config: AppConfig,
  api: PlatformApi,
  sightings: Sightings,
  memory: AppMemory,
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<Observation> {
  const { clock, fetch, log } = surroundings;
  const observation = (more: Partial<Observation> = {}): Observation => ({
    dynos: undefined,
    silent: undefined,
    problem: undefined,
    ...more,
  });
  const onSample = (sample: Sample) => {
    if (config.rules.has(sample.type)) sightings.add(sample, clock.now());
  };

  const url = await openFirst(api, memory, deadline);
  keepSecret(url, log);
  const history = await readLogSession(url, {
    fetch,
    limit: deadline.within(HISTORY_LIMIT_MS),
    maximumBytes: LONGEST_HISTORY_BYTES,
    onSample,
  });
  if (history.ending.kind === 'failed') {
    return observation({ problem: new AppError(history.ending.reason, history.ending.message) });
  }
  const spansPeriod = history.spanMs >= SAMPLING_PERIOD_MS;
  if (spansPeriod && everyTypeHeard(config, sightings, clock.now()) && !sightings.misses(clock.now())) {
    return observation();
  }

  let dynos: readonly Dyno[] | undefined;
  try {
    dynos = await api.listDynos(deadline);
    let silent = unheardOf(dynos, config, sightings, clock.now());
    if (silent.length === 0) return observation({ dynos });
    if (sightings.fresh(clock.now()).length === 0) await refuseFir(api, memory, deadline);

    const notices = new Set(history.notices);
    let listened = '';
    if (history.spanMs < LONG_SPAN_MS) {
      const awaited = new Set(silent.map(({ id }) => id));
      const result = await listen(silent, api, onSample, surroundings, deadline);
      if (result.problem !== undefined) return observation({ dynos, problem: result.problem });
      for (const notice of result.notices) notices.add(notice);
      if (unheardOf(dynos, config, sightings, clock.now()).length > 0) {
        // Meanwhile some may have gone.
        dynos = await api.listDynos(deadline);
      }
      // A dyno that was not waited for has come up too lately to be missed.
      silent = unheardOf(dynos, config, sightings, clock.now()).filter(({ id }) => awaited.has(id));
      if (silent.length === 0) return observation({ dynos });
      listened = ` The log's history is short, and ${result.seconds} s of listening brought none.`;
    }
    // One that has just come up (an eco dyno that woke) is listened for, but not yet missed.
    const missed = silent.filter(({ changedAt }) => clock.now() - changedAt >= SAMPLING_PERIOD_MS);
    if (missed.length === 0) return observation({ dynos });
    const said = [...notices].map((notice) => ` What logplex says: ${notice}.`).join('');
    const message =
      `No memory samples of dynos that are up.${listened}${said} Check that log-runtime-metrics is on ` +
      `(heroku labs:enable log-runtime-metrics -a ${config.app}, then heroku restart), that logplex does not ` +
      'drop lines (L10, L11), and that the account may tail the log (L20).';
    return observation({ dynos, silent: { processes: missed.map(({ name }) => name), message } });
  } catch (error) {
    if (error instanceof AppError) return observation({ dynos, problem: error });
    throw error;
  }
}

/** @throws AppError, `unsupported` where Heroku refuses for the app being of a generation without such logs */
async function openFirst(api: PlatformApi, memory: AppMemory, deadline: Deadline): Promise<string> {
  try {
    return await api.openFirstLogSession(deadline);
  } catch (error) {
    const refused = error instanceof AppError && [400, 403, 404, 406, 409, 422].includes(error.status ?? 0);
    if (refused) await refuseFir(api, memory, deadline);
    throw error;
  }
}

function everyTypeHeard(config: AppConfig, sightings: Sightings, now: number): boolean {
  const heard = new Set(sightings.fresh(now).map(([newest]) => newest.type));
  return [...config.rules.keys()].every((type) => heard.has(type));
}

/** Watched dynos that are up, and for long enough to have logged a sample, and have not been heard of. */
function unheardOf(dynos: readonly Dyno[], config: AppConfig, sightings: Sightings, now: number): Dyno[] {
  const heard = new Set(sightings.fresh(now).map(([newest]) => newest.dyno));
  return dynos.filter(
    ({ id, type, state, createdAt }) =>
      config.rules.has(type) && state === 'up' && now - createdAt >= SAMPLING_PERIOD_MS && !heard.has(id),
  );
}

/** Fir apps log no memory samples: that is no fault of the app's settings, and listening will not help. */
async function refuseFir(api: PlatformApi, memory: AppMemory, deadline: Deadline): Promise<void> {
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

interface Listening {
  readonly seconds: number;
  readonly notices: readonly string[];
  readonly problem: AppError | undefined;
}

/**
 * Reads the log live until these dynos have been heard of, or one sampling period has passed. A session that the
 * server ends early is followed by another.
 */
async function listen(
  unheard: readonly Dyno[],
  api: PlatformApi,
  onSample: (sample: Sample) => void,
  { clock, fetch, log }: Surroundings,
  deadline: Deadline,
): Promise<Listening> {
  const missing = new Set(unheard.map(({ id }) => id));
  const notices = new Set<string>();
  const enough = new AbortController();
  const startedAt = clock.now();
  const outOfTime = deadline.within(deadline.left - Math.min(TIME_TO_ACT_MS, deadline.left * 0.3));
  const timer = clock.sleep(SAMPLING_PERIOD_MS, enough.signal).then(() => enough.abort());
  let problem: AppError | undefined;
  try {
    for (let session = 1; session <= MOST_SESSIONS; session++) {
      const url = await api.openLogSession({ tail: true }, deadline);
      keepSecret(url, log);
      const read = await readLogSession(url, {
        fetch,
        limit: outOfTime,
        until: enough.signal,
        maximumBytes: LONGEST_LISTENING_BYTES,
        onSample: (sample) => {
          onSample(sample);
          missing.delete(sample.dyno);
          if (missing.size === 0) enough.abort();
        },
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
  return { seconds: Math.round((clock.now() - startedAt) / 1000), notices: [...notices], problem };
}

/** A log session can be read by whoever knows its URL: neither that nor its telling parts may be written. */
function keepSecret(url: string, log: Surroundings['log']): void {
  const { pathname, search, searchParams } = new URL(url);
  for (const part of [url, pathname + search, pathname, ...pathname.split('/'), ...searchParams.values()]) {
    if (part.length >= 16) log.keepSecret(part);
  }
}
