/**
 * The routes of the Platform API that anything here could want: who may call them, what they cost, what they do
 * and answer. It knows nothing of HTTP connections, so that a fault can do what was asked and answer otherwise.
 */
import * as z from 'zod/mini';
import type { Clock } from '../../../lib/clock.ts';
import { ApiError, found, notFound, parsed } from './api-error.ts';
import type { ProcessType, SimulatedApp } from './app.ts';
import { type Authorization, type Authorizations, allows, SCOPES } from './authorizations.ts';
import type { LogSessions } from './log-session.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';
import {
  accountJson,
  appJson,
  authorizationJson,
  dynoJson,
  FEATURE_NAMES,
  type FeatureName,
  featureJson,
  formationJson,
  logSessionJson,
  rateLimitJson,
} from './representations.ts';
import type { Route } from './routes.ts';

export interface ApiRequest {
  readonly method: string;
  readonly route: Route;
  readonly accept: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

export interface ApiAnswer extends Outcome {
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

const AuthorizationBody = z.object({
  description: z._default(z.nullable(z.string()), ''),
  // The CLI sends the text that was typed.
  expires_in: z._default(z.nullable(z.coerce.number().check(z.int(), z.positive())), null),
  scope: z._default(z.nullable(z.array(z.enum(SCOPES))), ['global']),
});

export class PlatformApi {
  readonly apps = new Map<string, SimulatedApp>();
  readonly restarts: RestartRecord[] = [];
  readonly #authorizations: Authorizations;
  readonly #clock: Clock;
  readonly #sessions: LogSessions;
  readonly #rateLimit: RateLimit;

  constructor(
    clock: Clock,
    authorizations: Authorizations,
    sessions: LogSessions,
    rateLimit: RateLimitOptions | undefined,
  ) {
    this.#clock = clock;
    this.#authorizations = authorizations;
    this.#sessions = sessions;
    this.#rateLimit = new RateLimit(clock, rateLimit);
  }

  /** Whose token an `Authorization` header holds. */
  accountOf(header: string | undefined): string | undefined {
    return this.#authorizationOf(header)?.account;
  }

  /** `baseUrl` is where this server is, for the URLs it gives out. */
  answer(request: ApiRequest, baseUrl: string): ApiAnswer {
    const authorization = this.#authorizationOf(request.authorization);
    const answered = this.#try(request, authorization, baseUrl);
    if (authorization === undefined) return { ...answered, headers: {} };
    const remaining = String(this.#rateLimit.remaining(authorization.account));
    return { ...answered, headers: { 'ratelimit-remaining': remaining } };
  }

  #authorizationOf(header: string | undefined): Authorization | undefined {
    const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
    return token === undefined ? undefined : this.#authorizations.ofToken(token);
  }

  #try(request: ApiRequest, authorization: Authorization | undefined, baseUrl: string): Outcome {
    try {
      return this.#perform(request, this.#admit(request, authorization), baseUrl);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, body: { id: error.id, message: error.message } };
    }
  }

  /** Answers whose request it is. Variants of the version (`3.sdk`, which the CLI asks for) are the same here. */
  #admit({ accept, method, route }: ApiRequest, authorization: Authorization | undefined): string {
    if (authorization === undefined) throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.');
    const { account, scope } = authorization;
    if (!/application\/vnd\.heroku\+json; ?version=3(?:\.[a-z-]+)?(?![\w.])/.test(accept ?? '')) {
      throw new ApiError(406, 'not_acceptable', 'Expected Accept: application/vnd.heroku+json; version=3.');
    }
    if (route.kind !== 'rate-limits' && !this.#rateLimit.take(account)) {
      throw new ApiError(
        429,
        'rate_limit',
        'Your account has no requests left for now. Wait, then try again.',
      );
    }
    if (!allows(scope, method, route.kind)) {
      throw new ApiError(
        403,
        'forbidden',
        `The scope of this token, ${scope}, does not allow ${method} here.`,
      );
    }
    return account;
  }

  #perform(request: ApiRequest, account: string, baseUrl: string): Outcome {
    const { route } = request;
    switch (route.kind) {
      case 'account':
        return ok(accountJson(account));
      case 'account-features':
        // There are features of apps alone.
        if (route.feature !== undefined) throw notFound('account feature');
        return ok([]);
      case 'authorizations':
        return this.#authorize(request, account);
      case 'rate-limits':
        return ok(rateLimitJson(this.#rateLimit.remaining(account)));
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
        return this.#restart(this.#app(route, account), route);
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
  #restart(app: SimulatedApp, { dyno: nameOrId, processType }: Route): Outcome {
    if (processType !== undefined) found(processOf(app, processType), 'process type');
    const dynos =
      nameOrId === undefined
        ? app.dynos().filter(({ type, oneOff }) => !oneOff && type === (processType ?? type))
        : [found(app.find(nameOrId), 'dyno')].filter(({ name }) => name === nameOrId);
    for (const { id, name } of dynos) {
      this.restarts.push({ at: this.#clock.now(), app: app.name, process: name, dyno: id });
      app.restart(name);
    }
    return { status: 202, body: {} };
  }

  #authorize({ method, route, body }: ApiRequest, account: string): Outcome {
    const all = this.#authorizations.ofAccount(account);
    if (method === 'POST') {
      const { description, expires_in, scope } = parsed(AuthorizationBody, body);
      const created = this.#authorizations.create({
        ...{ account, description: description ?? '', scope: scope ?? ['global'] },
        expiresInSeconds: expires_in,
      });
      return { status: 201, body: authorizationJson(created) };
    }
    if (route.authorization === undefined) return ok(all.map(authorizationJson));
    const authorization = found(
      all.find(({ id }) => id === route.authorization),
      'authorization',
    );
    if (method === 'DELETE') this.#authorizations.revoke(authorization);
    return ok(authorizationJson(authorization));
  }

  #features(app: SimulatedApp, { method, route, body }: ApiRequest): Outcome {
    if (route.feature === undefined) return ok(FEATURE_NAMES.map((name) => featureJson(app, name)));
    const name = found(
      FEATURE_NAMES.find((known: FeatureName) => known === route.feature),
      'app feature',
    );
    if (method === 'PATCH') app.features[name] = parsed(FeatureBody, body).enabled;
    return ok(featureJson(app, name));
  }

  #createLogSession(app: SimulatedApp, body: string, baseUrl: string): Outcome {
    const { source, lines, tail, dyno, dyno_name, type } = parsed(LogSessionBody, body);
    const session = this.#sessions.create(app, {
      filter: { source, dyno: dyno_name ?? dyno, type },
      lines: lines ?? DEFAULT_LINES,
      tail: tail ?? false,
    });
    return { status: 201, body: logSessionJson(session, baseUrl) };
  }
}

function formation(app: SimulatedApp, type: string | undefined): Outcome {
  if (type === undefined) return ok(app.formation().map((process) => formationJson(app, process)));
  return ok(formationJson(app, found(processOf(app, type), 'process type')));
}

function processOf(app: SimulatedApp, typeOrId: string): ProcessType | undefined {
  return app.formation().find(({ type, id }) => type === typeOrId || id === typeOrId);
}

function maySee(app: SimulatedApp, account: string): boolean {
  return app.options.access?.includes(account) ?? true;
}

function ok(body: unknown): Outcome {
  return { status: 200, body };
}
