/**
 * The minute: every configured app is looked at, and what has outgrown its memory is restarted.
 *
 *     configs and tokens ──▶ for each app, on its own:
 *       observe    the newest memory samples of each dyno            (observe.ts)
 *       assess     which are over their threshold                    (decide.ts)
 *       restart    those that are still there and may be restarted   (restart.ts)
 *
 * Each app runs in isolation: whatever goes wrong with it ends in an `AppFailed` event of its own, and no app
 * waits for another. A new rule on when to restart goes into decide.ts, a new config field into
 * config/app-config.ts.
 */
import pLimit from 'p-limit';
import { type AppConfig, parseAppConfig, type Rules } from './config/app-config.ts';
import { type Configuration, type Read, readConfiguration } from './config/read.ts';
import { aborted, Deadline } from './deadline.ts';
import { assess, type Candidate, unmeasurable } from './decide.ts';
import { AppError, describeError, type FailureReason } from './errors.ts';
import type { EventLog, ScanDone } from './events.ts';
import { PlatformApi } from './heroku/platform-api.ts';
import { RateBudget } from './heroku/rate-budget.ts';
import { type Limits, observe, type Watch } from './observe.ts';
import { restartCandidates, saySpared } from './restart.ts';
import { AppMemory, type DynoSamples, Sightings } from './sightings.ts';
import type { Surroundings } from './surroundings.ts';
import { sizeOf } from './thresholds.ts';

export interface ScanResult {
  readonly done: ScanDone;
  /** Why each app that failed did. */
  readonly failed: readonly FailureReason[];
}

/** Bounds sockets and memory. High, for an app that hangs must not keep another one waiting. */
const READING_AT_ONCE = 250;
/** Bounds sockets, of which Lambda grants 1,024 files in all. Listening takes half a minute, so all do it at once. */
const LISTENING_AT_ONCE = 600;
const CONFIGURATION_LIMIT_MS = 15_000;
/** Looser than Heroku's own rule, and yet nothing that could lead a URL elsewhere. */
const APP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** @throws ScanError where the configuration cannot be read */
export async function scan(surroundings: Surroundings): Promise<ScanResult> {
  const { ssm, parameterPrefix, log, memory, deadline } = surroundings;
  const started = performance.now();
  const configuration = await readConfiguration(
    ssm,
    parameterPrefix,
    deadline.within(CONFIGURATION_LIMIT_MS),
  );
  for (const token of configuration.tokens.values()) {
    if ('value' in token) log.keepSecret(token.value.trim());
  }
  for (const app of memory.keys()) if (!configuration.apps.has(app)) memory.delete(app);

  const limits = { reading: pLimit(READING_AT_ONCE), listening: pLimit(LISTENING_AT_ONCE) };
  const budgets = new Map<string, RateBudget>();
  const results = await Promise.all(
    longestUnwatchedFirst(configuration, surroundings).map(([app, parameter]) =>
      scanInIsolation(app, parameter, configuration, budgets, limits, surroundings),
    ),
  );
  sayWhoWaits(results, surroundings);
  const done = log.emit({
    event: 'ScanDone',
    apps: configuration.apps.size,
    dynos: results.reduce((sum, { dynos }) => sum + dynos, 0),
    ...log.counts,
    durationMs: Math.round(performance.now() - started),
    herokuRequests: [...budgets.values()].reduce((sum, { requests }) => sum + requests, 0),
    herokuRequestsLeft: leastLeft([...budgets.values()]),
  });
  return { done, failed: results.flatMap(({ failure }) => failure ?? []) };
}

