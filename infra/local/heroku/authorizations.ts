/**
 * OAuth authorizations: whose a token is, and what it may do. A token that is handed in is one like a user's own
 * login, with the scope `global`; the Heroku CLI makes the others by `authorizations:create`.
 */
import type { Clock } from '../../../lib/clock.ts';
import type { RequestKind } from './faults.ts';
import type { Random } from './random.ts';

/** Source: Heroku Dev Center, "OAuth", "Scopes". */
export const SCOPES = ['global', 'identity', 'read', 'write', 'read-protected', 'write-protected'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Authorization {
  readonly id: string;
  readonly account: string;
  readonly description: string;
  readonly scope: readonly Scope[];
  readonly token: string;
  readonly tokenId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Of the token's life; null for good. */
  readonly expiresInSeconds: number | null;
}

export type NewAuthorization = Pick<Authorization, 'account' | 'description' | 'scope' | 'expiresInSeconds'>;

/** How Heroku's tokens begin. */
const TOKEN_PREFIX = 'HRKU-';

export class Authorizations {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #kept = new Map<string, Authorization>();
  /** Every token there ever was. */
  readonly tokens: string[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Throws where the token does not look like one: the tests know a secret by its looks. */
  add(token: string, account: string): void {
    if (!token.startsWith(TOKEN_PREFIX)) {
      throw new Error(
        `Expected a token to begin with ${TOKEN_PREFIX}, as Heroku's do, found another beginning`,
      );
    }
    this.#keep(
      { account, description: 'Long-lived user authorization', scope: ['global'], expiresInSeconds: null },
      token,
    );
  }

  create(wanted: NewAuthorization): Authorization {
    return this.#keep(wanted, `${TOKEN_PREFIX}${this.#random.uuid()}`);
  }

  /** The one that a token belongs to, unless it has expired or been revoked. */
  ofToken(token: string): Authorization | undefined {
    const found = [...this.#kept.values()].find((one) => one.token === token);
    if (found === undefined || found.expiresInSeconds === null) return found;
    return this.#clock.now() < found.createdAt + found.expiresInSeconds * 1000 ? found : undefined;
  }

  ofAccount(account: string): Authorization[] {
    return [...this.#kept.values()].filter((one) => one.account === account);
  }

  revoke({ id }: Authorization): void {
    this.#kept.delete(id);
  }

  #keep(wanted: NewAuthorization, token: string): Authorization {
    const id = this.#random.uuid();
    const kept = { ...wanted, id, token, tokenId: this.#random.uuid(), createdAt: this.#clock.now() };
    this.#kept.set(id, kept);
    this.tokens.push(token);
    return kept;
  }
}

/** Whether a scope is enough. Making a log session counts as reading, which nobody has promised. */
export function allows(scope: readonly Scope[], method: string, kind: RequestKind): boolean {
  const hasOneOf = (...enough: Scope[]) => enough.some((one) => scope.includes(one));
  switch (kind) {
    case 'rate-limits':
      return true;
    case 'authorizations':
      return hasOneOf('global');
    case 'account':
    case 'account-features':
      return hasOneOf('global', 'identity');
    default:
      return method === 'GET' || kind === 'log-session'
        ? hasOneOf('global', 'read', 'read-protected')
        : hasOneOf('global', 'write', 'write-protected');
  }
}
