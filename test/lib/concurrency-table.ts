/**
 * The table as overlapping runs see it: in memory, one write at a time, and exactly the commands and condition
 * expressions that `lib/restarts.ts` uses. Any other is an error: it would be tested by nobody.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { SendOptions, TableClient } from '../../lib/restarts.ts';
import type { Run, Step, World } from './concurrency-time.ts';

type Item = Readonly<Record<string, AttributeValue>>;
type Command = PutItemCommand | DeleteItemCommand | QueryCommand;
type Answer = Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>;

/** As DynamoDB does: a comparison with an attribute that is not there is false. */
class Comparison {
  readonly #item: Item | undefined;
  readonly #values: Item;

  constructor(item: Item | undefined, values: Item) {
    this.#item = item;
    this.#values = values;
  }

  get exists(): boolean {
    return this.#item !== undefined;
  }

  same(name: string, value: string): boolean {
    const [left, right] = [this.#item?.[name], this.#value(value)];
    if (left?.S !== undefined) return left.S === right.S;
    return left?.N !== undefined && right.N !== undefined && Number(left.N) === Number(right.N);
  }

  atMost(name: string, value: string): boolean {
    const [left, right] = [this.#item?.[name]?.N, this.#value(value).N];
    if (right === undefined) throw new Error(`${value} is no number`);
    return left !== undefined && Number(left) <= Number(right);
  }

  #value(name: string): AttributeValue {
    const value = this.#values[name];
    if (value === undefined) throw new Error(`ExpressionAttributeValues has no ${name}`);
    return value;
  }
}

const CONDITIONS: ReadonlyMap<string, (item: Comparison) => boolean> = new Map([
  ['turnId = :own', (item: Comparison) => item.same('turnId', ':own')],
  ['claimId = :own', (item: Comparison) => item.same('claimId', ':own')],
  [
    'attribute_not_exists(#process) OR (turnId = :seen AND leaseUntil = :seenLease) OR turnId = :own',
    (item: Comparison) =>
      !item.exists ||
      (item.same('turnId', ':seen') && item.same('leaseUntil', ':seenLease')) ||
      item.same('turnId', ':own'),
  ],
  [
    'attribute_not_exists(#process) OR claimId = :own' +
      ' OR (restartedAt <= :windowStart AND (#state = :done OR leaseUntil <= :now))' +
      ' OR (#state = :claimed AND leaseUntil <= :now AND dyno = :dyno)',
    (item: Comparison) =>
      !item.exists ||
      item.same('claimId', ':own') ||
      (item.atMost('restartedAt', ':windowStart') &&
        (item.same('state', ':done') || item.atMost('leaseUntil', ':now'))) ||
      (item.same('state', ':claimed') && item.atMost('leaseUntil', ':now') && item.same('dyno', ':dyno')),
  ],
]);

const NAMES: Readonly<Record<string, string>> = { '#app': 'app', '#process': 'process', '#state': 'state' };

export class Table {
  readonly #items = new Map<string, Item>();
  /** By dyno: the shortest window that its restart was claimed under. Who tries again does what was granted then. */
  readonly windows = new Map<string, number>();

  get(process: string): Item | undefined {
    return this.#items.get(process);
  }

  /** The table as one run reaches it. */
  clientOf(run: Run, world: World, windowMs: number): TableClient {
    const send = (command: Command, { abortSignal }: SendOptions) =>
      world.operate<Answer>(run, {
        step: stepOf(command),
        what: describe(command),
        signal: abortSignal,
        mayBeLate: true,
        effect: () => {
          const answer = this.#execute(command);
          if (stepOf(command) === 'claim') this.#noteWindow(command, windowMs);
          return answer;
        },
        // Throttled and done all the same: the client has sent it twice, and the first answer was lost.
        failure: ({ status }) => {
          if (status === 0 || status >= 500) throw new Error('socket hang up');
          throw new ProvisionedThroughputExceededException({ $metadata: {}, message: 'Rate exceeded' });
        },
      });
    return { send };
  }

  /** The table as it is, without a world. */
  client(): TableClient {
    return { send: async (command: Command) => this.#execute(command) };
  }

  #noteWindow(command: Command, windowMs: number): void {
    const dyno = command instanceof PutItemCommand ? command.input.Item?.dyno?.S : undefined;
    if (dyno !== undefined) this.windows.set(dyno, Math.min(windowMs, this.windows.get(dyno) ?? windowMs));
  }

  #execute(command: Command): Answer {
    for (const [name, attribute] of Object.entries(command.input.ExpressionAttributeNames ?? {})) {
      if (NAMES[name] !== attribute) throw new Error(`Unknown name ${name} for ${attribute}`);
    }
    if (command instanceof QueryCommand) {
      const { KeyConditionExpression, ConsistentRead } = command.input;
      if (KeyConditionExpression !== '#app = :app' || ConsistentRead !== true) {
        throw new Error(`Unknown query ${JSON.stringify(command.input)}`);
      }
      return { Items: [...this.#items.values()] };
    }
    const key = keyOf(command);
    const { ConditionExpression = '', ExpressionAttributeValues = {} } = command.input;
    const condition = CONDITIONS.get(ConditionExpression);
    if (condition === undefined) throw new Error(`Unknown condition ${ConditionExpression}`);
    if (!condition(new Comparison(this.#items.get(key), ExpressionAttributeValues))) {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
    }
    if (command instanceof PutItemCommand) this.#items.set(key, command.input.Item ?? {});
    else this.#items.delete(key);
    return {};
  }
}

function keyOf(command: PutItemCommand | DeleteItemCommand): string {
  const key = command instanceof PutItemCommand ? command.input.Item : command.input.Key;
  const process = key?.process?.S;
  if (process === undefined) throw new Error(`No key: ${JSON.stringify(command.input)}`);
  return process;
}

function stepOf(command: Command): Step {
  if (command instanceof QueryCommand) return 'read';
  if (command instanceof DeleteItemCommand) return 'give back';
  const { Item = {}, ConditionExpression } = command.input;
  if (Item.state === undefined) return Item.leaseUntil?.N === '0' ? 'end turn' : 'take turn';
  if (ConditionExpression !== 'claimId = :own') return 'claim';
  return Item.claimId?.S === command.input.ExpressionAttributeValues?.[':own']?.S ? 'settle' : 'give back';
}

function describe(command: Command): string {
  const step = stepOf(command);
  return command instanceof QueryCommand ? step : `${step}: ${keyOf(command)}`;
}
