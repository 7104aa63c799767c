/**
 * Whether Heroku's request budget lasts. What surprises: it is an account's, not a token's. Two tokens of one account
 * draw on the same.
 */
import type { TokenFacts } from './app-facts.ts';
import { type Check, type Finding, note, ok, problem } from './checks.ts';

export interface AccountFacts {
  /** Its e-mail address, or `of the token NAME` where Heroku does not say it. */
  readonly account: string;
  /** The names of its tokens. */
  readonly tokens: readonly string[];
  /** Null where Heroku does not say. */
  readonly requestsLeft: number | null;
  /** Watched with its tokens. */
  readonly apps: number;
  /** Among them, those that are known to be busy: each costs a dyno list and a tail a minute. */
  readonly busy: number;
}

const REFILL_A_MINUTE = 75;
const CAPACITY = 4500;
const QUIET_APP_A_MINUTE = 0.2;
const BUSY_APP_A_MINUTE = 1.2;
/** Below this share of the whole it is worth a word, and below so many requests apps begin to wait. */
const LOW = CAPACITY / 10;
const EXHAUSTED = 10;

/** The accounts behind the tokens, with what each carries. */
export function accountsOf(
  tokens: readonly TokenFacts[],
  tokenNames: ReadonlyMap<string, string>,
  busyApps: readonly string[],
): AccountFacts[] {
  const byAccount = Map.groupBy(tokens, ({ name, account }) => account ?? `of the token ${name}`);
  return [...byAccount].map(([account, own]) => {
    const names = own.map(({ name }) => name);
    const apps = [...tokenNames].flatMap(([app, token]) => (names.includes(token) ? app : []));
    const left = own.flatMap(({ requestsLeft }) => requestsLeft ?? []);
    return {
      ...{ account, tokens: names, apps: apps.length },
      requestsLeft: left.length === 0 ? null : Math.min(...left),
      busy: apps.filter((app) => busyApps.includes(app)).length,
    };
  });
}

export function judgeAccount(facts: AccountFacts): Check[] {
  return [{ check: 'request budget', ...judgeBudget(facts) }];
}

function judgeBudget({ requestsLeft, apps, busy }: AccountFacts): Finding {
  const needed = (apps - busy) * QUIET_APP_A_MINUTE + busy * BUSY_APP_A_MINUTE;
  const carried = `${apps} ${apps === 1 ? 'app needs' : 'apps need'}`;
  const ofThem = busy === 0 ? '' : ` (${busy} busy)`;
  const left = requestsLeft === null ? '' : `, and ${requestsLeft} of ${CAPACITY} are left`;
  const said = `${carried} about ${rounded(needed)} requests a minute${ofThem}; Heroku refills ${REFILL_A_MINUTE}${left}`;
  const another =
    '. A token of another account, for some of the apps, brings a budget of its own: store it, and name it in their config';
  if (needed > REFILL_A_MINUTE || (requestsLeft !== null && requestsLeft <= EXHAUSTED)) {
    return problem(`${said}: apps have to wait${another}`, 'npx whacamole tokens set second');
  }
  if (requestsLeft !== null && requestsLeft < LOW) return note(`${said}: somebody uses it up${another}`);
  return ok(said);
}

function rounded(requests: number): number {
  return Math.round(requests * 10) / 10;
}
