import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startTable } from '../../infra/local/table.ts';
import { Restarts } from '../../lib/restarts.ts';
import { expectEqualAnswers } from './claim-answers.ts';
import { claimContract, tableProblem } from './claim-contract.ts';
import { Table } from './concurrency-table.ts';
import { hang, inTurn, reply, reset, serve } from './serve.ts';

const clientAt = (endpoint: string, maxAttempts = 1) =>
  new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, maxAttempts });

claimContract({
  name: 'the embedded table',
  async start() {
    const { endpoint, tableName, close } = await startTable();
    const client = clientAt(endpoint);
    return {
      client,
      tableName,
      close: () => {
        client.destroy();
        return close();
      },
    };
  },
});

it('the table of the overlapping runs answers as the embedded table does', async () => {
  const { endpoint, tableName, close } = await startTable();
  const client = clientAt(endpoint);
  const counts = await expectEqualAnswers(
    [
      () => ({ client: () => client, tableName }),
      () => {
        const table = new Table();
        return { client: () => table.client(), tableName };
      },
    ],
    150,
  );
  client.destroy();
  await close();
  // Otherwise it would say nothing.
  expect(Math.min(counts.granted, counts.refused)).toBeGreaterThan(50);
});

describe.concurrent('a table that cannot be had', () => {
  const restartsAt = (endpoint: string, maxAttempts?: number, giveUp = new AbortController().signal) =>
    new Restarts({
      client: () => clientAt(endpoint, maxAttempts),
      tableName: 'restarts',
      randomId: () => 'id',
      giveUp,
    });
  const turn = { type: 'web', turnId: 'id', leaseUntil: 0 };
  const claim = {
    app: 'shop',
    process: 'web.1',
    dyno: 'uuid',
    restartedAt: 0,
    state: 'claimed',
    claimId: 'id',
    leaseUntil: 0,
    restarts: 1,
    expiresAt: 0,
  } as const;
  const options = { app: 'shop', process: 'web.1', dyno: 'uuid', windowSeconds: 1, now: 0 };
  const calls: readonly (readonly [string, (restarts: Restarts) => Promise<unknown>])[] = [
    ['read', (restarts) => restarts.read('shop')],
    ['takeTurn', (restarts) => restarts.takeTurn('shop', 'web', { claims: new Map(), turns: new Map() }, 0)],
    ['endTurn', (restarts) => restarts.endTurn('shop', turn, 0)],
    ['claim', (restarts) => restarts.claim(options, undefined)],
    ['settle', (restarts) => restarts.settle(claim)],
    ['giveBack, with nothing before', (restarts) => restarts.giveBack(claim, undefined)],
    ['giveBack, with something before', (restarts) => restarts.giveBack(claim, claim)],
  ];

  it.concurrent.for(calls)(
    'because nobody listens is said by every method: %s',
    async ([, call], { expect }) => {
      const error = await tableProblem(call(restartsAt('http://127.0.0.1:9')));
      expect(error.message).toContain('The table restarts could not be read or written: ');
      expect(error.message).toContain('ECONNREFUSED');
      expect(error.cause).toBeInstanceOf(Error);
    },
  );

  it.concurrent('because it is not there is said in DynamoDB’s words', async ({ expect }) => {
    const table = await startTable('another');
    const error = await tableProblem(restartsAt(table.endpoint).read('shop'));
    expect(error.message).toContain('resource not found');
    await table.close();
  });

  it.concurrent.for([
    ['throttled', reply(400, { __type: 'ProvisionedThroughputExceededException', message: 'Slow down' })],
    ['forbidden', reply(400, { __type: 'AccessDeniedException', message: 'Not you' })],
    ['broken', reply(500, { __type: 'InternalServerError', message: 'Sorry' })],
    ['not a table at all', reply(200, '<html>')],
    ['reset', reset],
  ] as const)(
    'because it is %s is not taken for a claim that another has',
    async ([, answer], { onTestFinished }) => {
      const server = await serve(answer, onTestFinished);
      for (const [, call] of calls.slice(1)) await tableProblem(call(restartsAt(server.url)));
    },
  );

  it.concurrent('because its answer lists nothing is no empty table', async ({ expect, onTestFinished }) => {
    const server = await serve(reply(200, {}), onTestFinished);
    const error = await tableProblem(restartsAt(server.url).read('shop'));
    expect(error.message).toContain('the answer lists no items');
  });

  it.concurrent('at first is tried again by the client', async ({ expect, onTestFinished }) => {
    const nothing = reply(200, { Items: [] }, { 'content-type': 'application/x-amz-json-1.0' });
    const server = await serve(inTurn(reset, nothing), onTestFinished);
    const history = await restartsAt(server.url, 3).read('shop');
    expect(history).toEqual({ claims: new Map(), turns: new Map() });
    expect(server.asked).toHaveLength(2);
  });

  it.concurrent.for(calls)(
    'because it does not answer is said by every method when time is up: %s',
    async ([, call], { onTestFinished }) => {
      const server = await serve(hang, onTestFinished);
      await tableProblem(call(restartsAt(server.url, 3, AbortSignal.timeout(100))));
    },
  );
});

describe('the client', () => {
  const giveUp = new AbortController().signal;

  it('is not made before it is needed', () => {
    let made = 0;
    const client = () => {
      made++;
      return clientAt('http://127.0.0.1:9');
    };
    expect(new Restarts({ client, tableName: 'restarts', randomId: () => 'id', giveUp })).toBeDefined();
    expect(made).toBe(0);
  });

  it('that cannot be made is a table that cannot be had', async () => {
    const client = () => {
      throw new Error('no region');
    };
    const error = await tableProblem(
      new Restarts({ client, tableName: 'restarts', randomId: () => 'id', giveUp }).read('shop'),
    );
    expect(error.message).toContain('no region');
  });
});
