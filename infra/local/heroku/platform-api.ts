/**
 * The routes of the Platform API that anything here could want: who may call them, what they cost, what they do
 * and answer. It knows nothing of HTTP connections, so that a fault can do what was asked and answer otherwise.
 */
import * as z from 'zod/mini';
import type { Clock } from '../../../lib/clock.ts';
import type { SimulatedApp } from './app.ts';
import type { LogSessions } from './log-session.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';
import {
  appJson,
  dynoJson,
  FEATURE_NAMES,
  type FeatureName,
  featureJson,
  formationJson,
  logSessionJson,
} from './representations.ts';
import type { Route } from './routes.ts';

export interface ApiRequest {
  readonly method: string;
  readonly route: Route;
  readonly accept: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** One restart that the API has accepted. */
export interface RestartRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly app: string;
  /** `web.1`; a one-off's name too, so that a test can see that one was killed. */
  readonly process: string;
  /** The UUID that was listed under that name. */
  readonly dyno: string;
}

/** Logplex's number of lines where a session does not say. */
const DEFAULT_LINES = 100;

const LogSessionBody = z.object({
  source: z.optional(z.string()),
  lines: z.optional(z.int().check(z.nonnegative())),
  tail: z.optional(z.boolean()),
  dyno: z.optional(z.string()),
  dyno_name: z.optional(z.string()),
  type: z.optional(z.string()),
});
const FeatureBody = z.object({ enabled: z.boolean() });

class ApiError extends Error {
  readonly status: number;
  readonly id: string;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

export class PlatformApi {
  readonly apps = new Map<string, SimulatedApp>();
  readonly restarts: RestartRecord[] = [];
  readonly #accounts = new Map<string, string>();
  readonly #clock: Clock;
  readonly #sessions: LogSessions;
  readonly #rateLimit: RateLimit;

  constructor(clock: Clock, sessions: LogSessions, rateLimit: RateLimitOptions | undefined) {
    this.#clock = clock;
    this.#sessions = sessions;
    this.#rateLimit = new RateLimit(clock, rateLimit);
  }

  addToken(token: string, account: string): void {
    this.#accounts.set(token, account);
  }

  removeToken(token: string): void {
    this.#accounts.delete(token);
  }

  /** Whose token an `Authorization` header holds. */
  accountOf(authorization: string | undefined): string | undefined {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    return token === undefined ? undefined : this.#accounts.get(token);
  }

  /** `baseUrl` is where this server is, for the URLs it gives out. */
  answer(request: ApiRequest, baseUrl: string): ApiAnswer {
    const account = this.accountOf(request.authorization);
    const answered = this.#try(request, account, baseUrl);
    if (account === undefined) return { ...answered, headers: {} };
    const remaining = String(this.#rateLimit.remaining(account));
    return { ...answered, headers: { 'ratelimit-remaining': remaining } };
  }

  #try(request: ApiRequest, account: string | undefined, baseUrl: string): { status: number; body: unknown } {
    try {
      return this.#perform(request, this.#admit(request, account), baseUrl);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, body: { id: error.id, message: error.message } };
    }
  }

  #admit({ accept, route }: ApiRequest, account: string | undefined): string {
    if (account === undefined) throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.');
    if (!/application\/vnd\.heroku\+json; ?version=3(?![\w.])/.test(accept ?? '')) {
      throw new ApiError(406, 'not_acceptable', 'Expected Accept: application/vnd.heroku+json; version=3.');
    }
    if (route.kind !== 'rate-limits' && !this.#rateLimit.take(account)) {
      throw new ApiError(
        429,
        'rate_limit',
        'Your account has no requests left for now. Wait, then try again.',
      );
    }
    return account;
  }

