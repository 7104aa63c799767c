/**
 * `node infra/local/start.ts`, as a process of its own: what a person sees, and what the shell is told.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { watch } from '../../secrets/watch.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves as soon as standard output holds this text. */
  says(text: string): Promise<void>;
}

/** `npm test` has built it before; a single test that is run by hand may be the first to need it. */
export function buildOnce(): void {
  if (!existsSync('dist/scan/index.mjs')) execFileSync('npm', ['run', '--silent', 'build']);
}

export function start(args: readonly string[], environment: Record<string, string | undefined> = {}): Child {
  const { HEROKU_API_KEY: _, HEROKU_API_URL: __, ...inherited } = process.env;
  const child = spawn(process.execPath, ['infra/local/start.ts', ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout: watch(stdout), stderr: watch(stderr) }));
    }),
    kill: (signal) => child.kill(signal),
    says: (text) =>
      new Promise((resolve) => {
        heard = () => stdout.includes(text) && resolve();
        heard();
      }),
  };
}
