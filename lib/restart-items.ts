/**
 * The table's items: how a claim and a turn stand in DynamoDB. Whatever is read is checked, for the table is open to
 * whoever may write to it, and a half-read claim would be worse than none.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AppError } from './errors.ts';

type Item = Record<string, AttributeValue>;

/** Items are kept for so much longer than they could matter. */
export const DAY_SECONDS = 24 * 3600;

/** One restart of one process. Times are epoch milliseconds. */
export interface Claim {
  readonly app: string;
  /** `web.1` */
  readonly process: string;
  /** UUID of the dyno that is, or was, to be restarted. */
  readonly dyno: string;
  readonly restartedAt: number;
  /** `claimed`: the restart may or may not have happened. `done`: Heroku accepted it. */
  readonly state: 'claimed' | 'done';
  readonly claimId: string;
  /** Until then a `claimed` restart may still be under way. */
  readonly leaseUntil: number;
  /** How many in a row, each within two windows of the one before; this one included. */
  readonly restarts: number;
  readonly expiresAt: number;
}

/** The lease on one type's restarts. */
export interface Turn {
  readonly type: string;
  readonly turnId: string;
  /** Epoch milliseconds; 0 when it has been given up. */
  readonly leaseUntil: number;
}

export function claimItem(claim: Claim): Item {
  return {
    app: { S: claim.app },
    process: { S: claim.process },
    dyno: { S: claim.dyno },
    restartedAt: { N: String(claim.restartedAt) },
    state: { S: claim.state },
    claimId: { S: claim.claimId },
    leaseUntil: { N: String(claim.leaseUntil) },
    restarts: { N: String(claim.restarts) },
    expiresAt: { N: String(claim.expiresAt) },
  };
}

/** @throws AppError `restarts-table` where the item is not a claim's */
export function toClaim(item: Item): Claim {
  return {
    app: text(item, 'app'),
    process: text(item, 'process'),
    dyno: text(item, 'dyno'),
    restartedAt: number(item, 'restartedAt'),
    state: stateOf(item),
    claimId: text(item, 'claimId'),
    leaseUntil: number(item, 'leaseUntil'),
    restarts: number(item, 'restarts'),
    expiresAt: number(item, 'expiresAt'),
  };
}

function stateOf(item: Item): Claim['state'] {
  const state = text(item, 'state');
  if (state !== 'claimed' && state !== 'done') throw malformed(item, 'state');
  return state;
}

export function turnItem(app: string, turn: Turn, now: number): Item {
  return {
    app: { S: app },
    process: { S: turn.type },
    turnId: { S: turn.turnId },
    leaseUntil: { N: String(turn.leaseUntil) },
    expiresAt: { N: String(Math.ceil(now / 1000) + DAY_SECONDS) },
  };
}

/** @throws AppError `restarts-table` where the item is not a turn's */
export function toTurn(item: Item): Turn {
  return {
    type: text(item, 'process'),
    turnId: text(item, 'turnId'),
    leaseUntil: number(item, 'leaseUntil'),
  };
}

/** @throws AppError `restarts-table` where it is not there */
export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw malformed(item, name);
  return value;
}

function number(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (Number.isNaN(value)) throw malformed(item, name);
  return value;
}

function malformed(item: Item, name: string): AppError {
  const key = `${item.app?.S} / ${item.process?.S}`;
  return new AppError(
    'restarts-table',
    `The table's item ${key} has no valid "${name}": somebody else wrote it. Delete the item.`,
  );
}
