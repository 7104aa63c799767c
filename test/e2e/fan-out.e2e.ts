/**
 * The stack of somebody with many apps, where three are many: the deployed scan hands them to the deployed queue, and
 * the deployed second function works off what Lambda would hand it from there.
 */
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueuedMessage, sqsEvent } from '../../infra/local/batch-queue.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/table.ts';
import { DeployedFunction } from './deployed-function.ts';
import { commandsOf, leftOut } from './readme.ts';
import { addLeakingApp, bringTableOver, type Stage, setStage } from './stage.ts';

const APPS = ['shop', 'blog', 'wiki'];

describe('whoever has many apps', () => {
  let stage: Stage;
  let scan: DeployedFunction;
  let batch: DeployedFunction;
  let queueUrl = '';
  let messages: readonly QueuedMessage[] = [];

  beforeAll(async () => {
    stage = await setStage();
    for (const app of APPS) {
      const added = addLeakingApp(stage.heroku, app);
      added.features['log-runtime-metrics'] = true;
      added.deploy();
    }
    stage.passSeconds(60);
  });

  afterAll(async () => {
    await scan?.forget();
    await batch?.forget();
    await stage?.close();
  });

  it('deploys a queue and a second function along with the first', async () => {
    const [bootstrap = ''] = commandsOf('Deploy it').filter((command) => command.includes('cdk bootstrap'));
    await stage.terminal.run(bootstrap);
    await stage.terminal.run('npm run deploy -- -c fanOutAbove=2 -c batchesAtOnce=20');
    const { Functions } = await stage.terminal.ask<{
      Functions: { FunctionName: string; Environment: { Variables: Record<string, string> } }[];
    }>('aws lambda list-functions');
    const [sender, ...others] = Functions.filter(
      ({ Environment }) => 'FAN_OUT_ABOVE' in Environment.Variables,
    );
    const [worker] = Functions.filter(({ Environment }) => !('FAN_OUT_ABOVE' in Environment.Variables));
    if (sender === undefined || worker === undefined || others.length > 0 || Functions.length !== 2) {
      throw new Error(`Expected two functions, one of which sends: ${JSON.stringify(Functions)}`);
    }
    expect(sender.Environment.Variables).toMatchObject({ FAN_OUT_ABOVE: '2' });
    queueUrl = sender.Environment.Variables.BATCH_QUEUE_URL ?? '';
    scan = await DeployedFunction.fetch(stage, sender.FunctionName);
    batch = await DeployedFunction.fetch(stage, worker.FunctionName);
    await bringTableOver(stage, sender.Environment.Variables.RESTARTS_TABLE ?? '');
  });

  it('has Lambda hand over one batch at a time, and take back what failed', async () => {
    const { EventSourceMappings } = await stage.terminal.ask<{ EventSourceMappings: unknown[] }>(
      'aws lambda list-event-source-mappings',
    );
    expect(EventSourceMappings).toMatchObject([
      { BatchSize: 1, FunctionArn: batch.description.Configuration.FunctionArn, State: 'Enabled' },
    ]);
  });

  it('sees the apps in the queue, and no token with them', async () => {
    await stage.terminal.run(
      `aws ssm put-parameter --name /whacamole/tokens/default --type SecureString --value "$HEROKU_API_KEY"`,
    );
    for (const app of APPS) {
      await stage.terminal.run(
        `aws ssm put-parameter --name /whacamole/apps/${app} --type String --value '{}'`,
      );
    }
    stage.reachNow();
    const { answer, of } = await scan.scan();
    expect(answer.error).toBeUndefined();
    expect(of('ScanDone')).toMatchObject([{ apps: 3, batches: 1, dynos: 0, restarts: 0 }]);
    const sqs = new SQSClient({
      ...{ endpoint: stage.aws.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS },
      // The emulator says where the queue would be in the cloud.
      useQueueUrlAsEndpoint: false,
    });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
    sqs.destroy();
    messages = Messages.map(({ MessageId: messageId = '', Body: body = '' }) => ({ messageId, body }));
    expect(messages).toHaveLength(1);
    expect(JSON.stringify(messages).includes('HRKU-')).toBe(false);
  });

  it('sees each leaking dyno restarted by the second function, once, though the batch comes twice', async () => {
    const event = sqsEvent(...messages);
    const first = await batch.scan(event);
    expect(first.answer.error).toBeUndefined();
    expect(first.answer.result).toEqual({ batchItemFailures: [] });
    expect(first.of('BatchDone')).toMatchObject([{ apps: 3, dynos: 6, restarts: 3, failures: 0 }]);
    const again = await batch.scan(event);
    expect(again.of('BatchDone')).toMatchObject([{ restarts: 0 }]);
    const restarted = stage.heroku.restarts.map(({ app, process }) => `${app} ${process}`);
    expect(restarted.sort()).toEqual(['blog web.1', 'shop web.1', 'wiki web.1']);
  });

  it('sees a late batch dropped', async () => {
    const body = JSON.stringify({ ...JSON.parse(messages[0]?.body ?? ''), sentAt: Date.now() - 61_000 });
    const { of } = await batch.scan(sqsEvent({ messageId: 'late', body }));
    expect(of('BatchDropped')).toMatchObject([{ reason: 'late', apps: expect.arrayContaining(APPS) }]);
  });

  it('deploys anew for more apps, as the page on scale says', async () => {
    for (const command of commandsOf('Where one function ends', 'docs/scale.md')) {
      await stage.terminal.run(command);
    }
    const changed = await stage.terminal.ask<unknown>(
      `aws lambda get-function-configuration --function-name ${scan.description.Configuration.FunctionName}`,
    );
    expect(changed).toMatchObject({ Environment: { Variables: { FAN_OUT_ABOVE: '1000' } } });
    expect(leftOut('fan-out.e2e.ts', stage.terminal.typed)).toEqual([]);
  });
});
