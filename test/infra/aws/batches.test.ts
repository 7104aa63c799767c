import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { onlyOne, propertiesOf, readable, synthesise } from './synthesise.ts';

const MANY = { fanOutAbove: 1000 };

describe('where apps are many', () => {
  test('a second function scans batches, a minute old at most by its own word, and retries what failed', () => {
    expect(onlyOne(synthesise(MANY), 'AWS::Lambda::EventSourceMapping')).toEqual({
      BatchSize: 1,
      EventSourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^BatchesQueue/), 'Arn'] },
      FunctionName: { Ref: expect.stringMatching(/^ScanBatch/) },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 50 },
    });
  });

  test('the queue keeps nothing for long, is encrypted, and answers over TLS alone', () => {
    const template = synthesise(MANY);
    expect(onlyOne(template, 'AWS::SQS::Queue')).toEqual({
      MessageRetentionPeriod: 300,
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 60,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  test('the scan knows where to send, and from how many on; the other function does not', () => {
    const functions = propertiesOf(synthesise(MANY), 'AWS::Lambda::Function');
    const environments = functions.map(({ Environment }) => Environment.Variables);
    expect(environments).toHaveLength(2);
    expect(environments).toContainEqual({
      PARAMETER_PREFIX: '/whacamole',
      RESTARTS_TABLE: { Ref: expect.stringMatching(/^Restarts/) },
      EVENT_BUS_NAME: 'default',
      BATCH_QUEUE_URL: { Ref: expect.stringMatching(/^BatchesQueue/) },
      FAN_OUT_ABOVE: '1000',
    });
    expect(environments.filter((variables) => 'FAN_OUT_ABOVE' in variables)).toHaveLength(1);
  });

  test('both functions run alike, and a batch is no invocation of its own that Lambda would retry', () => {
    const template = synthesise(MANY);
    const alike = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ Runtime, Architectures, MemorySize, Timeout, LoggingConfig }) => ({
        ...{ Runtime, Architectures, MemorySize, Timeout, LoggingConfig },
      }),
    );
    expect(alike[0]).toEqual(alike[1]);
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 1);
  });

  test('as many batches are scanned at once as the owner says', () => {
    synthesise({ ...MANY, batchesAtOnce: '200' }).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ScalingConfig: { MaximumConcurrency: 200 },
    });
  });

  test('an alarm says where batches are dropped', () => {
    const alarms = propertiesOf(synthesise(MANY), 'AWS::CloudWatch::Alarm');
    const [alarm] = alarms.filter(({ MetricName }) => MetricName === 'BatchDropped');
    expect(readable(alarm?.AlarmDescription)).toContain('-c batchesAtOnce=100');
  });
});

test('whoever has few apps has no queue, and pays for none', () => {
  const template: Template = synthesise();
  for (const type of ['AWS::SQS::Queue', 'AWS::Lambda::EventSourceMapping'])
    template.resourceCountIs(type, 0);
  template.resourceCountIs('AWS::Lambda::Function', 1);
});
