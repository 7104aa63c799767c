/**
 * The Platform API, as far as a scan needs it: a log session, the dyno list, an app's generation, a restart.
 *
 * What surprises: only what changes nothing is tried again. A restart is asked for once, and where its answer
 * is lost or a server error, its outcome is unknown, which is not the same as failed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { abortsAfter, type Deadline } from '../deadline.ts';
import { AppError, describeError, type FailureReason } from '../errors.ts';
import type { Turns } from '../turns.ts';
import { appInfo, type Dyno, dynoList, logSession, parseAnswer, parseRefusal } from './answers.ts';
import { discard, readText } from './http.ts';
import type { RateBudget } from './rate-budget.ts';

export type RestartOutcome =
  | { readonly outcome: 'accepted' }
  /** Heroku said no, or was not asked. */
  | { readonly outcome: 'refused'; readonly status: number | null; readonly message: string }
  /** It may have happened, or may yet. */
  | { readonly outcome: 'unknown'; readonly status: number | null; readonly message: string };

/** What the answer to one request may take, body included. */
const REQUEST_LIMIT_MS = 10_000;
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;
const LONGEST_REFUSAL_BYTES = 64 * 1024;
/** Of 200 dynos at least: more than anybody has. */
const MOST_PAGES = 25;
const RETRY_WAITS_MS = [400, 1200] as const;

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Which part of a list. */
  readonly range?: string | undefined;
  /** Waits for no turn: for whoever has had one, and is under way. */
  readonly urgent?: boolean;
}

/** A part of a list, and where the next one begins. */
interface Page<T> {
  readonly body: T;
  readonly nextRange: string | undefined;
}

export interface PlatformApiOptions {
  /** `https://api.heroku.com` */
  readonly baseUrl: string;
  readonly token: string;
  /** The token's name, for messages. */
  readonly tokenName: string;
  readonly budget: RateBudget;
  /** Bounds how many apps begin at once. */
  readonly turns: Turns;
  readonly fetch: typeof fetch;
}

/** So many lines logplex keeps of an app, and gives at most. Source: its open source, and the API reference. */
export const MOST_LOG_LINES = 1500;

/** One app at the Platform API, under one token. */
export class PlatformApi {
  readonly #options: PlatformApiOptions;
  readonly #path: string;
  readonly #app: string;
  #admitted: Promise<void> | undefined;

  constructor(app: string, options: PlatformApiOptions) {
    this.#options = options;
    this.#app = app;
    this.#path = `/apps/${encodeURIComponent(app)}`;
  }

  /** The token that it asks with: a secret. */
  get token(): string {
    return this.#options.token;
  }

  /** What its requests are counted on, and the name of the token that this is the budget of. */
  get budget(): { readonly tokenName: string; readonly of: RateBudget } {
    const { tokenName, budget } = this.#options;
    return { tokenName, of: budget };
  }

  /**
   * Opens a log session of what the platform itself logs.
   *
   * @param options how many of the app's last lines it begins with, of which the platform's own are left, and whether
   *   it goes on from there, for which there are turns of its own
   * @returns its URL: a secret, for it can be read without a token
   * @throws AppError
   */
  async openLogSession(options: { lines: number; tail: boolean }, deadline: Deadline): Promise<string> {
    const body = JSON.stringify({ source: 'heroku', ...options });
    const request = {
      method: 'POST',
      path: `${this.#path}/log-sessions`,
      body,
      urgent: options.tail,
    } as const;
    return (await this.#ask(request, logSession, deadline)).logplex_url;
  }

  /**
   * Waits its turn within the token's budget. To be called before what a scan asks for an app first; later calls
   * find it admitted.
   *
   * @throws AppError `rate-limited` where nothing is left for this app
   */
  async admit(deadline: Deadline): Promise<void> {
    this.#admitted ??= this.#options.budget.admit(this.#options.tokenName, deadline);
    await this.#admitted;
  }

  /**
   * All dynos of the app. A long list comes in ranges, as all of the API's lists do.
   *
   * @param urgent for whoever waits for no other app: a restart, and what follows on listening
   * @throws AppError
   */
  async listDynos(deadline: Deadline, urgent = false): Promise<Dyno[]> {
    const dynos: Dyno[] = [];
    let range: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const request = { method: 'GET', path: `${this.#path}/dynos`, range, urgent } as const;
      const { body, nextRange } = await this.#askPage(request, dynoList, deadline);
      dynos.push(...body);
      if (nextRange === undefined) return dynos;
      range = nextRange;
    }
    throw new AppError('heroku', `GET ${this.#path}/dynos: the list has no end after ${MOST_PAGES} pages.`);
  }

  /** The app's generation, `cedar` or `fir`; null where Heroku does not say. @throws AppError */
  async generation(deadline: Deadline): Promise<string | null> {
    const { generation } = await this.#ask({ method: 'GET', path: this.#path }, appInfo, deadline);
    return typeof generation === 'string' ? generation : (generation?.name ?? null);
  }

