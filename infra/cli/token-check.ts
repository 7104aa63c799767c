/**
 * Whether a token works, and whose it is, asked of Heroku before it is stored. What surprises: a token need not be
 * allowed to say whose it is (`GET /account` wants a scope of its own), and may do all the rest.
 */
import * as z from 'zod/mini';
import { CommandError } from './errors.ts';
import { askHeroku, type HerokuAccess, type HerokuAnswer } from './heroku.ts';

export interface CheckedToken {
  /** Null where Heroku does not say. */
  readonly account: string | null;
  /** Null where Heroku does not say. */
  readonly requestsLeft: number | null;
}

const account = z.object({ email: z.string() });
const rateLimits = z.object({ remaining: z.number() });

/** @throws CommandError where Heroku does not know the token, or could not be asked */
export async function checkToken(access: HerokuAccess): Promise<CheckedToken> {
  const whose = allowed('/account', await askHeroku(access, '/account', account));
  const budget = allowed('/account/rate-limits', await askHeroku(access, '/account/rate-limits', rateLimits));
  return { account: whose?.email ?? null, requestsLeft: budget?.remaining ?? null };
}

function allowed<T>(path: string, answer: HerokuAnswer<T>): T | undefined {
  if (answer.status === 'ok') return answer.body;
  if (answer.status === 403) return undefined;
  const said = `GET ${path}: Heroku answered ${answer.status} ${answer.message}`.trim();
  if (answer.status === 401) {
    throw new CommandError(
      `Heroku does not know this token, so it was not stored. Make one: heroku authorizations:create ` +
        `--description Whacamole --scope read,write --short (${said})`,
    );
  }
  throw new CommandError(`The token could not be checked, so it was not stored. Try again later. (${said})`);
}
