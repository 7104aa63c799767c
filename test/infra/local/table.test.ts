import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startTable } from '../../../infra/local/table.ts';

async function start() {
  const table = await startTable();
  const client = new DynamoDBClient({
    endpoint: table.endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await table.close();
  });
  const put = (restartedAt: number) =>
    client.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: {
          app: { S: 'shop' },
          process: { S: 'web.1' },
          restartedAt: { N: String(restartedAt) },
          tags: { SS: ['one'] },
          more: { M: { done: { BOOL: false }, list: { L: [{ NULL: true }, { N: '1.5' }] } } },
        },
        ConditionExpression: 'attribute_not_exists(app) OR restartedAt < :old',
        ExpressionAttributeValues: { ':old': { N: String(restartedAt - 1000) } },
      }),
    );
  return { table, put };
}

it('keeps items of an app and a process, and shows them as plain objects', async () => {
  const { table, put } = await start();
  expect(await table.items()).toEqual([]);
  await put(5000);
  expect(await table.items()).toEqual([
    {
      app: 'shop',
      process: 'web.1',
      restartedAt: 5000,
      tags: ['one'],
      more: { done: false, list: [null, 1.5] },
    },
  ]);
});

it('holds to the condition of a write, for one writer of many', async () => {
  const { table, put } = await start();
  const writes = await Promise.allSettled(Array.from({ length: 10 }, () => put(5000)));
  expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await expect(put(5500)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  await put(7000);
  expect(await table.items()).toMatchObject([{ restartedAt: 7000 }]);
});
