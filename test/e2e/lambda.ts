/**
 * One sandbox of Lambda: AWS's own runtime client in a process of its own, and the Runtime API that it asks. The
 * environment is Lambda's and nothing of ours, standard output is what CloudWatch Logs would get, and at the time
 * limit the process is killed, as Lambda does it.
 *
 *     process                         Runtime API (this process)
 *       loads the function                │
 *       GET  invocation/next     ──▶  initialised: `initMs` ends here; held until someone invokes
 *       POST invocation/…/response ─▶ the answer: `durationMs` ends here
 *       POST invocation/…/error   ──▶ the handler has rejected
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { closeServer, listenOnLoopback, readBody } from '../../infra/local/loopback.ts';

export interface SandboxOptions {
  /** The folder that the function's zip was unpacked into. */
  readonly codeFolder: string;
  /** The runtime client's `index.mjs`. */
  readonly runtimeClient: string;
  readonly functionName: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The function's own, over Lambda's. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Answer {
  /** What the handler resolved to. */
  readonly result?: unknown;
  /** What it rejected with; `Runtime.ExitError` where the process ended instead. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  readonly durationMs: number;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  startedAt: number;
  readonly settle: (answer: Omit<Answer, 'durationMs'>) => void;
}

const RAPID_CLIENT = join(import.meta.dirname, 'rapid-client.cjs');
const API = '/2018-06-01/runtime/';
const REGION = 'us-east-1';

export class Sandbox {
  /** Milliseconds from the start of the process until it asked for work. */
  initMs = Number.NaN;
  /** All that was written to standard output, and to standard error, which stays empty if all goes well. */
  output = '';
  errorOutput = '';
  readonly #options: SandboxOptions;
  readonly #server = createServer((request, response) => void this.#receive(request, response));
  readonly #initialised = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #asking: ServerResponse | undefined;
  #waiting: Invocation | undefined;
  #running: Invocation | undefined;

  private constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /** A cold start. @throws where the function cannot be loaded */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    const url = await listenOnLoopback(sandbox.#server);
    sandbox.#spawn(new URL(url).host);
    await sandbox.#initialised.promise;
    return sandbox;
  }

  /** One after the other, as Lambda does it to a sandbox. */
  async invoke(event: unknown = {}): Promise<Answer> {
    if (this.#waiting ?? this.#running) throw new Error('Expected the last invocation to be over');
    const { promise, resolve } = Promise.withResolvers<Omit<Answer, 'durationMs'>>();
    const invocation = { id: randomUUID(), event, startedAt: Number.NaN, settle: resolve };
    this.#waiting = invocation;
    this.#give();
    const limit = setTimeout(() => this.#child?.kill('SIGKILL'), this.#options.timeoutSeconds * 1000);
    const answer = await promise;
    clearTimeout(limit);
    return { ...answer, durationMs: performance.now() - invocation.startedAt };
  }

  /** The most memory that the process has had, MB; NaN where the system does not say (it is Linux that does). */
  peakMb(): number {
    try {
      const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited.promise;
    await closeServer(this.#server);
  }

  #spawn(runtimeApi: string): void {
    const { codeFolder, runtimeClient, handler, environment } = this.#options;
    this.#startedAt = performance.now();
    const child = spawn(process.execPath, ['--require', RAPID_CLIENT, runtimeClient, handler], {
      cwd: codeFolder,
      env: { ...this.#lambdaEnvironment(runtimeApi), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.errorOutput += text;
    });
    child.once('close', (code, signal) => {
      const errorMessage = `The process ended with ${signal ?? `status ${code}`}.`;
      (this.#running ?? this.#waiting)?.settle({ error: { errorType: 'Runtime.ExitError', errorMessage } });
      this.#initialised.reject(new Error(`${errorMessage} It said:\n${this.output}${this.errorOutput}`));
      this.#exited.resolve();
    });
    this.#child = child;
  }

  #lambdaEnvironment(runtimeApi: string): Record<string, string> {
    const { codeFolder, functionName, handler, memoryMb } = this.#options;
    return {
      AWS_LAMBDA_RUNTIME_API: runtimeApi,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: functionName,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'emulated',
      AWS_SECRET_ACCESS_KEY: 'emulated',
      AWS_SESSION_TOKEN: 'emulated',
      LAMBDA_TASK_ROOT: codeFolder,
      _HANDLER: handler,
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
    };
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.slice(API.length) ?? '';
    if (path === 'invocation/next') {
      if (Number.isNaN(this.initMs)) this.initMs = performance.now() - this.#startedAt;
      this.#asking = response;
      this.#initialised.resolve();
      this.#give();
      return;
    }
    const body = await readBody(request);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (path === 'init/error') {
      this.#initialised.reject(new Error(`The function cannot be loaded: ${body}`));
      return;
    }
    const running = this.#running;
    this.#running = undefined;
    const said = body === '' ? undefined : JSON.parse(body);
    running?.settle(path.endsWith('/response') ? { result: said } : { error: said });
  }

  #give(): void {
    const { functionName, timeoutSeconds } = this.#options;
    const invocation = this.#waiting;
    if (invocation === undefined || this.#asking === undefined) return;
    const body = JSON.stringify(invocation.event);
    invocation.startedAt = performance.now();
    this.#asking.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:${REGION}:123456789012:function:${functionName}`,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    });
    this.#asking.end(body);
    this.#asking = undefined;
    this.#waiting = undefined;
    this.#running = invocation;
  }
}
