/** The claims, on what AWS itself gives out to stand for DynamoDB: the contract that every other table keeps too. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startTable } from '../../infra/local/table.ts';
import { expectEqualAnswers } from '../lib/claim-answers.ts';
import { claimContract } from '../lib/claim-contract.ts';
import { DynamoDbLocal } from './dynamodb-local.ts';

const TABLE = {
  TableName: 'restarts',
  KeySchema: [
    { AttributeName: 'app', KeyType: 'HASH' },
    { AttributeName: 'process', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'app', AttributeType: 'S' },
    { AttributeName: 'process', AttributeType: 'S' },
  ],
} as const;

async function startDynamoDbLocal() {
  const database = await DynamoDbLocal.start();
  await database.createTableLike({
    ...TABLE,
    KeySchema: [...TABLE.KeySchema],
    AttributeDefinitions: [...TABLE.AttributeDefinitions],
  });
  return { client: database.client, tableName: TABLE.TableName, close: () => database.stop() };
}

claimContract({ name: 'DynamoDB Local', start: startDynamoDbLocal });

it('DynamoDB Local answers as the embedded table does', async () => {
  const [database, embedded] = await Promise.all([startDynamoDbLocal(), startTable()]);
  const client = new DynamoDBClient({
    endpoint: embedded.endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const counts = await expectEqualAnswers(
    [
      () => ({ client: () => database.client, tableName: database.tableName }),
      () => ({ client: () => client, tableName: embedded.tableName }),
    ],
    100,
  );
  client.destroy();
  await Promise.all([database.close(), embedded.close()]);
  // Otherwise it would say nothing.
  expect(Math.min(counts.granted, counts.refused)).toBeGreaterThan(30);
});
