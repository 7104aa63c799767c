/**
 * A server that fails in one way, and otherwise hands what it is asked on to the server that it stands for. Some
 * ways to fail lie before any answer, in the URL alone: a port where nobody listens, a name that is nobody's.
 */
import { request as ask, createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback, readBody } from '../../infra/local/loopback.ts';

export interface FaultyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface RightAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Fault =
  /** The URL that clients are given instead of the server's own. */
  | { readonly url: (own: URL) => string }
  /** Sends what it likes; bytes of bodies go through `send`, which counts them. */
  | { readonly answer: (response: ServerResponse, send: Send) => void }
  /** What becomes of the right answer. */
  | { readonly alter: (answer: RightAnswer) => RightAnswer }
  /** How the right answer ends, half of it sent. */
  | { readonly halfThen: 'reset' | 'hang' };

/** False where the client is behind. */
type Send = (bytes: string | Buffer) => boolean;

export interface FaultyServer {
  /** What clients are to ask. */
  readonly url: string;
  /** How many requests it has failed. */
  readonly struck: number;
  /** Of bodies of failing answers. */
  readonly sentBytes: number;
  close(): Promise<void>;
}

export interface FaultyServerOptions {
  readonly fault: Fault;
  readonly strikes: (request: FaultyRequest) => boolean;
  /** The right answer to a request. */
  readonly right: (request: FaultyRequest) => Promise<RightAnswer>;
}

export async function startFaultyServer({
  fault,
  strikes,
  right,
}: FaultyServerOptions): Promise<FaultyServer> {
  let struck = 0;
  let sentBytes = 0;
  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const request = { method, path, headers, body: await readBody(incoming) };
    const strike = strikes(request);
    if (strike) struck++;
    if (strike && 'answer' in fault) {
      fault.answer(response, (bytes) => {
        sentBytes += bytes.length;
        return response.write(bytes);
      });
      return;
    }
    const answer = await right(request);
    const { status: code, headers: sent, body } = strike && 'alter' in fault ? fault.alter(answer) : answer;
    const bytes = Buffer.from(body);
    response.writeHead(code, { ...sent, 'content-length': bytes.length });
    if (!strike || !('halfThen' in fault)) {
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, bytes.length / 2));
    // A client on the same machine gets its turn to read before the rest fails.
    if (fault.halfThen === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });
  const own = await listenOnLoopback(server);
  const url = 'url' in fault ? fault.url(new URL(own)) : own;
  return {
    url,
    get struck() {
      return struck;
    },
    get sentBytes() {
      return sentBytes;
    },
    close: () => closeServer(server),
  };
}

/** Asks the server that the faulty one stands for. */
export function askRight(base: string, { method, path, headers, body }: FaultyRequest): Promise<RightAnswer> {
  return new Promise((resolve, reject) => {
    const asked = ask(new URL(path, base), { method, headers: { ...headers, connection: 'close' } });
    asked.once('error', reject);
    asked.once('response', async (answer) => {
      const { 'transfer-encoding': _, ...rest } = answer.headers;
      resolve({ status: answer.statusCode ?? 0, headers: rest, body: await readBody(answer) });
    });
    asked.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const MEBIBYTE = 1024 * 1024;

/** Nobody listens there, and it is none of the ports that fetch refuses to ask. */
export const refused: Fault = { url: () => 'http://127.0.0.1:2' };
export const noTls: Fault = { url: ({ host }) => `https://${host}` };
export const noSuchName: Fault = { url: () => 'http://nobody-is-called-this.invalid' };

export const hang: Fault = { answer: () => undefined };

export const reset: Fault = { answer: (response) => response.socket?.resetAndDestroy() };

export const resetInBody: Fault = { halfThen: 'reset' };
export const hangInBody: Fault = { halfThen: 'hang' };

export const byteASecond = every(1000, ' ');
export const nulBytesForEver = every(20, '\0');

export const megabyteLine = text(`${'x'.repeat(MEBIBYTE)}\n`);
export const htmlPage = text('<!doctype html><title>Back soon</title>\n', 200, 'text/html');
export const brokenJson = text('{"logplex_url": "https://', 200);
export const wrongType: Fault = {
  alter: ({ headers, ...answer }) => ({ ...answer, headers: { ...headers, 'content-type': 'image/png' } }),
};

/** As much as the client takes, four gigabytes at most. */
export function gigabytes(status = 200): Fault {
  return {
    answer: (response, send) => {
      response.writeHead(status, JSON_TYPE);
      const piece = Buffer.alloc(MEBIBYTE / 4, 'x');
      let left = 4 * 1024 * 4;
      const pump = () => {
        while (left-- > 0 && !response.destroyed) {
          if (!send(piece)) {
            response.once('drain', pump);
            return;
          }
        }
        response.end();
      };
      pump();
    },
  };
}

/** An AWS service's refusal: `__type` names the error. */
export function awsError(code: string): Fault {
  return text(JSON.stringify({ __type: code, message: 'A test asked for this.' }), 400);
}

export function status(code: number): Fault {
  return text(JSON.stringify({ id: 'a_test', message: 'A test asked for this.' }), code);
}

function text(body: string, code = 200, type = 'application/json'): Fault {
  return {
    answer: (response, send) => {
      response.writeHead(code, { 'content-type': type });
      send(body);
      response.end();
    },
  };
}

function every(milliseconds: number, bytes: string): Fault {
  return {
    answer: (response, send) => {
      response.writeHead(200, JSON_TYPE);
      const sending = setInterval(() => send(bytes), milliseconds);
      response.once('close', () => clearInterval(sending));
    },
  };
}
