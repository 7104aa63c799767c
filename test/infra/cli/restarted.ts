/** Puts a restart into the table of a terminal's world, as the function would have. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/table.ts';
import { claimItem } from '../../../lib/restart-items.ts';
import type { Terminal } from './typed.ts';

export async function restarted(
  { clock, world }: Pick<Terminal, 'clock' | 'world'>,
  {
    app,
    process,
    minutesAgo,
    restarts = 1,
  }: { app: string; process: string; minutesAgo: number; restarts?: number },
): Promise<void> {
  const client = new DynamoDBClient({
    ...{ endpoint: world.table.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS },
  });
  const restartedAt = clock.now() - minutesAgo * 60_000;
  const claim = { app, process, dyno: 'd', restartedAt, state: 'done', claimId: 'c', leaseUntil: 0 } as const;
  const Item = claimItem({ ...claim, restarts, expiresAt: restartedAt / 1000 + 90_000 });
  await client.send(new PutItemCommand({ TableName: world.table.tableName, Item }));
  client.destroy();
}
