/**
 * A server that fails each app in a way of its own, and hands on everything else to the server that it stands for.
 * Some ways to fail lie before any answer, in the URL alone: a port where nobody listens, a name that is nobody's.
 */
import { request as ask, createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { closeServer, listenOnLoopback, readBody } from '../../infra/local/loopback.ts';
import { selfSigned } from './self-signed.ts';

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
  /** A server of another kind in its place, which nobody gets to ask anything. */
  | { readonly instead: () => Server }
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
  /** Which apps it has failed. */
  readonly struck: ReadonlySet<string>;
  /** Of bodies of failing answers. */
  readonly sentBytes: number;
  close(): Promise<void>;
}

export interface FaultyServerOptions {
  /** By app. One that lies in the URL is everybody's. */
  readonly faults: ReadonlyMap<string, Fault>;
  /** Whose request it is; undefined where none is to fail for it. */
  readonly appOf: (request: FaultyRequest) => string | undefined;
  /** The right answer to a request. */
  readonly right: (request: FaultyRequest) => Promise<RightAnswer>;
}

const none: Fault = { alter: (answer) => answer };

export async function startFaultyServer({
  faults,
  appOf,
  right,
}: FaultyServerOptions): Promise<FaultyServer> {
  const struck = new Set<string>();
  let sentBytes = 0;
  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const request = { method, path, headers, body: await readBody(incoming) };
    const app = appOf(request) ?? '';
    const fault = faults.get(app) ?? none;
    if (faults.has(app)) struck.add(app);
    if ('answer' in fault) {
      fault.answer(response, (bytes) => {
        sentBytes += bytes.length;
        return response.write(bytes);
      });
      return;
    }
    const answer = await right(request);
    const { status: code, headers: sent, body } = 'alter' in fault ? fault.alter(answer) : answer;
    const bytes = Buffer.from(body);
    response.writeHead(code, { ...sent, 'content-length': bytes.length });
    if (!('halfThen' in fault)) {
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, bytes.length / 2));
    // A client on the same machine gets its turn to read before the rest fails.
    if (fault.halfThen === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });
  const own = await listenOnLoopback(server);
  const [everybodys = none] = faults.values();
  const other = 'instead' in everybodys ? await listenInstead(everybodys.instead()) : undefined;
  return {
    url: other?.url ?? ('url' in everybodys ? everybodys.url(new URL(own)) : own),
    struck,
    get sentBytes() {
      return sentBytes;
    },
    close: async () => {
      await Promise.all([closeServer(server), other?.close()]);
    },
  };
}

/** Listens on loopback for whoever believes that TLS is spoken there. */
async function listenInstead(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Expected a port, found ${address}`);
  return {
    url: `https://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
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
/** It is connected to, and says nothing. */
export const silentTls: Fault = { instead: () => createTcpServer() };
export const expiredCertificate = certified('200102');
export const unknownCertificate = certified('491231');
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

export const emptyAnswer = text('');
export const noContent: Fault = { answer: (response) => response.writeHead(204).end() };

/** To where it comes from, again and again. */
export const redirectLoop: Fault = {
  answer: (response) => response.writeHead(302, { location: response.req.url ?? '/' }).end(),
};

/** EventBridge takes all entries but the first. */
export const partialRefusal = text(
  JSON.stringify({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'A test asked for this.' }],
  }),
);

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

function certified(until: string): Fault {
  const identity = selfSigned(until);
  return { instead: () => createTlsServer(identity, (_request, response) => response.end('{}')) };
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
