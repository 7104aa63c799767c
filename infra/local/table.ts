/**
 * The restarts table on one's own machine: dynalite, in memory, in this process, behind real HTTP. It means the
 * same as DynamoDB for conditional writes of single items, which is all that is used; it has no TTL.
 */
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { closeServer, listenOnLoopback } from './loopback.ts';

export interface LocalTable {
  readonly endpoint: string;
  readonly tableName: string;
  /** Every item, as plain objects. */
  items(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const TABLE_NAME = 'restarts';

/** Any credentials do, but the SDK insists on some. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const LOCAL_REGION = 'us-east-1';

export async function startTable(tableName = TABLE_NAME): Promise<LocalTable> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const endpoint = await listenOnLoopback(server);
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'app', AttributeType: 'S' },
        { AttributeName: 'process', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'app', KeyType: 'HASH' },
        { AttributeName: 'process', KeyType: 'RANGE' },
      ],
    }),
  );
  return {
    endpoint,
    tableName,
    async items() {
      const items: Record<string, unknown>[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const page = await client.send(
          new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey }),
        );
        items.push(...(page.Items ?? []).map(plainObject));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return items;
    },
    close() {
      client.destroy();
      return closeServer(server);
    },
  };
}

function plainObject(attributes: Record<string, AttributeValue>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plainValue(value)]));
}

/** Numbers become JavaScript numbers, sets become arrays. */
function plainValue(value: AttributeValue): unknown {
  if (value.N !== undefined) return Number(value.N);
  if (value.NS !== undefined) return value.NS.map(Number);
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.M !== undefined) return plainObject(value.M);
  return value.S ?? value.BOOL ?? value.SS ?? value.B ?? value.BS;
}
