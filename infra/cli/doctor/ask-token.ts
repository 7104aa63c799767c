/** Whether a token that a config names is there, works, and whose it is. */
import * as z from 'zod/mini';
import type { Parameters } from '../../../lib/config/read.ts';
import { askHeroku, type HerokuAccess } from '../heroku.ts';
import type { TokenFacts } from './app-facts.ts';
import { attempt } from './attempt.ts';
import { type Fact, failed, known } from './checks.ts';

export interface Tokens {
  /** Every token of Parameter Store, by name. */
  readonly all: Parameters;
  /** Where they stand: `/whacamole/tokens`. */
  readonly folder: string;
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
}

/** A token, and what it opens. */
export interface OpenedToken {
  readonly facts: TokenFacts;
  readonly access: HerokuAccess;
}

const account = z.object({ email: z.string() });
const rateLimits = z.object({ remaining: z.number() });

export async function askToken(
  name: string,
  { all, folder, baseUrl, fetch }: Tokens,
): Promise<Fact<OpenedToken>> {
  const store = `npx whacamole tokens set ${name}`;
  const read = all.get(name);
  if (read === undefined) return failed(`there is no token ${folder}/${name}`, store);
  if ('problem' in read) return failed(`the token ${folder}/${name} ${read.problem}`);
  const token = read.value.trim();
  // What cannot be put into a header would be quoted by the error that says so.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return failed(`the token ${folder}/${name} is empty, or holds characters that no token has`, store);
  }
  const access = { baseUrl, token, fetch };
  const asked = await attempt(async () => ({
    whose: await askHeroku(access, '/account', account),
    budget: await askHeroku(access, '/account/rate-limits', rateLimits),
  }));
  if (asked.kind !== 'known') return asked;
  const { whose, budget } = asked.value;
  // A token need not be allowed to say whose it is, and may do all the rest.
  if (whose.status !== 'ok' && whose.status !== 403) {
    const said = `GET /account: Heroku answered ${whose.status} ${whose.message}`.trim();
    return whose.status === 401
      ? failed(`"${name}" is wrong, revoked or expired (${said})`, store)
      : failed(`"${name}" could not be tried. Try again later (${said})`);
  }
  return known({
    access,
    facts: {
      name,
      account: whose.status === 'ok' ? whose.body.email : null,
      requestsLeft: budget.status === 'ok' ? budget.body.remaining : null,
    },
  });
}