  #perform(request: ApiRequest, account: string, baseUrl: string): { status: number; body: unknown } {
    const { route } = request;
    switch (route.kind) {
      case 'account':
        return ok({ id: account, email: account, name: account, verified: true });
      case 'rate-limits':
        return ok({ remaining: this.#rateLimit.remaining(account) });
      case 'apps':
        return ok([...this.apps.values()].filter((app) => maySee(app, account)).map(appJson));
      case 'app':
        return ok(appJson(this.#app(route, account)));
      case 'dynos': {
        const app = this.#app(route, account);
        return ok(app.dynos().map((dyno) => dynoJson(app, dyno)));
      }
      case 'dyno': {
        const app = this.#app(route, account);
        return ok(dynoJson(app, found(app.find(route.dyno ?? ''), 'dyno')));
      }
      case 'restart':
        return this.#restart(this.#app(route, account), route.dyno ?? '');
      case 'features':
        return this.#features(this.#app(route, account), request);
      case 'formation':
        return formation(this.#app(route, account), route.processType);
      case 'log-session':
        return this.#createLogSession(this.#app(route, account), request.body, baseUrl);
      case 'log-url':
      case 'unknown':
        throw new ApiError(404, 'not_found', 'The requested API endpoint was not found.');
      default:
        return route.kind satisfies never;
    }
  }

  #app(route: Route, account: string): SimulatedApp {
    const named = route.app ?? '';
    const app = this.apps.get(named) ?? [...this.apps.values()].find(({ id }) => id === named);
    if (app === undefined || (!maySee(app, account) && app.options.refusal === 404)) throw notFound('app');
    if (!maySee(app, account)) {
      throw new ApiError(403, 'forbidden', `You do not have access to the app ${app.name}.`);
    }
    return app;
  }

  /** By UUID it answers well and does nothing, as has been reported (heroku3.py, issue 85). */
  #restart(app: SimulatedApp, nameOrId: string): { status: number; body: unknown } {
    const dyno = found(app.find(nameOrId), 'dyno');
    if (dyno.name === nameOrId) {
      this.restarts.push({ at: this.#clock.now(), app: app.name, process: dyno.name, dyno: dyno.id });
      app.restart(dyno.name);
    }
    return { status: 202, body: {} };
  }

  #features(app: SimulatedApp, { method, route, body }: ApiRequest): { status: number; body: unknown } {
    if (route.feature === undefined) return ok(FEATURE_NAMES.map((name) => featureJson(app, name)));
    const name = found(
      FEATURE_NAMES.find((known: FeatureName) => known === route.feature),
      'app feature',
    );
    if (method === 'PATCH') app.features[name] = parsed(FeatureBody, body).enabled;
    return ok(featureJson(app, name));
  }

  #createLogSession(app: SimulatedApp, body: string, baseUrl: string): { status: number; body: unknown } {
    const { source, lines, tail, dyno, dyno_name, type } = parsed(LogSessionBody, body);
    const session = this.#sessions.create(app, {
      filter: { source, dyno: dyno_name ?? dyno, type },
      lines: lines ?? DEFAULT_LINES,
      tail: tail ?? false,
    });
    return { status: 201, body: logSessionJson(session, baseUrl) };
  }
}

function formation(app: SimulatedApp, type: string | undefined): { status: number; body: unknown } {
  const all = app.formation();
  if (type === undefined) return ok(all.map((process) => formationJson(app, process)));
  const process = all.find((one) => one.type === type || one.id === type);
  return ok(formationJson(app, found(process, 'process type')));
}

function maySee(app: SimulatedApp, account: string): boolean {
  return app.options.access?.includes(account) ?? true;
}

function ok(body: unknown): { status: number; body: unknown } {
  return { status: 200, body };
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw notFound(what);
  return thing;
}

function notFound(what: string): ApiError {
  return new ApiError(404, 'not_found', `Couldn't find that ${what}.`);
}

function parsed<T>(schema: z.ZodMiniType<T>, body: string): T {
  const result = z.safeParse(schema, jsonOf(body));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new ApiError(422, 'invalid_params', `Invalid request. ${problems.join('. ')}`);
}

function jsonOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'bad_request', 'Unable to parse the JSON in the request body.');
  }
}
