/**
 * What one app's parameter may say, and what it means: the JSON under `<prefix>/apps/<app>`, checked and with
 * every default filled in. A mistake never falls back to a default: what was meant is not known, and what is
 * at stake is somebody's production. All mistakes are named at once.
 */
import * as z from 'zod/mini';
import { AppError } from '../errors.ts';

/** Megabytes, or a share of the dyno's quota (of a type's dynos, for `restartsAtOnce`). */
export type Amount = { readonly unit: 'absolute' | 'percent'; readonly value: number };

export type Measure = 'memory_total' | 'memory_rss' | 'memory_rss+memory_swap';

/** How the dynos of one process type are watched. */
export interface Rules {
  /** Undefined: 1000 MB on a dyno of 1024 MB, and in that proportion on every other size. */
  readonly restartThreshold: Amount | undefined;
  readonly restartWindowSeconds: number;
  readonly measure: Measure;
  readonly swapThreshold: Amount | undefined;
  readonly sustainedSamples: number;
  readonly minUptimeSeconds: number;
  readonly restartsAtOnce: Amount;
  readonly dryRun: boolean;
  /** Epoch milliseconds until which nothing is restarted; Infinity: until the config says otherwise. */
  readonly pausedUntil: number;
}

export interface AppConfig {
  readonly app: string;
  /** The token's name under `<prefix>/tokens/`, never the token. */
  readonly token: string;
  /** Rules by process type: what is not in here is not watched. */
  readonly rules: ReadonlyMap<string, Rules>;
}

/** No window is longer. */
export const SECONDS_A_YEAR = 365 * 24 * 3600;
const PERCENT = /^\d{1,4}(?:\.\d{1,3})?%$/;
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;
/** Their dynos run once: killing one kills a job, and nothing comes in its place. */
export const ONE_OFF_TYPES: readonly string[] = ['run', 'scheduler', 'release'];

const seconds = (minimum: number) => {
  const error = `a number of seconds from ${minimum} to ${SECONDS_A_YEAR} (a year)`;
  return z.optional(z.number({ error }).check(z.gte(minimum, { error }), z.lte(SECONDS_A_YEAR, { error })));
};
const percent = (maximum: number, error: string) =>
  z
    .string({ error })
    .check(
      z.refine(
        (text) => PERCENT.test(text) && Number.parseFloat(text) > 0 && Number.parseFloat(text) <= maximum,
        { error },
      ),
    );
const MEMORY = 'a number of MB above 0, or a share of the dyno\'s memory quota such as "90%"';
const memory = z.optional(
  z.union([z.number().check(z.gt(0, { error: MEMORY })), percent(1000, MEMORY)], { error: MEMORY }),
);
const AT_ONCE = 'a whole number of dynos from 1, or a share of the type\'s dynos up to "100%"';
const PAUSED = 'true, false, or the ISO 8601 time until which to pause, such as "2026-12-24T18:00:00Z"';
const SUSTAINED_SAMPLES = 'a whole number from 1 to 180 (an hour of samples)';
const TRUE_OR_FALSE = 'true or false';

const rules = {
  restartThreshold: memory,
  restartWindow: seconds(1),
  measure: z.optional(
    z.enum(['memory_total', 'memory_rss', 'memory_rss+memory_swap'], {
      error: '"memory_total", "memory_rss" or "memory_rss+memory_swap"',
    }),
  ),
  swapThreshold: memory,
  sustainedSamples: z.optional(
    z
      .number({ error: SUSTAINED_SAMPLES })
      .check(
        z.int({ error: SUSTAINED_SAMPLES }),
        z.gte(1, { error: SUSTAINED_SAMPLES }),
        z.lte(180, { error: SUSTAINED_SAMPLES }),
      ),
  ),
  minUptime: seconds(0),
  restartsAtOnce: z.optional(
    z.union(
      [z.number().check(z.int({ error: AT_ONCE }), z.gte(1, { error: AT_ONCE })), percent(100, AT_ONCE)],
      {
        error: AT_ONCE,
      },
    ),
  ),
  dryRun: z.optional(z.boolean({ error: TRUE_OR_FALSE })),
  paused: z.optional(
    z.union(
      [
        z.boolean(),
        z.string().check(z.refine((text) => !Number.isNaN(epochMilliseconds(text)), { error: PAUSED })),
      ],
      { error: PAUSED },
    ),
  ),
};

const PROCESS_TYPE = 'a process type, such as "web" (letters, digits, "_" and "-")';
const processType = z.string({ error: PROCESS_TYPE }).check(
  z.regex(/^[A-Za-z0-9_-]{1,63}$/, { error: PROCESS_TYPE }),
  z.refine((type) => !ONE_OFF_TYPES.includes(type.toLowerCase()), {
    error: 'a process type of the formation: one-off dynos are never restarted',
  }),
);
const TYPES = 'a list of at least one process type, or an object from process type to its own rules';
const OVERRIDES = 'an object with the rules of this process type, {} for the defaults';
const typeList = z.array(processType, { error: TYPES }).check(z.minLength(1, { error: TYPES }));
const typeRules = z
  .record(processType, z.strictObject(rules, { error: OVERRIDES }), { error: TYPES })
  .check(z.refine((types) => Object.keys(types).length > 0, { error: TYPES }));

// A token pasted where its name belongs must not be looked up: what was not found is logged.
const TOKEN_NAME = 'the name of a parameter under <prefix>/tokens/, such as "default", never a token itself';
const tokenName = z.string({ error: TOKEN_NAME }).check(
  z.regex(/^[A-Za-z0-9_.-]{1,128}$/, { error: TOKEN_NAME }),
  z.refine((name) => !isToken(name) && (/[-_.]/.test(name) || !looksSecret(name)), { error: TOKEN_NAME }),
);

