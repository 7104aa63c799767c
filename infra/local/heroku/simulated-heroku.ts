/**
 * Heroku on loopback: the Platform API and the log sessions of simulated apps, over real HTTP, in virtual time.
 * What surprises: apps live only while the clock advances; with a clock that stands still every request is
 * answered, except an unknown log URL, which Heroku answers late.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback, readBody } from '../loopback.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { SimulatedApp } from './app.ts';
import type { AppOptions } from './app-options.ts';
import { Authorizations } from './authorizations.ts';
import { type BodyOptions, BodyWriter } from './body-writer.ts';
import {
  type CannedAnswer,
  type FaultAction,
  type FaultRule,
  type RequestKind,
  takeFault,
} from './faults.ts';
import { LogSessions } from './log-session.ts';
import { streamLog } from './log-stream.ts';
import { type ApiAnswer, PlatformApi, type RestartRecord } from './platform-api.ts';
import { Random } from './random.ts';
import type { RateLimitOptions } from './rate-limit.ts';
import { type Route, routeOf } from './routes.ts';

export interface SimulatedHerokuOptions {
  readonly clock: VirtualClock;
  /** The same seed, the same UUIDs, memory and logs; 1 by default. */
  readonly seed?: number | string;
  readonly rateLimit?: RateLimitOptions;
  /** Without one, every request is answered at once, even where time stands still. */
  readonly network?: Network;
}

/** What lies between a client and Heroku: it takes virtual time to get there, and to get back. */
export interface Network {
  /** Resolves when the request has arrived at Heroku, or its answer has set out for home as late as it should. */
  travel(request: RequestRecord): Promise<void>;
}

/** One request as it came, and how it was answered. */
export interface RequestRecord {
  /** Epoch milliseconds, virtual. */
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly kind: RequestKind;
  readonly app: string | undefined;
  readonly body: string;
  /** Undefined where no known token came with it. */
  readonly account: string | undefined;
  /** Whether no `Authorization` header came with it, as should be with every log URL. */
  readonly withoutToken: boolean;
  /** Undefined while, or for ever if, it is not answered. */
  status: number | undefined;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly record: RequestRecord;
}

/** Virtual milliseconds until an unknown log URL is answered; the real one has been seen to take up to 5 s. */
const LATE_NOT_FOUND = 1000;
/** Real milliseconds. */
const NUL_BYTE_EVERY = 20;

export class SimulatedHeroku {
  /** Every request, the ones for log URLs included, in the order of arrival. */
  readonly requests: RequestRecord[] = [];
  /** What the dynos killed by Heroku itself (R15) had been. */
  readonly kills: RestartRecord[] = [];
  /** Rules for what goes wrong; the first that matches decides. Push to it, or empty it, at any time. */
  readonly faults: FaultRule[] = [];
  /** How many requests for log URLs came with an `Authorization` header: a token that has left home. */
  authorizationLeaks = 0;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #authorizations: Authorizations;
  readonly #sessions: LogSessions;
  readonly #api: PlatformApi;
  readonly #server: Server;
  readonly #network: Network | undefined;
  /** Those that are answered only as time passes: does such a one wait for that now? */
  readonly #patient = new Map<RequestRecord, () => boolean>();
  #baseUrl = '';

