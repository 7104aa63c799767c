/**
 * SSM Parameter Store on loopback, as the AWS SDK speaks to it, for the few actions that concern parameters.
 * What surprises: every third page of GetParametersByPath is empty and still carries a `NextToken`, as AWS says
 * may happen at any time, so that nobody here grows used to anything better.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import type { Clock } from '../../lib/clock.ts';
import { closeServer, listenOnLoopback, readBody } from './loopback.ts';
import {
  type Action,
  ParameterError,
  type Parameters,
  type ParameterType,
  performAction,
  putParameter,
} from './parameter-actions.ts';
import { SortedMap } from './sorted-map.ts';

export interface ParameterFault {
  /** `GetParametersByPath`; every action by default. */
  readonly action?: string;
  /** The name of the parameter that is asked for; whatever is asked for by default. */
  readonly name?: string;
  /** How often it strikes; always by default. Counted down in place. */
  times?: number;
  readonly do:
    | 'hang'
    | 'reset'
    /** Real milliseconds. */
    | { readonly delayMs: number }
    /** `ThrottlingException`, `InternalServerError`; status 400 by default. */
    | { readonly code: string; readonly status?: number; readonly message?: string };
}

export interface ParameterRequest {
  readonly action: string;
  readonly input: Record<string, unknown>;
}

const Input = z.record(z.string(), z.unknown());
const TARGET = /^AmazonSSM\.(\w+)$/;

export class ParameterStore {
  /** Every request, in order. */
  readonly requests: ParameterRequest[] = [];
  /** Rules for what goes wrong; the first that matches decides. Push to it, or empty it, at any time. */
  readonly faults: ParameterFault[] = [];
  readonly #clock: Clock;
  readonly #parameters: Parameters = new SortedMap();
  readonly #server = createServer((request, response) => void this.#receive(request, response));
  readonly #emptyPages: boolean;
  #pages = 0;

  /** Without `emptyPages` it is as AWS mostly is: for measurements, which count requests. */
  constructor({ clock, emptyPages = true }: { clock: Clock; emptyPages?: boolean }) {
    this.#clock = clock;
    this.#emptyPages = emptyPages;
  }

  /** Writes a parameter, over what it was. Throws a `ParameterError` where SSM would refuse it. */
  put(name: string, value: string, type: ParameterType = 'String', keyId?: string): void {
    putParameter(this.#parameters, { name, value, type, keyId, overwrite: true, now: this.#clock.now() });
  }

  /** Whether there was such a parameter. */
  delete(name: string): boolean {
    return this.#parameters.delete(name);
  }

  get(name: string): string | undefined {
    return this.#parameters.get(name)?.value;
  }

  /** Resolves to the URL for `AWS_ENDPOINT_URL_SSM`. */
  listen(): Promise<string> {
    return listenOnLoopback(this.#server);
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'];
    const action = (typeof target === 'string' && TARGET.exec(target)?.[1]) || 'unknown';
    const input = Input.parse(JSON.parse((await readBody(request)) || '{}'));
    this.requests.push({ action, input });
    const fault = this.#takeFault({ action, input });
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.resetAndDestroy();
    } else if (fault !== undefined && 'code' in fault) {
      const error = new ParameterError(
        fault.code,
        fault.message ?? `A test asked for this.`,
        fault.status ?? 400,
      );
      this.#sendError(response, error);
    } else if (fault !== undefined) {
      setTimeout(() => this.#answer(response, { name: action, input }), fault.delayMs);
    } else {
      this.#answer(response, { name: action, input });
    }
  }

  #answer(response: ServerResponse, action: Action): void {
    try {
      const emptyPage = this.#emptyPages && action.name === 'GetParametersByPath' && ++this.#pages % 3 === 0;
      send(response, 200, performAction(this.#parameters, action, { now: this.#clock.now(), emptyPage }));
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      this.#sendError(response, error);
    }
  }

  #sendError(response: ServerResponse, error: ParameterError): void {
    send(response, error.status, { __type: error.code, message: error.message });
  }

  #takeFault({ action, input }: ParameterRequest): ParameterFault['do'] | undefined {
    for (const fault of this.faults) {
      if (fault.times === 0 || (fault.action ?? action) !== action) continue;
      if (fault.name !== undefined && fault.name !== input.Name) continue;
      if (fault.times !== undefined) fault.times -= 1;
      return fault.do;
    }
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'local' });
  response.end(JSON.stringify(body));
}
