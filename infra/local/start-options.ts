/**
 * What `npm start` can be told. A mistake names what was found and what was expected, and is no reason for a
 * stack trace. Options that make sense only against the real Heroku are refused without `--heroku`: whoever
 * writes `--for-real` believes that something real is about to happen.
 */
import { parseArgs, stripVTControlCharacters } from 'node:util';

interface Common {
  /** `auto`: live where standard output is a terminal. */
  readonly output: 'auto' | 'plain' | 'json';
  /** Infinity: until somebody ends it. */
  readonly minutes: number;
}

export interface SimulationOptions extends Common {
  readonly mode: 'simulation';
  readonly seed: number;
}

export interface HerokuOptions extends Common {
  readonly mode: 'heroku';
  readonly app: string;
  /** Name of the environment variable that holds the token. */
  readonly tokenVariable: string;
  /** The app's config, JSON as it was given. */
  readonly config: string;
  readonly forReal: boolean;
}

export type StartOptions = SimulationOptions | HerokuOptions | { readonly mode: 'help' };

/** What was asked for makes no sense: shown as it is, with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Runs Whacamole's function on this machine, a minute at a time: the very bundle that is deployed.

npm start                         against a simulated Heroku, a minute a second
npm start -- --heroku APP         against the real Heroku, a real minute at a time, as a dry run

  --minutes N        end after N scans, with a summary (default: until Ctrl-C)
  --plain            one line per event instead of the live table (as it is in a pipe)
  --json             the events as the function writes them, and nothing else on standard output
  --seed N           the simulation's chance, a whole number (default: 1)
  --heroku APP       the Heroku app to watch
  --token-env NAME   environment variable that holds the Heroku API token (default: HEROKU_API_KEY)
  --config JSON      the app's config (default: {})
  --for-real         restart dynos: without it nothing is restarted, whatever the config says
  --help             this text

No AWS account is needed: the table and the parameters are served on loopback and end with the run.
`;

const OPTIONS = {
  minutes: { type: 'string' },
  plain: { type: 'boolean' },
  json: { type: 'boolean' },
  seed: { type: 'string' },
  heroku: { type: 'string' },
  'token-env': { type: 'string' },
  config: { type: 'string' },
  'for-real': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A known option, with a value where it takes none or the other way round. */
const MISUSED = 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE';

/** @throws UsageError */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  if (values.help) return { mode: 'help' };
  if (values.plain && values.json) {
    throw new UsageError('Found --plain and --json, expected one of them.');
  }
  const common: Common = {
    output: values.json ? 'json' : values.plain ? 'plain' : 'auto',
    minutes: values.minutes === undefined ? Infinity : wholeNumber('--minutes', values.minutes, 1),
  };
  if (values.heroku === undefined) {
    for (const name of ['token-env', 'config', 'for-real'] as const) {
      if (values[name] === undefined) continue;
      throw new UsageError(
        `Found --${name} without --heroku, expected --heroku APP: it has no meaning in the simulation.`,
      );
    }
    const seed = values.seed === undefined ? 1 : wholeNumber('--seed', values.seed, 0);
    return { mode: 'simulation', ...common, seed };
  }
  if (values.seed !== undefined) {
    throw new UsageError('Found --seed with --heroku: the real Heroku has none. Leave one of them out.');
  }
  const app = values.heroku;
  if (!/^[a-z][a-z0-9-]{1,62}$/.test(app)) {
    throw new UsageError(
      `--heroku: found ${quote(app)}, expected the name of a Heroku app, such as my-shop.`,
    );
  }
  const tokenVariable = values['token-env'] ?? 'HEROKU_API_KEY';
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(tokenVariable)) {
    // Not quoted: it might be the token itself.
    throw new UsageError(
      '--token-env: expected the name of an environment variable, such as HEROKU_API_KEY, never a token itself.',
    );
  }
  const { config = '{}', 'for-real': forReal = false } = values;
  return { mode: 'heroku', ...common, app, tokenVariable, config, forReal };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\.?\n/);
    // Node's own advice on what to do would mislead (no positional argument is ever taken): its first sentence will do.
    const sentence = stripVTControlCharacters(said).replace(/\.$/, '');
    const misuse = error instanceof Error && 'code' in error && error.code === MISUSED;
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    const expected = misuse ? 'what npm start -- --help says of it' : `one of ${known.join(', ')}`;
    throw new UsageError(`${sentence}, expected ${expected}.`);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < least) {
    throw new UsageError(`${option}: found ${quote(text)}, expected a whole number from ${least}.`);
  }
  return number;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