/** Where the request budget of a token does not last for all of its apps. */
function sayWhoWaits(results: readonly AppResult[], { clock, log, memory }: Surroundings): void {
  const waiting = Map.groupBy(
    results.filter(({ failure, budget }) => failure === 'rate-limited' && budget !== undefined),
    ({ budget }) => budget?.of,
  );
  for (const [budget, apps] of waiting) {
    const tokenName = apps[0]?.budget?.tokenName;
    if (budget === undefined || tokenName === undefined || budget.refused === 0) continue;
    const since = Math.min(...apps.map(({ app }) => memory.get(app)?.watchedAt ?? 0));
    const { asked, refused } = budget;
    const minutes = Math.ceil(asked / Math.max(1, asked - refused));
    log.emit({
      event: 'BudgetLow',
      token: tokenName,
      apps: asked,
      waiting: refused,
      unwatchedSeconds: since === 0 ? undefined : Math.round((clock.now() - since) / 1000),
      message:
        `Heroku's request budget of the token "${tokenName}" does not last for all of its apps: ${refused} of ` +
        `${asked} wait, and those that have waited longest go first. At this pace an app is looked at every ` +
        `${minutes} minutes. A token of another account, for some of the apps, gives them a budget of their own.`,
    });
  }
}

function leastLeft(budgets: readonly RateBudget[]): number | undefined {
  const said = budgets.flatMap(({ left }) => left ?? []);
  return said.length === 0 ? undefined : Math.min(...said);
}

interface AppResult {
  readonly app: string;
  /** Under which token's name, and within which budget; undefined where it did not come to that. */
  budget: { readonly tokenName: string; readonly of: RateBudget } | undefined;
  /** How many dynos were heard of. */
  dynos: number;
  failure: FailureReason | undefined;
}

/**
 * Where Heroku's request budget does not last for all apps, each has its turn. A cold start remembers nothing:
 * then it is another app's turn each minute.
 */
function longestUnwatchedFirst({ apps }: Configuration, { clock, memory }: Surroundings): [string, Read][] {
  const inOrder = [...apps];
  const first = inOrder.length === 0 ? 0 : Math.floor(clock.now() / 60_000) % inOrder.length;
  const watchedAt = ([app]: [string, Read]) => memory.get(app)?.watchedAt ?? 0;
  return [...inOrder.slice(first), ...inOrder.slice(0, first)].sort((a, b) => watchedAt(a) - watchedAt(b));
}

/** Never throws, and never takes longer than the scan may. */
async function scanInIsolation(
  app: string,
  parameter: Read,
  configuration: Configuration,
  budgets: Map<string, RateBudget>,
  limits: Limits,
  surroundings: Surroundings,
): Promise<AppResult> {
  const { log, overdue } = surroundings;
  const result: AppResult = { app, budget: undefined, dynos: 0, failure: undefined };
  const deadline = new Deadline(surroundings.deadline.left);
  try {
    if ('problem' in parameter) throw new AppError('config', `The config ${parameter.problem}.`);
    if (!APP_NAME.test(app)) {
      throw new AppError('config', `The parameter's name ends in "${app}", which is no Heroku app's name.`);
    }
    const config = parseAppConfig(app, parameter.value);
    const api = openApi(config, configuration, budgets, surroundings);
    result.budget = api.budget;
    const memory = recall(app, api, surroundings);
    const scanned = scanApp({ config, api, memory, limits, surroundings, deadline }, result);
    await Promise.race([scanned, aborted(overdue).then(() => Promise.reject(overdue.reason))]);
  } catch (error) {
    const failure = toAppError(error, deadline);
    result.failure = failure.reason;
    log.emit({ event: 'AppFailed', app, reason: failure.reason, message: failure.message });
  }
  return result;
}

/** What earlier scans have seen of an app. */
function recall(app: string, api: PlatformApi, { memory }: Surroundings): AppMemory {
  const known = memory.get(app) ?? new AppMemory();
  memory.set(app, known);
  known.sessions.use(api.token);
  return known;
}

