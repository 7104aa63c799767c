/**
 * The restarts, as the table knows them: the only code that does. Whatever runs at the same time, after a cold
 * start, or after a crash, sees one truth here, made of conditional writes of single items, which mean the same
 * in DynamoDB, in DynamoDB Local and in the embedded table.
 *
 * There are two kinds of item. A *claim* is one restart of one process (`web.1`): written before the restart is
 * asked for, so that a window holds one. A *turn* (`web`) is a short lease on a type's restarts: who holds it
 * may judge how many of the type are down, for nobody else is taking one down meanwhile.
 *
 *     read ──▶ list dynos ──▶ decide ──▶ take turn ──▶ claim ──▶ DELETE ──▶ settle ──▶ end turn
 *       └────── nobody else had the turn ─────┘           │
 *                since, or it is not taken                └── lease (50 s): who finds the claim unsettled
 *                                                             after that looks whether the dyno is still there
 *
 * What surprises: clocks of different runs may differ, so a lease is far longer than what is done under it. From
 * taking the turn a run has START_WITHIN_MS to begin its DELETE, which takes 10 s at most: 15 s, where the lease is
 * 50 s. That leaves half a minute for another clock to be ahead, and 5 s for a dyno list that lags.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { SECONDS_A_YEAR } from './config/app-config.ts';
import { AppError, describeError } from './errors.ts';
import {
  type Claim,
  claimItem,
  DAY_SECONDS,
  type Turn,
  text,
  toClaim,
  toTurn,
  turnItem,
} from './restart-items.ts';

/** What the table knows of one app. */
export interface RestartHistory {
  readonly claims: ReadonlyMap<string, Claim>;
  readonly turns: ReadonlyMap<string, Turn>;
}

export const LEASE_MS = 50_000;

/** After taking its turn, a run begins its restart within this time or not at all. */
export const START_WITHIN_MS = 5000;

const WRITE_LIMIT_MS = 6000;

/** What is used of a `DynamoDBClient`. */
export interface TableClient {
  send(
    command: QueryCommand,
    options: SendOptions,
  ): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>>;
  send(command: PutItemCommand | DeleteItemCommand, options: SendOptions): Promise<unknown>;
}

export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

export interface RestartsOptions {
  /** Called at the first use: a scan with nothing to restart needs no client. */
  readonly client: () => TableClient;
  readonly tableName: string;
  readonly randomId: () => string;
  /** Aborts when even a write that is under way has to be left alone. */
  readonly giveUp: AbortSignal;
}

/** Every method throws AppError `restarts-table` where the table cannot be read or written. */
export class Restarts {
  readonly #options: RestartsOptions;

  constructor(options: RestartsOptions) {
    this.#options = options;
  }

