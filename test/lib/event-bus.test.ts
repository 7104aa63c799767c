import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { EventBus } from '../../lib/event-bus.ts';
import { type Answer, type Asked, hang, inTurn, reply, reset, type Served, serve } from './serve.ts';

const Request = z.object({ Entries: z.array(z.record(z.string(), z.string())) });
const entriesOf = ({ body }: Asked) => Request.parse(JSON.parse(body)).Entries;

const TYPE = { 'content-type': 'application/x-amz-json-1.1' };

/** Takes every entry, but for those whose detail says `refuse`. */
const takes: Answer = (response, asked, index) => {
  const entries = entriesOf(asked).map(({ Detail = '' }) =>
    Detail.includes('refuse')
      ? { ErrorCode: 'InternalFailure', ErrorMessage: 'Try later' }
      : { EventId: 'id' },
  );
  const refused = entries.filter((entry) => 'ErrorCode' in entry).length;
  reply(200, { FailedEntryCount: refused, Entries: entries }, TYPE)(response, asked, index);
};

function busAt(server: Pick<Served, 'url'>, giveUp: AbortSignal = AbortSignal.timeout(20_000)) {
  const made: EventBridgeClient[] = [];
  const client = () => {
    const one = new EventBridgeClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    made.push(one);
    onTestFinished(() => one.destroy());
    return one;
  };
  return { bus: new EventBus('alerts', client, giveUp), made };
}

function putMany(bus: EventBus, count: number): void {
  for (let index = 0; index < count; index++) bus.put('DynoRestart', `{"number":${index}}`);
}

