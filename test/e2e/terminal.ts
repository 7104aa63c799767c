/**
 * A user's terminal: commands as they are typed, in the project's folder, with a home of its own, so that nothing
 * of the real user's (profiles, context, credentials) comes in. All that it shows is kept, to be searched for
 * secrets in the end.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

const PROJECT = join(import.meta.dirname, '../..');
const LIMIT_MS = 180_000;

export interface TerminalOptions {
  /** The user's home folder. */
  readonly home: string;
  /** Folders to look for commands in before the real user's own. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export class Terminal {
  /** All that every command has written. */
  shown = '';
  readonly #environment: Record<string, string>;

  constructor({ home, path, environment }: TerminalOptions) {
    this.#environment = {
      ...environment,
      HOME: home,
      LANG: 'C.UTF-8',
      PATH: [...path, ...usersPath()].join(delimiter),
    };
  }

  /** Resolves to all that the command has shown. @throws with it where the command fails */
  async run(command: string): Promise<string> {
    const { output, errorOutput } = await this.#type(command);
    return output + errorOutput;
  }

  /** Runs an AWS command and resolves to the JSON that it prints. */
  async ask<T>(command: string): Promise<T> {
    return JSON.parse((await this.#type(`${command} --output json`)).output);
  }

  async #type(command: string): Promise<{ output: string; errorOutput: string }> {
    const child = spawn('sh', ['-c', command], {
      cwd: PROJECT,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
    });
    const [output, errorOutput, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    this.shown += `$ ${command}\n${output}${errorOutput}`;
    if (code !== 0) throw new Error(`Status ${code} from: ${command}\n${output}${errorOutput}`);
    return { output, errorOutput };
  }
}

/** Without what npm has put before it, for a user types commands outside of any npm script. */
function usersPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
}