/** Whether a token may have this name: never where it might be the token itself. */
export function isTokenName(text: string): boolean {
  return tokenName.safeParse(text).success;
}

const fields = { token: z.optional(tokenName), dynos: z.optional(typeList), ...rules };
const withTypeList = z.strictObject(fields, { error: 'a JSON object, {} for the defaults' });
const withTypeRules = z.strictObject({ ...fields, dynos: typeRules });
const FIELDS = Object.keys(fields);
const RULES = Object.keys(rules);

type RawRules = Omit<z.infer<typeof withTypeList>, 'token' | 'dynos'>;

/**
 * Reads one app's parameter.
 *
 * @param app the Heroku app's name: the last part of the parameter's name
 * @param text the parameter's value: a JSON object
 * @throws AppError `config`, its message naming every bad field, what was found there and what is expected
 */
export function parseAppConfig(app: string, text: string): AppConfig {
  let input: unknown;
  try {
    input = JSON.parse(text, refuseProto);
  } catch (error) {
    if (error instanceof AppError) throw error;
    // JSON.parse quotes the text in its message, and the text may hold a secret.
    throw new AppError(
      'config',
      `The config is not valid JSON${positionIn(error)}. Expected a JSON object, {} for the defaults.`,
    );
  }
  const perType = isRecord(input) && isRecord(input.dynos);
  const result = perType ? withTypeRules.safeParse(input) : withTypeList.safeParse(input);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => describeIssue(issue, input));
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    throw new AppError(
      'config',
      `The config has ${count}: ${problems.join('; ')}. The app is not watched until this is mended.`,
    );
  }
  const { token = 'default', dynos = ['web'], ...shared } = result.data;
  const types = Array.isArray(dynos) ? dynos.map((type) => [type, {}] as const) : Object.entries(dynos);
  return {
    app,
    token,
    rules: new Map(types.map(([type, overrides]) => [type, toRules({ ...shared, ...overrides })])),
  };
}

/** A schema would drop this key without a word. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new AppError('config', 'The config has a field __proto__: unknown field.');
  return value;
}

function toRules(raw: RawRules): Rules {
  return {
    restartThreshold: raw.restartThreshold === undefined ? undefined : toAmount(raw.restartThreshold),
    restartWindowSeconds: raw.restartWindow ?? 1800,
    measure: raw.measure ?? 'memory_total',
    swapThreshold: raw.swapThreshold === undefined ? undefined : toAmount(raw.swapThreshold),
    sustainedSamples: raw.sustainedSamples ?? 1,
    minUptimeSeconds: raw.minUptime ?? 180,
    restartsAtOnce: toAmount(raw.restartsAtOnce ?? '10%'),
    dryRun: raw.dryRun ?? false,
    pausedUntil: toPausedUntil(raw.paused ?? false),
  };
}

function toAmount(raw: number | string): Amount {
  return typeof raw === 'number'
    ? { unit: 'absolute', value: raw }
    : { unit: 'percent', value: Number.parseFloat(raw) };
}

function toPausedUntil(paused: boolean | string): number {
  if (typeof paused === 'string') return epochMilliseconds(paused);
  return paused ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** An ISO 8601 date, or date and time, as epoch milliseconds; UTC where it names no offset; NaN for anything else. */
function epochMilliseconds(text: string): number {
  const match = ISO_8601.exec(text);
  if (match === null) return Number.NaN;
  const [, date = '', time = '00:00', offset = 'Z'] = match;
  const midnight = Date.parse(`${date}T00:00Z`);
  // Date.parse takes 31 February for 3 March; nobody who writes it means that.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return Number.NaN;
  return Date.parse(`${date}T${time}${offset}`);
}

interface Issue {
  readonly code: string;
  readonly path: PropertyKey[];
  readonly message: string;
  readonly keys?: string[];
  readonly issues?: { readonly message: string }[];
}

function describeIssue(issue: Issue, input: unknown): string[] {
  const place = issue.path.map(String).join('.');
  if (issue.keys !== undefined) {
    const known = issue.path.length === 0 ? FIELDS : RULES;
    return issue.keys.map((key) => {
      const path = place === '' ? key : `${place}.${key}`;
      return `${withholdSecrets(path)}: unknown field, expected ${suggestion(key, known)}`;
    });
  }
  const expected = issue.issues?.[0]?.message ?? issue.message;
  const found =
    issue.code === 'invalid_key'
      ? withholdSecrets(JSON.stringify(issue.path.at(-1)))
      : show(
          issue.path.reduce<unknown>(
            (at, key) => (isRecord(at) || Array.isArray(at) ? Reflect.get(at, key) : at),
            input,
          ),
        );
  return [`${place === '' ? 'config' : withholdSecrets(place)}: found ${found}, expected ${expected}`];
}

function suggestion(key: string, known: readonly string[]): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const meant = known.find((name) => plain(name) === plain(key));
  return meant === undefined ? `one of ${known.join(', ')}` : meant;
}

function show(value: unknown): string {
  const text = withholdSecrets(JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Text that somebody typed, for a message: whatever might be a token is left out. */
export function withholdSecrets(text: string): string {
  return text.replaceAll(/[A-Za-z0-9_-]{20,}/g, (word) => (looksSecret(word) ? '(withheld)' : word));
}

/** Heroku's tokens are UUIDs, or begin with HRKU-. */
function isToken(word: string): boolean {
  return /^(?:HRKU-.*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(word);
}

/** Any other long run of letters and digits might be somebody's token, too. */
function looksSecret(word: string): boolean {
  return isToken(word) || (word.length >= 20 && /\d/.test(word) && /[A-Za-z]/.test(word));
}

function positionIn(error: unknown): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  return position === undefined ? '' : ` at character ${position}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
