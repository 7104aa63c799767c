import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundedAnswers } from '../../lib/bounded-answers.ts';
import { type Answer, reply, type Served, serve } from './serve.ts';

const MEBIBYTE = 1024 * 1024;
const LONGEST = 8 * MEBIBYTE;

const configuration = (server: Served) => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  extensions: [boundedAnswers],
  maxAttempts: 3,
});

/** Each service, asked something. Resolves to what was answered. */
const SERVICES: readonly (readonly [name: string, ask: (server: Served) => Promise<object>])[] = [
  [
    'SSM',
    async (server) => {
      const client = new SSMClient(configuration(server));
      onTestFinished(() => client.destroy());
      return client.send(new GetParameterCommand({ Name: 'any' }));
    },
  ],
  [
    'DynamoDB',
    async (server) => {
      const client = new DynamoDBClient(configuration(server));
      onTestFinished(() => client.destroy());
      return client.send(new QueryCommand({ TableName: 'any' }));
    },
  ],
  [
    'EventBridge',
    async (server) => {
      const client = new EventBridgeClient(configuration(server));
      onTestFinished(() => client.destroy());
      return client.send(new PutEventsCommand({ Entries: [] }));
    },
  ],
];

/** So many bytes of JSON, in pieces. */
function ofLength(bytes: number, status: number): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.write(`{"Padding":"`);
    response.write('x'.repeat(bytes - `{"Padding":""}`.length));
    response.end(`"}`);
  };
}

/** Until the client goes away. */
function endless(status: number): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    const piece = Buffer.alloc(MEBIBYTE, ' ');
    const pump = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', pump);
    pump();
  };
}

describe.each(SERVICES)('the answer of %s', (_, ask) => {
  it('is read whole, up to 8 MiB', async () => {
    const server = await serve(ofLength(LONGEST, 200));
    await expect(ask(server)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it.each([
    [200, 1],
    [400, 1],
    // As every server error, it is tried again.
    [500, 3],
  ])('fails beyond that: status %i, asked for %i times', async (status, times) => {
    const server = await serve(ofLength(LONGEST + 1, status));
    await expect(ask(server)).rejects.toThrow('the answer is longer than 8388608 bytes');
    expect(server.asked).toHaveLength(times);
  });

  it.each([200, 400, 500])('is ended where it has no end: status %i', async (status) => {
    const server = await serve(endless(status));
    await expect(ask(server)).rejects.toThrow('the answer is longer than 8388608 bytes');
    await server.clientGone;
  });

  it('that breaks off is asked for again', async () => {
    const server = await serve((response, asked, index) => {
      if (index > 0) return reply(200, {})(response, asked, index);
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{');
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
    await expect(ask(server)).resolves.toBeDefined();
    expect(server.asked).toHaveLength(2);
  });
});
