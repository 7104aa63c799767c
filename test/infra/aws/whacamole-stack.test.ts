import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { makeStack, onlyOne, readable, synthesise } from './synthesise.ts';

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('the table', () => {
  test('has the keys of the contract, costs only what is used, and can be restored', () => {
    expect(onlyOne(synthesise(), 'AWS::DynamoDB::Table')).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'app', AttributeType: 'S' },
        { AttributeName: 'process', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'app', KeyType: 'HASH' },
        { AttributeName: 'process', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('is all that stays when the stack goes', () => {
    for (const context of [{}, { alarmEmail: 'me@example.com' }]) {
      const template = synthesise(context);
      const kept = Object.values(template.toJSON().Resources as Record<string, Record<string, unknown>>)
        .filter((resource) => resource.DeletionPolicy === 'Retain')
        .map((resource) => resource.Type);
      expect(kept).toEqual(['AWS::DynamoDB::Table']);
    }
  });
});

describe('the function', () => {
  test('runs as the contract has it', () => {
    synthesise().hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 55,
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'INFO', ApplicationLogLevel: 'INFO' },
      ReservedConcurrentExecutions: Match.absent(),
      VpcConfig: Match.absent(),
    });
  });

  test('has this environment and no more', () => {
    expect(onlyOne(synthesise(), 'AWS::Lambda::Function').Environment.Variables).toEqual({
      PARAMETER_PREFIX: '/whacamole',
      RESTARTS_TABLE: { Ref: expect.stringMatching(/^Restarts/) },
      EVENT_BUS_NAME: 'default',
    });
  });

  test('hears of no bus where it is switched off', () => {
    const { Environment } = onlyOne(synthesise({ eventBusName: 'off' }), 'AWS::Lambda::Function');
    expect(Object.keys(Environment.Variables)).not.toContain('EVENT_BUS_NAME');
  });

  test('is not retried, and not run late: the next minute is the retry', () => {
    const once = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
    const template = synthesise();
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', once);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { Target: { RetryPolicy: once } });
  });

  test('takes memory and concurrency from the context', () => {
    synthesise({ memoryMb: '512', reservedConcurrency: '2' }).hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 512,
      ReservedConcurrentExecutions: 2,
    });
  });

  test('is the folder that was built, as it stands', () => {
    const { directory } = makeStack().app.synth();
    const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    expect(readdirSync(join(directory, ...assets))).toEqual(['index.mjs']);
  });
});

test.each([
  ['rate(1 minute)', 'rate(1 minute)'],
  ['rate(5 minutes)', 'rate(5 minutes)'],
  ['rate(1 hour)', 'rate(1 hour)'],
])('the schedule %s runs the function on time', (schedule, expression) => {
  synthesise({ schedule }).hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    State: 'ENABLED',
    Target: {
      Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Scan'), 'Arn'] },
      DeadLetterConfig: Match.absent(),
    },
  });
});

test.each([
  [{}, 30],
  [{ logRetentionDays: 7 }, 7],
])('the logs with %j are kept for %i days', (context, days) => {
  const template = synthesise(context);
  template.hasResource('AWS::Logs::LogGroup', {
    Properties: { RetentionInDays: days },
    DeletionPolicy: 'Delete',
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^Logs') } },
  });
});

test('names are generated, so that two copies live side by side', () => {
  const { stack } = makeStack({ stage: 'staging' });
  expect(stack.stackName).toBe('Whacamole-staging');
  const text = JSON.stringify(synthesise({ stage: 'staging' }).toJSON());
  expect(text).not.toMatch(/"(TableName|RoleName|DashboardName|AlarmName|TopicName)":/);
  expect(text).not.toMatch(/"(FunctionName|LogGroupName)":"/);
  expect(text).not.toContain('/whacamole/');
});

describe('the outputs', () => {
  const outputsOf = (context: Record<string, unknown> = {}): Record<string, string> => {
    const outputs = z
      .record(z.string(), z.looseObject({ Value: z.unknown(), Description: z.string() }))
      .parse(synthesise(context).toJSON().Outputs);
    return Object.fromEntries(Object.entries(outputs).map(([id, { Value }]) => [id, readable(Value)]));
  };

  test('are commands to paste, and the names to work with', () => {
    expect(outputsOf()).toEqual({
      NextStoreToken:
        'aws ssm put-parameter --name /whacamole/tokens/default --type SecureString ' +
        '--value "$(heroku authorizations:create --description Whacamole --scope read,write --short)"',
      NextWatchApp: "aws ssm put-parameter --name /whacamole/apps/YOUR-APP --type String --value '{}'",
      WatchEvents: 'aws logs tail <Logs> --follow',
      DashboardUrl:
        'https://console.aws.amazon.com/cloudwatch/home?region=<AWS::Region>#dashboards/dashboard/<MonitoringDashboard>',
      FunctionName: '<Scan>',
      LogGroupName: '<Logs>',
      RestartsTableName: '<Restarts>',
    });
  });

  test('store the token under the key that was given, below the prefix of the stage', () => {
    const { NextStoreToken, NextWatchApp } = outputsOf({ stage: 'staging', tokenKeyArn: KEY });
    expect(NextStoreToken).toContain(
      `--name /whacamole-staging/tokens/default --type SecureString --key-id ${KEY} `,
    );
    expect(NextWatchApp).toContain('--name /whacamole-staging/apps/YOUR-APP ');
  });
});
