/**
 * More apps than one function should scan: they go to a queue in batches, and the laws hold as they do without. By
 * the sources of both functions, over a queue on loopback.
 */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHandler } from '../../functions/scan.ts';
import { type BatchHandler, createBatchHandler } from '../../functions/scan-batch.ts';
import { BatchQueue, type QueuedMessage, sqsEvent } from '../../infra/local/batch-queue.ts';
import { WaitingClock } from '../../infra/local/waiting-clock.ts';
import { type ScanRecord, type Scene, startScene, type WrittenEvent } from './scene.ts';

const FINE = { baseMb: 300 };
const OVER = { baseMb: 600 };
const ABOVE = 120;

let scene: Scene;
let queue: BatchQueue;
let environment: Record<string, string>;

beforeEach(async () => {
  scene = await startScene(async () => createHandler, { rateLimit: { capacity: 1e6 } });
  queue = new BatchQueue();
  await queue.listen();
  environment = { ...queue.environment, FAN_OUT_ABOVE: String(ABOVE) };
  Object.assign(process.env, environment);
  onTestFinished(async () => {
    await scene.world.close();
    await queue.close();
  });
});
afterEach(() => {
  for (const name of Object.keys(environment)) delete process.env[name];
});

/** Apps of a dyno each; those that are multiples of 50 are over their threshold. */
function addApps(count: number, config: (index: number) => unknown = () => ({})): void {
  for (let index = 1; index <= count; index++) {
    scene.heroku.addApp(`app-${index}`).scale('web', 1, index % 50 === 0 ? OVER : FINE);
    scene.world.configure(`app-${index}`, config(index));
  }
  scene.advanceMinutes(10);
}

interface Worker {
  readonly work: (message: QueuedMessage) => ReturnType<BatchHandler>;
  of(event: string): WrittenEvent[];
  output(): string;
}

function worker(): Worker {
  let output = '';
  const handler = createBatchHandler({
    environment: scene.world.environment,
    clock: new WaitingClock(scene.clock, 60),
    write(line) {
      output += line;
    },
  });
  const events = (): WrittenEvent[] =>
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    work: (message) => handler(sqsEvent(message), { getRemainingTimeInMillis: () => 55_000 }),
    of: (name) => events().filter(({ event }) => event === name),
    output: () => output,
  };
}

const restarted = () => scene.heroku.restarts.map(({ app }) => app).sort();

describe('up to a number of apps', () => {
  it('nothing is queued, and the scan is its own', async () => {
    addApps(ABOVE);
    const { done } = await scene.coldScan(environment);
    expect(queue.messages).toEqual([]);
    expect(done).toMatchObject({ apps: ABOVE, dynos: ABOVE, restarts: 2 });
    expect(done).not.toMatchObject({ batches: expect.any(Number) });
  });
});

