/**
 * Commands as they are typed, in this process: against the parameters, the table and the Heroku of a world on
 * loopback, with somebody at the terminal, or nobody.
 */
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { awsClients } from '../../../infra/cli/aws.ts';
import { run } from '../../../infra/cli/program.ts';
import type { Environment, Prompts } from '../../../infra/cli/surroundings.ts';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';
import { startWorld, type World } from '../../../infra/local/world.ts';
import { watch } from '../../secrets/watch.ts';

export interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, which is one JSON document. */
  json(): unknown;
  /** The questions that were asked. */
  readonly asked: readonly string[];
}

/** What is not there is not: no answers, nobody to ask. */
export interface Typing {
  /** What comes on standard input, which is then no terminal. */
  readonly input?: string;
  /**
   * What is answered to each question, in order; somebody is at the terminal then. A function is what happens
   * while they think, before they say yes.
   */
  readonly answers?: readonly (boolean | string | (() => unknown))[];
  /** Over what the world's environment says. */
  readonly environment?: Environment;
  /** What is done to the file in the editor. */
  readonly edit?: (path: string) => Promise<void>;
}

export interface Terminal {
  readonly clock: VirtualClock;
  readonly world: World;
  type(args: readonly string[], typing?: Typing): Promise<Typed>;
}

/** Ends with the test. */
export async function openTerminal(): Promise<Terminal> {
  const clock = new VirtualClock();
  const world = await startWorld({ clock });
  onTestFinished(() => world.close());
  return { clock, world, type: (args, typing = {}) => type(clock, world, args, typing) };
}

async function type(
  clock: VirtualClock,
  world: World,
  args: readonly string[],
  { input, answers, environment, edit }: Typing,
): Promise<Typed> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = { stdout: '', stderr: '' };
  stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const asked: string[] = [];
  const all = { ...world.environment, ...environment };
  const code = await run(args, {
    ...{ stdout, stderr, environment: all, fetch },
    stdin: Readable.from(input === undefined ? [] : [input]),
    now: () => clock.now(),
    aws: awsClients(all),
    prompts: promptsFor(answers, asked),
    editFile: edit ?? (() => Promise.reject(new Error('Expected no editor to be opened'))),
  });
  // What was written last has been handed on by the next turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  for (const text of Object.values(said)) watch(text);
  return { code, ...said, asked, json: () => JSON.parse(said.stdout) };
}

function promptsFor(answers: Typing['answers'], asked: string[]): Prompts {
  const left = [...(answers ?? [])];
  const answer = <T>(question: string, isRight: (found: unknown) => found is T): Promise<T> => {
    asked.push(question);
    let found = left.shift();
    if (typeof found === 'function') {
      found();
      found = true;
    }
    if (isRight(found)) return Promise.resolve(found);
    return Promise.reject(new Error(`Expected no question that is not answered, found "${question}"`));
  };
  return {
    canAsk: answers !== undefined,
    confirm: (question) => answer(question, (found): found is boolean => typeof found === 'boolean'),
    secret: (question) => answer(question, (found): found is string => typeof found === 'string'),
  };
}
