import { describe, expect, test } from 'vitest';
import { ContextError, readSettings } from '../../../infra/aws/settings.ts';

const complaintAbout = (context: Record<string, unknown>): string => {
  try {
    readSettings(context);
  } catch (error) {
    if (error instanceof ContextError) return error.message;
    throw error;
  }
  throw new Error('Expected the context to be refused');
};

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('the settings', () => {
  test('are complete without any context', () => {
    expect(readSettings({})).toEqual({
      stage: undefined,
      parameterPrefix: '/whacamole',
      scanEveryMinutes: 1,
      memoryMb: 256,
      logRetentionDays: 30,
      tokenKeyArn: undefined,
      alarmEmail: undefined,
      eventBusName: 'default',
      reservedConcurrency: undefined,
      fanOutAbove: undefined,
      batchesAtOnce: 50,
    });
  });

  test.each([
    [{ memoryMb: '512' }, { memoryMb: 512 }],
    [{ memoryMb: 512 }, { memoryMb: 512 }],
    [{ logRetentionDays: '7' }, { logRetentionDays: 7 }],
    [{ reservedConcurrency: '1' }, { reservedConcurrency: 1 }],
    [{ fanOutAbove: '1000' }, { fanOutAbove: 1000 }],
    [
      { fanOutAbove: 1, batchesAtOnce: '2' },
      { fanOutAbove: 1, batchesAtOnce: 2 },
    ],
    [{ schedule: 'rate(5 minutes)' }, { scanEveryMinutes: 5 }],
    [{ schedule: 'rate(1 hour)' }, { scanEveryMinutes: 60 }],
    [{ stage: 'staging' }, { stage: 'staging', parameterPrefix: '/whacamole-staging' }],
    [{ stage: 'staging', parameterPrefix: '/team/dynos' }, { parameterPrefix: '/team/dynos' }],
    [{ eventBusName: 'off' }, { eventBusName: undefined }],
    [{ eventBusName: 'false' }, { eventBusName: undefined }],
    [{ eventBusName: false }, { eventBusName: undefined }],
    [{ eventBusName: 'operations' }, { eventBusName: 'operations' }],
    [{ alarmEmail: 'me@example.com' }, { alarmEmail: 'me@example.com' }],
    [{ tokenKeyArn: KEY }, { tokenKeyArn: KEY }],
  ])('are read from %j', (context, settings) => {
    expect(readSettings(context)).toMatchObject(settings);
  });

  test.each([
    ['fanOutAbove', 0],
    ['fanOutAbove', 'on'],
    ['batchesAtOnce', 1],
    ['batchesAtOnce', 1001],
    ['stage', '-x'],
    ['stage', 'x-'],
    ['stage', 'a'.repeat(33)],
    ['stage', 'with space'],
    ['stage', 7],
    ['parameterPrefix', 'whacamole'],
    ['parameterPrefix', '/whacamole/'],
    ['parameterPrefix', '/'],
    ['parameterPrefix', '/AWS/whacamole'],
    ['parameterPrefix', '/ssm-things'],
    ['parameterPrefix', '/a*'],
    ['parameterPrefix', '/a'.repeat(14)],
    ['schedule', 'hourly'],
    ['schedule', 'rate(0 minutes)'],
    ['schedule', 'rate(1 minutes)'],
    ['schedule', 'rate(61 minutes)'],
    ['schedule', 'cron(* * * * ? *)'],
    ['memoryMb', '64'],
    ['memoryMb', 10_241],
    ['memoryMb', '256MB'],
    ['memoryMb', 256.5],
    ['memoryMb', ''],
    ['logRetentionDays', '31'],
    ['logRetentionDays', 9999],
    ['tokenKeyArn', 'alias/tokens'],
    ['tokenKeyArn', 'arn:aws:kms:eu-west-1:123456789012:alias/tokens'],
    ['alarmEmail', 'me'],
    ['alarmEmail', 'me@example'],
    ['eventBusName', 'arn:aws:events:eu-west-1:123456789012:event-bus/mine'],
    ['eventBusName', true],
    ['reservedConcurrency', '0'],
    ['reservedConcurrency', 'one'],
  ])('refuse %s %j, saying what was found and what is expected', (name, value) => {
    const lines = complaintAbout({ [name]: value })
      .split('\n')
      .slice(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${name}: found ${JSON.stringify(value)}, expected `);
  });

  test('name every bad value and every mistyped name in one error', () => {
    const complaint = complaintAbout({ stage: '-', memoryMb: 1, schedule: 'daily', logRetentionDay: 7 });
    for (const name of ['stage', 'memoryMb', 'schedule', 'logRetentionDay']) {
      expect(complaint).toContain(`- ${name}: found `);
    }
    expect(complaint.split('\n')).toHaveLength(5);
  });

  test("leave the tools' own context alone", () => {
    const context = {
      '@aws-cdk/core:checkSecretUsage': true,
      'aws:cdk:enable-path-metadata': true,
      'cli-telemetry': false,
      'availability-zones:account=1:region=x': ['a'],
    };
    expect(readSettings(context)).toEqual(readSettings({}));
  });
});