describe('the event bus', () => {
  it('has each event under its name, from whacamole', async () => {
    const server = await serve(takes);
    const { bus } = busAt(server);
    bus.put('DynoRestart', '{"app":"shop"}');
    expect(await bus.close()).toBeNull();
    expect(server.asked.map((asked) => asked.headers['x-amz-target'])).toEqual(['AWSEvents.PutEvents']);
    expect(server.asked.flatMap(entriesOf)).toEqual([
      { EventBusName: 'alerts', Source: 'whacamole', DetailType: 'DynoRestart', Detail: '{"app":"shop"}' },
    ]);
  });

  it('is not even spoken to where there is nothing to say', async () => {
    const server = await serve(takes);
    const { bus, made } = busAt(server);
    expect(await bus.close()).toBeNull();
    expect(made).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  it.each([
    [1, [1]],
    [10, [10]],
    [11, [1, 10]],
    [25, [5, 10, 10]],
  ])('has %i events, ten at a time at most', async (count, batches) => {
    const server = await serve(takes);
    const { bus } = busAt(server);
    putMany(bus, count);
    expect(await bus.close()).toBeNull();
    const sizes = server.asked.map((asked) => entriesOf(asked).length);
    expect(sizes.sort((a, b) => a - b)).toEqual(batches);
    const numbers = server.asked.flatMap(entriesOf).map(({ Detail = '' }) => JSON.parse(Detail).number);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  });
});

describe('what is sent at a time', () => {
  it('is less than the bus takes, and nothing is lost', async () => {
    const server = await serve(takes);
    const { bus } = busAt(server);
    const details = [90_000, 90_000, 90_000, 10, 190_000, 10, 10].map((size) =>
      JSON.stringify('é'.repeat(size / 2)),
    );
    for (const detail of details) bus.put('AppFailed', detail);
    expect(await bus.close()).toBeNull();
    const batches = server.asked.map((asked) => entriesOf(asked).map(({ Detail = '' }) => Detail));
    for (const batch of batches) expect(Buffer.byteLength(batch.join(''))).toBeLessThan(256 * 1024);
    expect(batches.flat().sort()).toEqual([...details].sort());
  });
});

describe('a bus that fails', () => {
  it.each<[string, Answer, string]>([
    [
      'it is not there',
      reply(400, { __type: 'ResourceNotFoundException', message: 'No such bus' }, TYPE),
      'No such bus',
    ],
    ['it is forbidden', reply(400, { __type: 'AccessDeniedException', message: 'Not you' }, TYPE), 'Not you'],
    ['it is in trouble', reply(500, { __type: 'InternalException', message: 'Sorry' }, TYPE), 'Sorry'],
    ['it breaks off', reset, 'E'],
  ])('costs its events, and nothing else: %s', async (_, answer, why) => {
    const server = await serve(answer);
    const { bus } = busAt(server);
    putMany(bus, 12);
    expect(await bus.close()).toEqual({
      events: 12,
      message: expect.stringContaining('12 event(s) could not be put on the event bus alerts: '),
    });
    const again = busAt(server);
    putMany(again.bus, 1);
    expect((await again.bus.close())?.message).toContain(why);
  });

  it('for some of its events has them once more', async () => {
    const some = reply(
      200,
      { FailedEntryCount: 1, Entries: [{ EventId: 'id' }, { ErrorCode: 'ThrottlingException' }] },
      TYPE,
    );
    const server = await serve(inTurn(some, takes));
    const { bus } = busAt(server);
    putMany(bus, 2);
    expect(await bus.close()).toBeNull();
    expect(server.asked.map((asked) => entriesOf(asked).map(({ Detail }) => Detail))).toEqual([
      ['{"number":0}', '{"number":1}'],
      ['{"number":1}'],
    ]);
  });

  it('for some of its events again and again is said by their number', async () => {
    const server = await serve(takes);
    const { bus } = busAt(server);
    for (const detail of ['"fine"', '"refuse"', '"fine"', '"refuse"']) bus.put('DynoSpared', detail);
    expect(await bus.close()).toEqual({
      events: 2,
      message: '2 event(s) could not be put on the event bus alerts: InternalFailure: Try later',
    });
  });

  it.each<[string, unknown[], string]>([
    ['with no word on why', [{ ErrorCode: 'InternalFailure' }], 'InternalFailure: it does not say why'],
    [
      'each for another reason',
      [
        { ErrorCode: 'First', ErrorMessage: 'one' },
        { ErrorCode: 'Second', ErrorMessage: 'two' },
      ],
      'First: one',
    ],
  ])('for some of its events, %s, is said by the first of them', async (_, Entries, problem) => {
    const server = await serve(reply(200, { FailedEntryCount: Entries.length, Entries }, TYPE));
    const { bus } = busAt(server);
    putMany(bus, Entries.length);
    expect((await bus.close())?.message).toMatch(new RegExp(`: ${problem}$`));
  });

  it('to say what became of each event is believed to have them', async () => {
    const { bus } = busAt(await serve(reply(200, { FailedEntryCount: 0 }, TYPE)));
    putMany(bus, 2);
    expect(await bus.close()).toBeNull();
  });

  it('for one batch has the others', async () => {
    const server = await serve(inTurn(reply(500, {}, TYPE), takes));
    const { bus } = busAt(server);
    putMany(bus, 20);
    expect(await bus.close()).toMatchObject({ events: 10 });
  });

  it('by never answering is waited for no longer than there is time', async () => {
    const server = await serve(hang);
    const { bus } = busAt(server, AbortSignal.timeout(150));
    putMany(bus, 11);
    expect(await bus.close()).toMatchObject({ events: 11 });
  });

  it('by never answering costs four seconds after the scan, however much time there is', async () => {
    const { bus } = busAt(await serve(hang));
    putMany(bus, 1);
    const closedAt = performance.now();
    expect(await bus.close()).toMatchObject({ events: 1 });
    expect(performance.now() - closedAt).toBeGreaterThan(3900);
    expect(performance.now() - closedAt).toBeLessThan(10_000);
  });

  it('because nobody can speak to it never makes putting an event fail', async () => {
    const bus = new EventBus(
      'alerts',
      () => {
        throw new Error('no region');
      },
      AbortSignal.timeout(20_000),
    );
    expect(() => putMany(bus, 30)).not.toThrow();
    expect(await bus.close()).toEqual({
      events: 30,
      message: '30 event(s) could not be put on the event bus alerts: no region',
    });
  });
});
