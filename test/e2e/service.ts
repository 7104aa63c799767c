/**
 * A server in a process of its own. What surprises: a shell stands between it and us, which ends it as soon as our
 * end of a pipe is closed. So it goes when we go, even if we are killed, and no server of a broken run is left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;
const ASK_EVERY_MS = 50;

/** `$@` runs in the background; closing our end of standard input ends `cat`, and then what runs. */
const WATCHED = '"$@" & running=$!; cat > /dev/null; kill "$running" 2> /dev/null; wait "$running"';

export interface ServiceOptions {
  readonly cwd?: string;
  readonly environment: Readonly<Record<string, string>>;
}

export class Service {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  /** All that it has written. */
  log = '';

  constructor(command: readonly string[], { cwd, environment }: ServiceOptions) {
    const child = spawn('sh', ['-c', WATCHED, 'sh', ...command], {
      cwd,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.log += text;
      });
    }
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Until any HTTP answer comes from `url`. @throws with its log where none does */
  async answers(url: string): Promise<void> {
    const until = performance.now() + START_LIMIT_MS;
    for (;;) {
      try {
        await (await fetch(url)).text();
        return;
      } catch (cause) {
        if (performance.now() > until) {
          throw new Error(`Expected an answer from ${url}, found none. What it said:\n${this.log}`, {
            cause,
          });
        }
      }
      await wait(ASK_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }
}

/** A port of 127.0.0.1 that was free a moment ago: for servers that cannot be asked which one they took. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error(`No port in ${address}`));
        else resolve(address.port);
      });
    });
  });
}