  /**
   * Restarts a dyno by its name: by UUID it has been reported to answer well and do nothing. Asked once, never
   * again. Never throws.
   */
  async restartDyno(name: string, limitMs: number): Promise<RestartOutcome> {
    if (limitMs <= 0) {
      return { outcome: 'refused', status: null, message: 'Time ran out before Heroku was asked.' };
    }
    const signal = abortsAfter(Math.min(limitMs, REQUEST_LIMIT_MS));
    try {
      const response = await this.#send(
        { method: 'DELETE', path: `${this.#path}/dynos/${encodeURIComponent(name)}` },
        signal,
      );
      if (response.ok) {
        await discard(response);
        return { outcome: 'accepted' };
      }
      const { status } = response;
      const message = await this.#describeRefusal(response, 'DELETE dyno');
      // A server error, or a proxy's word on a request that took too long, says nothing of what was done.
      const unknown = status >= 500 || status === 408;
      return { outcome: unknown ? 'unknown' : 'refused', status, message };
    } catch (error) {
      const why = signal.aborted ? 'no answer in time' : describeError(error);
      return { outcome: 'unknown', status: null, message: `DELETE dyno: ${why}.` };
    }
  }

  async #ask<T>(request: Request, schema: z.ZodMiniType<T>, deadline: Deadline): Promise<T> {
    return (await this.#askPage(request, schema, deadline)).body;
  }

  async #askPage<T>(request: Request, schema: z.ZodMiniType<T>, deadline: Deadline): Promise<Page<T>> {
    for (let attempt = 0; ; attempt++) {
      const retryWait = RETRY_WAITS_MS[attempt];
      const page = await this.#inTurn(request, () => this.#tryPage(request, schema, deadline, retryWait));
      if (page !== undefined) return page;
      await wait(retryWait, undefined, { signal: deadline.signal }).catch(() => undefined);
    }
  }

  /** For a token's first request all of its apps wait already. */
  #inTurn<T>({ urgent = false }: Request, work: () => Promise<T>): Promise<T> {
    const { turns, budget } = this.#options;
    return urgent || budget.requests === 0 ? work() : turns(work);
  }

  /** @returns undefined where it is worth another try, `retryWait` milliseconds later */
  async #tryPage<T>(
    request: Request,
    schema: z.ZodMiniType<T>,
    deadline: Deadline,
    retryWait: number | undefined,
  ): Promise<Page<T> | undefined> {
    const what = `${request.method} ${request.path}`;
    // Its turn may have come too late.
    if (deadline.left === 0) throw new AppError('timeout', `${what}: time ran out before Heroku was asked.`);
    const lastTry = retryWait === undefined || deadline.left < retryWait + 1000;
    const signal = deadline.within(REQUEST_LIMIT_MS);
    try {
      const response = await this.#send(request, signal);
      const { status } = response;
      if (response.ok) {
        const body = parseAnswer(schema, await readText(response, LONGEST_ANSWER_BYTES), what);
        const nextRange = status === 206 ? (response.headers.get('next-range') ?? undefined) : undefined;
        return { body, nextRange };
      }
      if (!(status === 429 || status >= 500) || lastTry) throw await this.#refused(response, what);
      await discard(response);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (signal.aborted) {
        throw new AppError('timeout', `${what}: Heroku did not answer in time.`, { cause: error });
      }
      if (lastTry) throw new AppError('heroku', `${what}: ${describeError(error)}.`, { cause: error });
    }
    return undefined;
  }

  async #send({ method, path, body, range }: Request, signal: AbortSignal): Promise<Response> {
    const { baseUrl, token, budget } = this.#options;
    budget.requests++;
    try {
      const response = await this.#options.fetch(`${baseUrl}${path}`, {
        method,
        signal,
        // To another host the token must not follow.
        redirect: 'manual',
        headers: {
          Accept: 'application/vnd.heroku+json; version=3',
          Authorization: `Bearer ${token}`,
          'User-Agent': 'whacamole',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(range === undefined ? {} : { Range: range }),
        },
        ...(body === undefined ? {} : { body }),
      });
      budget.note(response);
      return response;
    } finally {
      budget.answered();
    }
  }

  async #refused(response: Response, what: string): Promise<AppError> {
    const message = await this.#describeRefusal(response, what);
    const reason = REASONS[response.status] ?? 'heroku';
    return new AppError(reason, `${message} ${this.#advice(reason)}`.trim(), { status: response.status });
  }

  /** Heroku's own words: `GET /apps/a/dynos: 404 not_found: Couldn't find that app. (Request-Id 1234)`. */
  async #describeRefusal(response: Response, what: string): Promise<string> {
    const text = await readText(response, LONGEST_REFUSAL_BYTES).catch(() => '');
    const { id, message } = parseRefusal(text);
    const words = [id, message?.replace(/\.$/, '')].filter((word) => word !== undefined).join(': ');
    const requestId = response.headers.get('request-id');
    return (
      `${what}: Heroku answered ${response.status}${words === '' ? '' : ` ${words}`}` +
      `${requestId === null ? '' : ` (Request-Id ${requestId})`}.`
    );
  }

  #advice(reason: Refusal): string {
    const { tokenName } = this.#options;
    switch (reason) {
      case 'unauthorized':
        return `The token "${tokenName}" is wrong, revoked or expired: store a new one.`;
      case 'forbidden':
        return `The account of the token "${tokenName}" may not do this on ${this.#app}, or is suspended or behind in its payments.`;
      case 'not-found':
        return `There is no app ${this.#app} that the token "${tokenName}" can see. Delete its parameter if it is gone.`;
      case 'rate-limited':
        return 'The next scan tries again.';
      case 'heroku':
        return '';
      default:
        return reason satisfies never;
    }
  }
}

/** What Heroku's refusals come down to. */
type Refusal = Extract<FailureReason, 'unauthorized' | 'forbidden' | 'not-found' | 'rate-limited' | 'heroku'>;

const REASONS: Readonly<Record<number, Refusal>> = {
  401: 'unauthorized',
  402: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  429: 'rate-limited',
};
