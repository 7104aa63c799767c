/** The claims, on what AWS itself gives out to stand for DynamoDB: the contract that every other table keeps too. */
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

claimContract({
  name: 'DynamoDB Local',
  async start() {
    const database = await DynamoDbLocal.start();
    await database.createTableLike({
      ...TABLE,
      KeySchema: [...TABLE.KeySchema],
      AttributeDefinitions: [...TABLE.AttributeDefinitions],
    });
    return { client: database.client, tableName: TABLE.TableName, close: () => database.stop() };
  },
});
