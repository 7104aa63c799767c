/**
 * A real HTTP server on loopback that answers as a test says, and remembers what it was asked. It ends with
 * the test.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { closeServer, listenOnLoopback, readBody } from '../../infra/local/loopback.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Served {
  readonly url: string;
  /** Every request, in order. */
  readonly asked: Asked[];
  /** Resolves when a client has gone away before its answer was complete. */
  readonly clientGone: Promise<void>;
}

/** @param index how many requests came before this one */
export type Answer = (response: ServerResponse, asked: Asked, index: number) => void;

/** @param atEnd a concurrent test hands over its own `onTestFinished` */
export async function serve(answer: Answer, atEnd: typeof onTestFinished = onTestFinished): Promise<Served> {
  const asked: Asked[] = [];
  const gone = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) gone.resolve();
    });
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: await readBody(request) };
    asked.push(one);
    answer(response, one, asked.length - 1);
  });
  const url = await listenOnLoopback(server);
  atEnd(() => closeServer(server));
  return { url, asked, clientGone: gone.promise };
}

/** Answers with this status, these headers, and JSON. */
export function reply(status: number, body: unknown = {}, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Breaks the connection without an answer. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** Never answers. */
export const hang: Answer = () => undefined;

/** One answer after the other; the last one again and again. */
export function inTurn(...answers: readonly Answer[]): Answer {
  return (response, asked, index) => answers[Math.min(index, answers.length - 1)]?.(response, asked, index);
}
