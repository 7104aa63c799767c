/**
 * Asking the Platform API what a scan does not need to know, with a token that may be anything yet. One request, one
 * answer: a person is waiting, and tries again better than a program would.
 */
import * as z from 'zod/mini';
import { withholdSecrets } from '../../lib/config/app-config.ts';
import { describeError } from '../../lib/errors.ts';
import { readText } from '../../lib/heroku/http.ts';
import { CommandError } from './errors.ts';

const REQUEST_LIMIT_MS = 15_000;
const LONGEST_ANSWER_BYTES = 1024 * 1024;

const refusal = z.object({ id: z.optional(z.string()), message: z.optional(z.string()) });

export type HerokuAnswer<T> =
  | { readonly status: 'ok'; readonly body: T }
  /** `message`: Heroku's own words. */
  | { readonly status: number; readonly message: string };

export interface HerokuAccess {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch: typeof fetch;
}

/** What is to be changed, as JSON. */
export interface HerokuChange {
  readonly method: 'PATCH';
  readonly body: Readonly<Record<string, unknown>>;
}

/** @throws CommandError where Heroku cannot be reached, or its answer is not what its schema says */
export async function askHeroku<T>(
  { baseUrl, token, fetch }: HerokuAccess,
  path: string,
  schema: z.ZodMiniType<T>,
  change?: HerokuChange,
): Promise<HerokuAnswer<T>> {
  const method = change?.method ?? 'GET';
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      // To another host the token must not follow.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      headers: {
        Accept: 'application/vnd.heroku+json; version=3',
        Authorization: `Bearer ${token}`,
        'User-Agent': 'whacamole',
        ...(change && { 'Content-Type': 'application/json' }),
      },
      ...(change && { body: JSON.stringify(change.body) }),
    });
    const body = safelyParseJson(await readText(response, LONGEST_ANSWER_BYTES));
    if (response.ok) return { status: 'ok', body: schema.parse(body) };
    const { id, message } = refusal.safeParse(body).data ?? {};
    const words = [id, message].filter((word) => word !== undefined).join(': ');
    return { status: response.status, message: withholdSecrets(words) };
  } catch (error) {
    if (error instanceof z.core.$ZodError) {
      throw new CommandError(`${method} ${path}: Heroku's answer is not what its schema says.`, {
        cause: error,
      });
    }
    throw new CommandError(
      `${method} ${path}: Heroku could not be asked at ${baseUrl}: ${describeError(error)}.`,
      {
        cause: error,
      },
    );
  }
}

function safelyParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