describe('above it', () => {
  it('every app goes into one batch, and each that is over is restarted once', async () => {
    addApps(250);
    const { done, of } = await scene.coldScan(environment);
    expect(done).toMatchObject({ apps: 250, batches: 3, dynos: 0, restarts: 0, herokuRequests: 0 });
    expect(of('AppFailed')).toEqual([]);
    const apps = queue.messages.flatMap(({ body }) => Object.keys(JSON.parse(body).apps));
    expect(new Set(apps).size).toBe(250);
    expect(apps).toHaveLength(250);

    const workers = queue.messages.map(() => worker());
    const answers = await Promise.all(queue.messages.map((message, index) => workers[index]?.work(message)));
    expect(answers).toEqual(Array(3).fill({ batchItemFailures: [] }));
    expect(restarted()).toEqual(['app-100', 'app-150', 'app-200', 'app-250', 'app-50']);
    const batches = workers.flatMap(({ of: events }) => events('BatchDone'));
    expect(batches.reduce((sum, { apps: count }) => sum + Number(count), 0)).toBe(250);
    expect(batches.reduce((sum, { restarts }) => sum + Number(restarts), 0)).toBe(5);
  });

  it('a batch that is delivered twice at the same time restarts nothing twice', async () => {
    addApps(150);
    await scene.coldScan(environment);
    const twice = [...queue.messages, ...queue.messages];
    await Promise.all(twice.map((message) => worker().work(message)));
    expect(restarted()).toEqual(['app-100', 'app-150', 'app-50']);
  });

  it('an app whose config is wrong is told at once, and goes to nobody', async () => {
    addApps(150, (index) => (index === 7 ? { restartTreshold: 1 } : {}));
    const scan = await scene.coldScan(environment);
    expect(scan.of('AppFailed')).toMatchObject([{ app: 'app-7', reason: 'config' }]);
    expect(queue.messages.some(({ body }) => body.includes('"app-7"'))).toBe(false);
    expect(scan.error).toBeUndefined();
  });

  it('no message holds a token, and neither do the events', async () => {
    addApps(150);
    const scan = await scene.coldScan(environment);
    const reader = worker();
    for (const message of queue.messages) await reader.work(message);
    for (const text of [scan.output, reader.output(), JSON.stringify(queue.messages)]) {
      expect(text).not.toContain(scene.world.token);
    }
  });

  it('batches are sent while apps are still being listed', async () => {
    addApps(300);
    const scan: Promise<ScanRecord> = scene.coldScan(environment);
    while (queue.messages.length === 0) await new Promise(setImmediate);
    expect(listedSoFar()).toBeLessThan(300);
    await scan;
    expect(queue.messages).toHaveLength(3);
  });
});

describe('a batch', () => {
  async function oneBatch(): Promise<QueuedMessage> {
    addApps(150);
    await scene.coldScan(environment);
    const [message] = queue.messages;
    if (message === undefined) throw new Error('Expected a batch');
    return message;
  }

  it('that is older than a minute is dropped, and says so', async () => {
    const message = await oneBatch();
    scene.clock.advance(61_000);
    const { work, of } = worker();
    expect(await work(message)).toEqual({ batchItemFailures: [] });
    expect(of('BatchDropped')).toMatchObject([
      { reason: 'late', apps: expect.arrayContaining(['app-50']), message: expect.stringContaining('61 s') },
    ]);
    expect(of('BatchDone')).toEqual([]);
    expect(scene.heroku.requests).toEqual([]);
  });

  it('of which the tokens cannot be read is delivered again', async () => {
    const message = await oneBatch();
    scene.world.parameters.faults.push({ do: { code: 'InternalServerError', status: 500 } });
    const { work, of } = worker();
    expect(await work(message)).toEqual({ batchItemFailures: [{ itemIdentifier: message.messageId }] });
    expect(of('BatchDropped')).toMatchObject([{ reason: 'failed' }]);
    scene.world.parameters.faults.length = 0;
    expect(await work(message)).toEqual({ batchItemFailures: [] });
    expect(of('BatchDone')).toMatchObject([{ apps: 100 }]);
    expect(restarted()).toContain('app-100');
  });

  it.each(['', 'no JSON', '[]', '{"apps":{}}', '{"sentAt":"now","apps":{}}', '{"sentAt":1,"apps":{"a":{}}}'])(
    'that is none is dropped: %s',
    async (body) => {
      const { work, of } = worker();
      expect(await work({ messageId: '1', body })).toEqual({ batchItemFailures: [] });
      expect(of('BatchDropped')).toMatchObject([{ reason: 'malformed' }]);
    },
  );

  it('that cannot be sent is named, and the others go', async () => {
    addApps(250);
    queue.refusals = 1;
    const scan = await scene.coldScan(environment);
    expect(scan.of('BatchDropped')).toMatchObject([{ reason: 'not-sent' }]);
    expect(scan.error).toBeUndefined();
    expect(queue.messages).toHaveLength(2);
  });

  it('fails the scan where it is the only one and cannot be sent', async () => {
    addApps(130);
    queue.refusals = 10;
    const scan = await scene.coldScan(environment);
    expect(scan.error?.message).toContain('Not one of 2 batches could be sent');
  });
});

function listedSoFar(): number {
  return scene.world.parameters.requests.filter(({ action }) => action === 'GetParametersByPath').length * 10;
}
