/**
 * Many apps at once, each in isolation: whatever goes wrong with one ends in an `AppFailed` event of its own, and
 * no app waits for another. What they share is Heroku's request budget, which is a token's.
 */
import pLimit from 'p-limit';
import { type AppConfig, parseAppConfig } from './config/app-config.ts';
import type { App, Parameters, Read } from './config/read.ts';
import { aborted, Deadline } from './deadline.ts';
import { AppError, describeError, type FailureReason } from './errors.ts';
import type { Totals } from './events.ts';
import { PlatformApi } from './heroku/platform-api.ts';
import { RateBudget } from './heroku/rate-budget.ts';
import type { Limits } from './observe.ts';
import { scanApp } from './scan-app.ts';
import { AppMemory } from './sightings.ts';
import type { Surroundings } from './surroundings.ts';
import { inTurns } from './turns.ts';

/** How many apps ask, and read, at once: each has a socket, of which Lambda grants 1,024 files in all, and a log takes memory. */
const ASKING_AT_ONCE = 100;
const READING_AT_ONCE = 60;
/** A healthy server takes less. One that hangs is not to keep the other apps waiting. */
const PATIENCE_MS = 2000;
/** Bounds sockets, too. Listening takes half a minute, so all do it at once. */
const LISTENING_AT_ONCE = 600;
/** Looser than Heroku's own rule, and yet nothing that could lead a URL elsewhere. */
const APP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** What the apps of one scan share. */
interface Shared {
  readonly tokens: Parameters;
  /** By token. */
  readonly budgets: Map<string, RateBudget>;
  readonly limits: Limits;
  readonly surroundings: Surroundings;
}

/** Scans these apps, and says what it all comes to, and why each app that failed did. Never throws. */
export async function scanApps(
  apps: readonly App[],
  tokens: Parameters,
  surroundings: Surroundings,
): Promise<{ totals: Omit<Totals, 'durationMs'>; failed: readonly FailureReason[] }> {
  const { log } = surroundings;
  for (const token of tokens.values()) if ('value' in token) log.keepSecret(token.value.trim());
  const limits = {
    asking: inTurns(ASKING_AT_ONCE, PATIENCE_MS),
    reading: inTurns(READING_AT_ONCE, PATIENCE_MS),
    listening: pLimit(LISTENING_AT_ONCE),
  };
  const shared: Shared = { tokens, budgets: new Map(), limits, surroundings };
  const results = await Promise.all(
    longestUnwatchedFirst(apps, surroundings).map(([app, parameter]) =>
      scanInIsolation(app, parameter, shared),
    ),
  );
  sayWhoWaits(results, surroundings);
  const budgets = [...shared.budgets.values()];
  const totals = {
    apps: apps.length,
    dynos: results.reduce((sum, { dynos }) => sum + dynos, 0),
    ...log.counts,
    herokuRequests: budgets.reduce((sum, { requests }) => sum + requests, 0),
    herokuRequestsLeft: leastLeft(budgets),
  };
  return { totals, failed: results.flatMap(({ failure }) => failure ?? []) };
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
function longestUnwatchedFirst(apps: readonly App[], { clock, memory }: Surroundings): App[] {
  const first = apps.length === 0 ? 0 : Math.floor(clock.now() / 60_000) % apps.length;
  const watchedAt = ([app]: App) => memory.get(app)?.watchedAt ?? 0;
  return [...apps.slice(first), ...apps.slice(0, first)].sort((a, b) => watchedAt(a) - watchedAt(b));
}

/** Never throws, and never takes longer than the scan may. */
async function scanInIsolation(app: string, parameter: Read, shared: Shared): Promise<AppResult> {
  const { limits, surroundings } = shared;
  const { log, overdue } = surroundings;
  const result: AppResult = { app, budget: undefined, dynos: 0, failure: undefined };
  const deadline = new Deadline(surroundings.deadline.left);
  try {
    const config = readConfig(app, parameter);
    const api = openApi(config, shared);
    result.budget = api.budget;
    const memory = recall(app, api, surroundings);
    const watch = { config, api, memory, limits, surroundings, deadline };
    const scanned = scanApp(watch, (dynos) => {
      result.dynos = dynos;
    });
    await Promise.race([scanned, aborted(overdue).then(() => Promise.reject(overdue.reason))]);
  } catch (error) {
    const failure = toAppError(error, deadline);
    result.failure = failure.reason;
    log.emit({ event: 'AppFailed', app, reason: failure.reason, message: failure.message });
  }
  return result;
}

/** @throws AppError `config` */
export function readConfig(app: string, parameter: Read): AppConfig {
  if ('problem' in parameter) throw new AppError('config', `The config ${parameter.problem}.`);
  if (!APP_NAME.test(app)) {
    throw new AppError('config', `The parameter's name ends in "${app}", which is no Heroku app's name.`);
  }
  return parseAppConfig(app, parameter.value);
}

/** What earlier scans have seen of an app. */
function recall(app: string, api: PlatformApi, { memory }: Surroundings): AppMemory {
  const known = memory.get(app) ?? new AppMemory();
  memory.set(app, known);
  known.sessions.use(api.token);
  return known;
}

function openApi(
  { app, token: tokenName }: AppConfig,
  { tokens, budgets, limits, surroundings: { fetch, herokuApiUrl, parameterPrefix } }: Shared,
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
  return new PlatformApi(app, {
    ...{ baseUrl: herokuApiUrl, token, tokenName, budget },
    ...{ turns: limits.asking, fetch },
  });
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