/** One app, from its log to its restarts. @throws AppError once all that can be done has been done */
async function scanApp(watch: Omit<Watch, 'sightings'>, result: AppResult): Promise<void> {
  const { config, api, memory, surroundings, deadline } = watch;
  const { app, rules } = config;
  const { clock, log } = surroundings;
  const samplesKept = Math.max(...[...rules.values()].map(({ sustainedSamples }) => sustainedSamples));
  const sightings = new Sightings(memory, samplesKept);

  const { dynos, silent, problem } = await observe({ ...watch, sightings }).catch((error) => {
    // It has had its turn, whatever came of it: an app that always fails must not come first for ever.
    if (error instanceof AppError && error.reason !== 'rate-limited') memory.watchedAt = clock.now();
    throw error;
  });

  // What earlier scans heard may be of a type that the config no longer names.
  const watched = (samples: DynoSamples) => {
    const rule = rules.get(samples[0].type);
    return rule === undefined ? [] : [{ samples, rule }];
  };
  const now = clock.now();
  const fresh = sightings.fresh(now);
  // The last word of a dyno that fell silent is worth an event only where it is still there.
  const listed = new Set(dynos?.map(({ name }) => name));
  const silenced = sightings.stale(now).filter(([newest]) => listed.has(newest.process));
  sightings.forget(now, rules);

  result.dynos = fresh.length;
  memory.watchedAt = now;
  for (const { samples, rule } of fresh.flatMap(watched)) saySize(samples, rule, app, log);
  if (silent !== undefined) log.emit({ event: 'NoSamples', app, ...silent });

  const candidates: Candidate[] = [];
  const problems: string[] = [];
  for (const { samples, rule } of [...fresh, ...silenced].flatMap(watched)) {
    const problemOfDyno = unmeasurable(samples, rule);
    if (problemOfDyno !== null) problems.push(problemOfDyno);
    const assessment = assess(samples, rule, now);
    switch (assessment.kind) {
      case 'fine':
        break;
      case 'over':
        candidates.push(assessment.candidate);
        break;
      case 'spared':
        saySpared(assessment, app, log);
        break;
      default:
        assessment satisfies never;
    }
  }
  await restartCandidates(candidates, config, api, surroundings, deadline);

  if (problem !== undefined) throw problem;
  if (problems.length > 0)
    throw new AppError('config', `The config does not fit the samples: ${problems.join('; ')}.`);
}

function openApi(
  { app, token: tokenName }: AppConfig,
  { tokens }: Configuration,
  budgets: Map<string, RateBudget>,
  { fetch, herokuApiUrl, parameterPrefix }: Surroundings,
): PlatformApi {
  const parameter = tokens.get(tokenName);
  const place = `${parameterPrefix}/tokens/${tokenName}`;
  if (parameter === undefined) {
    throw new AppError(
      'token',
      `There is no parameter ${place}: store a Heroku API token there, as a SecureString.`,
    );
  }
  if ('problem' in parameter) throw new AppError('token', `The token ${place} ${parameter.problem}.`);
  const token = parameter.value.trim();
  // A token that cannot be put into a header would be quoted by the error that says so.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError(
      'token',
      `The token ${place} is empty, or holds characters that no token has: store it again.`,
    );
  }
  // The budget is an account's. Which account a token belongs to is not known, but one token is one account.
  const budget = budgets.get(token) ?? new RateBudget();
  budgets.set(token, budget);
  return new PlatformApi(app, { baseUrl: herokuApiUrl, token, tokenName, budget, fetch });
}

function saySize([newest]: DynoSamples, { measure }: Rules, app: string, log: EventLog): void {
  const { process, dyno, swap, quota, total } = newest;
  const size = sizeOf(newest, measure) ?? total;
  log.emit({ event: 'DynoSize', app, process, dyno, size, units: 'MB', swap, quota });
}

function toAppError(error: unknown, deadline: Deadline): AppError {
  if (error instanceof AppError) return error;
  if (deadline.signal.aborted) {
    return new AppError('timeout', 'Time ran out before the app was done. The next scan tries again.', {
      cause: error,
    });
  }
  return new AppError(
    'heroku',
    `Unexpected: ${describeError(error)}. This is a fault in Whacamole: please report it.`,
    {
      cause: error,
    },
  );
}
