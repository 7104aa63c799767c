import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';
import { startWorld } from '../../../infra/local/world.ts';
import { ACCEPT } from './heroku/client.ts';

async function start() {
  const world = await startWorld({ clock: new VirtualClock(), seed: 7 });
  onTestFinished(() => world.close());
  for (const [name, value] of Object.entries(world.environment)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return world;
}

it('is found by the SDK through the environment alone', async () => {
  const world = await start();
  world.configure('shop', { restartThreshold: 700 });
  world.configure('broken', '{');
  const ssm = new SSMClient();
  const read = async (name: string) => {
    const path = `${process.env.PARAMETER_PREFIX}/${name}`;
    return (await ssm.send(new GetParameterCommand({ Name: path, WithDecryption: true }))).Parameter;
  };
  expect(await read('tokens/default')).toMatchObject({ Value: world.token, Type: 'SecureString' });
  expect(await read('apps/shop')).toMatchObject({ Value: '{"restartThreshold":700}', Type: 'String' });
  expect(await read('apps/broken')).toMatchObject({ Value: '{' });
  const described = await new DynamoDBClient().send(
    new DescribeTableCommand({ TableName: process.env.RESTARTS_TABLE }),
  );
  expect(described.Table?.TableStatus).toBe('ACTIVE');
  expect(described.Table?.KeySchema).toEqual([
    { AttributeName: 'app', KeyType: 'HASH' },
    { AttributeName: 'process', KeyType: 'RANGE' },
  ]);
});

it('has a Heroku that knows the stored tokens', async () => {
  const world = await start();
  world.storeToken('other', 'HRKU-another-token', 'bob');
  for (const token of [world.token, 'HRKU-another-token']) {
    const headers = { accept: ACCEPT, authorization: `Bearer ${token}` };
    expect((await fetch(`${world.environment.HEROKU_API_URL}/apps`, { headers })).status).toBe(200);
  }
  expect(world.heroku.requests.map(({ account }) => account)).toEqual(['developer@example.com', 'bob']);
  expect(world.parameters.get('/whacamole/tokens/other')).toBe('HRKU-another-token');
});
