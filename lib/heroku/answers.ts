/**
 * What the Platform API answers, as far as it is read. Every answer is checked: one that is not what the API's own
 * schema says is an error, and nothing is made up in its place.
 */
import * as z from 'zod/mini';
import { AppError } from '../errors.ts';

/** A dyno as the API lists it. Source: the API's own schema, v3. */
export interface Dyno {
  /** The UUID that log lines name it by, as far as is known: where it is not, nothing is restarted. */
  readonly id: string;
  /** `web.1` */
  readonly name: string;
  readonly type: string;
  /** `up`, `starting`, `crashed`, `idle`, `down`: documented in prose only, so whatever it says is kept. */
  readonly state: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When it came into its state, epoch milliseconds. */
  readonly changedAt: number;
}

const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));
export const dynoList = z.array(
  z.pipe(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      state: z.string(),
      created_at: time,
      updated_at: z.optional(time),
    }),
    z.transform(
      ({ id, name, type, state, created_at, updated_at }): Dyno => ({
        id: id.toLowerCase(),
        name,
        type,
        state,
        createdAt: Date.parse(created_at),
        changedAt: Date.parse(updated_at ?? created_at),
      }),
    ),
  ),
);
export const logSession = z.object({ logplex_url: z.string().check(z.refine(isHttpUrl)) });
// A string or an object, by API variant.
export const appInfo = z.object({
  generation: z.optional(z.nullable(z.union([z.string(), z.object({ name: z.string() })]))),
});
const refusal = z.object({ id: z.optional(z.string()), message: z.optional(z.string()) });

/** @throws AppError `heroku` where the text is not what the schema says: where it is not, and nothing of what it says */
export function parseAnswer<T>(schema: z.ZodMiniType<T>, text: string, what: string): T {
  const result = schema.safeParse(safelyParseJson(text));
  if (result.success) return result.data;
  const places = result.error.issues.map((issue) => issue.path.map(String).join('.') || 'the answer');
  const some = [...new Set(places)].slice(0, 5).join(', ');
  throw new AppError('heroku', `${what}: Heroku's answer is not what its schema says: unexpected ${some}.`);
}

/** What Heroku says of a refusal, as far as it says anything that can be read. */
export function parseRefusal(text: string): z.infer<typeof refusal> {
  return refusal.safeParse(safelyParseJson(text)).data ?? {};
}

function safelyParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