  /** All that is known of an app's restarts, read consistently. */
  async read(app: string): Promise<RestartHistory> {
    const claims = new Map<string, Claim>();
    const turns = new Map<string, Turn>();
    let from: Record<string, AttributeValue> | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#options.tableName,
        ConsistentRead: true,
        KeyConditionExpression: '#app = :app',
        ExpressionAttributeNames: { '#app': 'app' },
        ExpressionAttributeValues: { ':app': { S: app } },
        ExclusiveStartKey: from,
      });
      const page = await this.#call(async (client, abortSignal) => {
        const { Items, LastEvaluatedKey } = await client.send(command, { abortSignal });
        // Nothing known is an empty list.
        if (Items === undefined) throw new Error('the answer lists no items');
        return { Items, LastEvaluatedKey };
      });
      for (const item of page.Items) {
        const process = text(item, 'process');
        if (process.includes('.')) claims.set(process, toClaim(item));
        else turns.set(process, toTurn(item));
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return { claims, turns };
  }

  /**
   * Takes the turn for a type, where nobody has had it since `history` was read. That makes the dyno list that
   * was read after the history still true: no other run has restarted one of the type in between.
   *
   * @returns null where another run has it, or has had it
   */
  async takeTurn(app: string, type: string, history: RestartHistory, now: number): Promise<Turn | null> {
    const seen = history.turns.get(type);
    if (seen !== undefined && seen.leaseUntil > now) return null;
    const turn: Turn = { type, turnId: this.#options.randomId(), leaseUntil: now + LEASE_MS };
    const taken = await this.#putIf({
      Item: turnItem(app, turn, now),
      // The own id: a write that was sent twice, its first answer lost, is still one's own.
      ConditionExpression:
        'attribute_not_exists(#process) OR (turnId = :seen AND leaseUntil = :seenLease) OR turnId = :own',
      ExpressionAttributeNames: { '#process': 'process' },
      ExpressionAttributeValues: {
        ':seen': { S: seen?.turnId ?? 'none' },
        ':seenLease': { N: String(seen?.leaseUntil ?? 0) },
        ':own': { S: turn.turnId },
      },
    });
    return taken ? turn : null;
  }

  /** Gives the turn up, so that the next run need not wait for the lease to end. */
  async endTurn(app: string, turn: Turn, now: number): Promise<void> {
    await this.#putIf({
      Item: turnItem(app, { ...turn, leaseUntil: 0 }, now),
      ConditionExpression: 'turnId = :own',
      ExpressionAttributeValues: { ':own': { S: turn.turnId } },
    });
  }

  /**
   * Claims the restart of a process: once in a window, whoever asks. Afterwards the restart may be asked for.
   *
   * @param before what the table said of the process before
   * @returns null where another run was faster
   */
  async claim(
    options: { app: string; process: string; dyno: string; windowSeconds: number; now: number },
    before: Claim | undefined,
  ): Promise<Claim | null> {
    const { app, process, dyno, windowSeconds, now } = options;
    const claim: Claim = {
      app,
      process,
      dyno,
      restartedAt: now,
      state: 'claimed',
      claimId: this.#options.randomId(),
      leaseUntil: now + LEASE_MS,
      restarts: restartsInRow(options, before),
      // Only to clean up, for conditions compare the time themselves, and only when it could not matter any more:
      // the window counts that the config names then, and restarts in a row lie two of them apart at most.
      expiresAt: Math.ceil(now / 1000) + 2 * SECONDS_A_YEAR + DAY_SECONDS,
    };
    const claimed = await this.#putIf({
      Item: claimItem(claim),
      ConditionExpression:
        'attribute_not_exists(#process) OR claimId = :own' +
        ' OR (restartedAt <= :windowStart AND (#state = :done OR leaseUntil <= :now))' +
        ' OR (#state = :claimed AND leaseUntil <= :now AND dyno = :dyno)',
      ExpressionAttributeNames: { '#process': 'process', '#state': 'state' },
      ExpressionAttributeValues: {
        ':own': { S: claim.claimId },
        ':windowStart': { N: String(now - windowSeconds * 1000) },
        ':now': { N: String(now) },
        ':done': { S: 'done' },
        ':claimed': { S: 'claimed' },
        ':dyno': { S: dyno },
      },
    });
    return claimed ? claim : null;
  }

  /** Heroku accepted the restart: the window holds. */
  async settle(claim: Claim): Promise<void> {
    await this.#putIf({
      Item: claimItem({ ...claim, state: 'done' }),
      ConditionExpression: 'claimId = :own',
      ExpressionAttributeValues: { ':own': { S: claim.claimId } },
    });
  }

  /** Heroku refused the restart: what stood before the claim stands again, and the window is not spent. */
  async giveBack(claim: Claim, before: Claim | undefined): Promise<void> {
    const own = {
      ConditionExpression: 'claimId = :own',
      ExpressionAttributeValues: { ':own': { S: claim.claimId } },
    };
    if (before !== undefined) {
      await this.#putIf({ Item: claimItem(before), ...own });
      return;
    }
    const command = new DeleteItemCommand({
      TableName: this.#options.tableName,
      Key: { app: { S: claim.app }, process: { S: claim.process } },
      ...own,
    });
    await this.#ifConditionHolds((client, abortSignal) => client.send(command, { abortSignal }));
  }

  async #putIf(input: Omit<PutItemCommandInput, 'TableName'>): Promise<boolean> {
    const command = new PutItemCommand({ TableName: this.#options.tableName, ...input });
    return this.#ifConditionHolds((client, abortSignal) => client.send(command, { abortSignal }));
  }

  async #ifConditionHolds(
    write: (client: TableClient, signal: AbortSignal) => Promise<unknown>,
  ): Promise<boolean> {
    return this.#call(async (client, signal) => {
      try {
        await write(client, signal);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  }

  async #call<T>(send: (client: TableClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { tableName } = this.#options;
    try {
      return await send(
        this.#options.client(),
        AbortSignal.any([this.#options.giveUp, AbortSignal.timeout(WRITE_LIMIT_MS)]),
      );
    } catch (error) {
      throw new AppError(
        'restarts-table',
        `The table ${tableName} could not be read or written: ${describeError(error)}.`,
        { cause: error },
      );
    }
  }
}

function restartsInRow(
  { dyno, windowSeconds, now }: { dyno: string; windowSeconds: number; now: number },
  before: Claim | undefined,
): number {
  if (before === undefined || now - before.restartedAt > 2 * windowSeconds * 1000) return 1;
  // Tried again, because the one before did not happen: it is still the same restart.
  const sameRestart = before.state === 'claimed' && before.dyno === dyno;
  return sameRestart ? before.restarts : before.restarts + 1;
}