  constructor({ clock, seed = 1, rateLimit, network }: SimulatedHerokuOptions) {
    this.#clock = clock;
    this.#network = network;
    this.#random = new Random(seed);
    this.#sessions = new LogSessions(clock, this.#random.fork('sessions'));
    this.#authorizations = new Authorizations(clock, this.#random.fork('authorizations'));
    this.#api = new PlatformApi(clock, this.#authorizations, this.#sessions, rateLimit);
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  /** The restarts that the API has accepted, in order. */
  get restarts(): readonly RestartRecord[] {
    return this.#api.restarts;
  }

  /** How many requests wait for nothing but time to pass: tails that have said all there is to say, for one. */
  get waitingForTime(): number {
    return [...this.#patient.values()].filter((waits) => waits()).length;
  }

  /** Resolves to the base URL, `http://127.0.0.1:PORT`. */
  async listen(): Promise<string> {
    this.#baseUrl = await listenOnLoopback(this.#server);
    return this.#baseUrl;
  }

  /** Ends all connections at once, streams and hanging requests included. */
  close(): Promise<void> {
    return closeServer(this.#server);
  }

  /** The token is to begin with `HRKU-`. */
  addToken(token: string, account = 'developer@example.com'): void {
    this.#authorizations.add(token, account);
  }

  revokeToken(token: string): void {
    const authorization = this.#authorizations.ofToken(token);
    if (authorization !== undefined) this.#authorizations.revoke(authorization);
  }

  /** What must be seen nowhere: every token there ever was, and the path of every log session's URL. */
  get secrets(): readonly string[] {
    return [...this.#authorizations.tokens, ...this.#sessions.paths];
  }

  addApp(name: string, options: AppOptions = {}): SimulatedApp {
    if (this.#api.apps.has(name)) throw new Error(`Expected an app's name to be new, found a second ${name}`);
    const app = new SimulatedApp(
      name,
      options,
      this.#clock,
      this.#random.fork(name),
      ({ name: appName }, dyno) => {
        this.kills.push({ at: this.#clock.now(), app: appName, process: dyno.name, dyno: dyno.id });
      },
    );
    this.#api.apps.set(name, app);
    return app;
  }

  /** As if its owner had deleted it. */
  removeApp(name: string): void {
    const app = this.#api.apps.get(name);
    for (const dyno of [...(app?.dynos() ?? []), ...(app?.unlisted() ?? [])]) dyno.terminate();
    this.#api.apps.delete(name);
  }

  /** Throws where there is none. */
  app(name: string): SimulatedApp {
    const app = this.#api.apps.get(name);
    if (app === undefined)
      throw new Error(`Expected an app named ${name}, found ${[...this.#api.apps.keys()]}`);
    return app;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const { authorization } = request.headers;
    const route = routeOf(method, path);
    const at = this.#clock.now();
    const body = await readBody(request);
    const app = route.app ?? this.#sessions.appOf(route.session ?? '');
    const record: RequestRecord = {
      ...{ at, method, path, kind: route.kind, app, body, status: undefined },
      account: this.#api.accountOf(authorization),
      withoutToken: authorization === undefined,
    };
    this.requests.push(record);
    if (route.kind === 'log-url' && authorization !== undefined) this.authorizationLeaks++;
    const exchange = { request, response, route, record };
    if (this.#network !== undefined) await this.#network.travel(record);
    const fault = takeFault(this.faults, {
      method,
      path,
      kind: route.kind,
      app,
      dyno: route.dyno,
    });
    if (fault === undefined) this.#serve(exchange, {});
    else this.#fail(exchange, fault);
  }

  #fail(exchange: Exchange, fault: FaultAction): void {
    if (fault === 'hang') return;
    if (fault === 'reset') {
      exchange.request.socket.resetAndDestroy();
    } else if (fault === 'nul-bytes-for-ever') {
      this.#sendNulBytes(exchange);
    } else if ('status' in fault) {
      this.#send(exchange, canned(fault), {});
    } else if ('delayMs' in fault) {
      setTimeout(() => this.#serve(exchange, {}), fault.delayMs);
    } else if ('performThen' in fault) {
      this.#perform(exchange);
      this.#send(exchange, canned(fault.performThen), {});
    } else if ('performThenHang' in fault) {
      this.#perform(exchange);
    } else if ('trickle' in fault) {
      this.#serve(exchange, { bytesPerSecond: fault.trickle });
    } else if ('resetAfterBytes' in fault) {
      this.#serve(exchange, { limit: { bytes: fault.resetAfterBytes, outcome: 'reset' } });
    } else {
      this.#serve(exchange, { limit: { bytes: fault.hangAfterBytes, outcome: 'hang' } });
    }
  }

  #serve(exchange: Exchange, body: BodyOptions): void {
    if (exchange.route.kind === 'log-url') {
      this.#serveLog(exchange, body);
      return;
    }
    const answer = this.#perform(exchange);
    if (this.#network === undefined) this.#send(exchange, answer, body);
    else void this.#network.travel(exchange.record).then(() => this.#send(exchange, answer, body));
  }

  #perform({ request, route, record }: Exchange): ApiAnswer {
    const { accept, authorization } = request.headers;
    return this.#api.answer(
      { method: record.method, route, accept, authorization, body: record.body },
      this.#baseUrl,
    );
  }

  #serveLog(exchange: Exchange, body: BodyOptions): void {
    const { request, response, route, record } = exchange;
    if (!record.withoutToken) {
      this.#send(exchange, canned({ status: 400, body: 'Expected no Authorization header here' }), body);
      return;
    }
    const session = this.#sessions.enter(route.session ?? '');
    if (session === undefined) {
      const answer = canned({ status: 404, body: 'Not found' });
      this.#patient.set(record, () => true);
      this.#clock.after(LATE_NOT_FOUND, () => {
        this.#patient.delete(record);
        this.#send(exchange, answer, body);
      });
      return;
    }
    record.status = 200;
    const format = request.headers.accept?.includes('text/event-stream') ? 'events' : 'lines';
    const { chunkBytes } = session.app.options;
    const apart = session.tail || chunkBytes !== undefined;
    const writer = new BodyWriter(response, { chunkBytes, apart, ...body });
    const random = this.#random.fork(`stream ${this.requests.length}`);
    if (session.tail) {
      this.#patient.set(record, () => writer.backlog === 0);
      response.once('close', () => this.#patient.delete(record));
    }
    streamLog(session, format, writer, this.#clock, random, () => this.#sessions.leave(session.id));
  }

  #send({ response, record }: Exchange, answer: ApiAnswer, options: BodyOptions): void {
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const bytes = Buffer.from(text);
    record.status = answer.status;
    const body = new BodyWriter(response, options);
    body.open(answer.status, {
      'content-type': typeof answer.body === 'string' ? 'text/plain' : 'application/json',
      'content-length': String(bytes.length),
      'request-id': this.#random.fork(`request ${this.requests.length}`).uuid(),
      ...answer.headers,
    });
    body.write(bytes);
    body.end();
  }

  #sendNulBytes({ response, record }: Exchange): void {
    record.status = 200;
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' });
    const sending = setInterval(() => response.write('\0'), NUL_BYTE_EVERY);
    response.once('close', () => clearInterval(sending));
  }
}

function canned({ status, body, headers = {} }: CannedAnswer): ApiAnswer {
  return {
    status,
    body: body ?? { id: 'simulated_fault', message: `A test asked for this ${status}.` },
    headers,
  };
}
