/**
 * A user's terminal: commands as they are typed, in the project's folder, with a home of its own, so that nothing
 * of the real user's (profiles, context, credentials) comes in. All that it shows is kept, to be searched for
 * secrets in the end, and so is all that was typed, to be held against what the documents say.
 *
 * What surprises: a command that asks has to see a terminal, or it does not ask. Python's `pty` gives it one.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const PROJECT = join(import.meta.dirname, '../..');
const LIMIT_MS = 180_000;
const ON_A_TERMINAL = `
import os, pty, sys
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
sys.exit(code if code >= 0 else 128 - code)
`;
/** What Ctrl-C sends. */
export const CTRL_C = '\x03';
/** The status of a command that was ended by it. */
export const INTERRUPTED = 130;

/** What is typed once a text is shown. */
export interface Answer {
  readonly to: string;
  readonly say: string;
}

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
  /** Every command, as it was typed. */
  readonly typed: string[] = [];
  readonly #environment: Record<string, string>;

  constructor({ home, path, environment }: TerminalOptions) {
    this.#environment = {
      ...environment,
      HOME: home,
      LANG: 'C.UTF-8',
      PATH: [...path, ...usersPath()].join(delimiter),
    };
  }

  /** As `export NAME=value` does. */
  export(variables: Readonly<Record<string, string>>): void {
    Object.assign(this.#environment, variables);
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

  /**
   * The same with somebody at the keyboard, who answers what is asked, in this order; each answer but Ctrl-C ends with
   * Return. @throws where something is not asked, too, or the command ends with another status
   */
  async answer(command: string, answers: readonly Answer[], status = 0): Promise<string> {
    this.typed.push(command);
    const child = spawn('python3', ['-c', ON_A_TERMINAL, 'sh', '-c', `stty cols 120 rows 50\n${command}`], {
      cwd: PROJECT,
      env: { ...this.#environment, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: LIMIT_MS,
    });
    const left = [...answers];
    let [output, sinceAnswer] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      sinceAnswer += chunk;
      const [next] = left;
      if (next === undefined || !stripVTControlCharacters(sinceAnswer).includes(next.to)) return;
      child.stdin.write(next.say === CTRL_C ? CTRL_C : `${next.say}\r`);
      left.shift();
      sinceAnswer = '';
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const shown = stripVTControlCharacters(output).replaceAll('\r\n', '\n');
    this.shown += `$ ${command}\n${output}`;
    if (code !== status) throw new Error(`Status ${code} from: ${command}\n${shown}`);
    if (left.length > 0) throw new Error(`Expected "${left[0]?.to}" of: ${command}\n${shown}`);
    return shown;
  }

  async #type(command: string): Promise<{ output: string; errorOutput: string }> {
    this.typed.push(command);
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
