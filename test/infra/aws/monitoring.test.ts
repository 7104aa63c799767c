import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DASHBOARD_QUERIES, SAVED_QUERIES } from '../../../infra/aws/queries.ts';
import { onlyOne, type Properties, propertiesOf, readable, synthesise } from './synthesise.ts';

const alarmOn = (metricName: string, context: Record<string, unknown> = {}): Properties => {
  const alarms = propertiesOf(synthesise(context), 'AWS::CloudWatch::Alarm');
  const [alarm, ...others] = alarms.filter((candidate) => candidate.MetricName === metricName);
  if (alarm === undefined || others.length > 0) throw new Error(`Expected one alarm on ${metricName}`);
  return alarm;
};

const AT_LEAST_ONE = { Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Statistic: 'Sum' };
const QUIET_IS_WELL = { TreatMissingData: 'notBreaching' };

describe('the alarms', () => {
  test.each([
    ['Errors', 'AWS/Lambda', 60, 5, 2],
    ['Throttles', 'AWS/Lambda', 60, 5, 2],
    ['AppFailed', 'Whacamole', 60, 5, 3],
    ['NoSamples', 'Whacamole', 60, 5, 3],
    ['RestartsNotHelping', 'Whacamole', 3600, 1, 1],
  ])('on %s (%s) look at periods of %i s, %i of them, %i bad', (name, Namespace, Period, outOf, bad) => {
    expect(alarmOn(name)).toMatchObject({
      ...AT_LEAST_ONE,
      ...QUIET_IS_WELL,
      Namespace,
      Period,
      EvaluationPeriods: outOf,
      DatapointsToAlarm: bad,
    });
  });

  test('go off when nothing ran for five minutes, and silence counts as nothing', () => {
    expect(alarmOn('Invocations')).toMatchObject({
      Namespace: 'AWS/Lambda',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('watch the function of this stack', () => {
    for (const metric of ['Errors', 'Throttles', 'Invocations']) {
      expect(alarmOn(metric).Dimensions).toEqual([
        { Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^Scan/) } },
      ]);
    }
  });

  test('count in scans where the schedule is slower', () => {
    for (const metric of ['Errors', 'Throttles', 'Invocations', 'AppFailed', 'NoSamples']) {
      expect(alarmOn(metric, { schedule: 'rate(5 minutes)' }).Period).toBe(300);
    }
  });

  test('say what to do', () => {
    const alarms = propertiesOf(synthesise(), 'AWS::CloudWatch::Alarm');
    expect(alarms).toHaveLength(6);
    for (const alarm of alarms) {
      const description = readable(alarm.AlarmDescription);
      expect(description).toMatch(/^Whacamole: .{100}/);
      // CloudWatch takes 1,024 characters, and the log group's name is not known yet.
      expect(description.length).toBeLessThan(900);
    }
  });

  test('act on nothing without an address', () => {
    const template = synthesise();
    for (const alarm of propertiesOf(template, 'AWS::CloudWatch::Alarm')) {
      expect(alarm.AlarmActions).toBeUndefined();
    }
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
  });

  test('write to the address that is given, all of them', () => {
    const template = synthesise({ alarmEmail: 'me@example.com' });
    for (const alarm of propertiesOf(template, 'AWS::CloudWatch::Alarm')) {
      expect(alarm.AlarmActions.map(readable)).toEqual(['<MonitoringAlarmTopic>']);
    }
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'me@example.com',
    });
  });
});

describe('the topic', () => {
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

  test('lets CloudWatch publish, and nobody without TLS', () => {
    const template = synthesise({ alarmEmail: 'me@example.com' });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayEquals([
          {
            Sid: 'AllowPublishThroughSSLOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: Match.anyValue(),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            Sid: 'CloudWatchPublishes',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: Match.stringLikeRegexp('AlarmTopic') },
            Condition: ofThisAccount,
          },
        ]),
      },
    });
  });

  test('is encrypted under a key that CloudWatch can use', () => {
    const template = synthesise({ alarmEmail: 'me@example.com' });
    expect(onlyOne(template, 'AWS::SNS::Topic').KmsMasterKeyId).toBeDefined();
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayEquals([
          // The account itself, so that the key can be managed at all.
          Match.objectLike({ Effect: 'Allow', Action: 'kms:*', Principal: { AWS: Match.anyValue() } }),
          {
            Sid: 'CloudWatchEncrypts',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: ofThisAccount,
          },
          Match.objectLike({ Sid: 'OnlyServicesGrant', Effect: 'Deny', Action: 'kms:CreateGrant' }),
        ]),
      },
    });
  });
});

describe('the metrics', () => {
  test('from the logs are three, and cost nothing while nothing happens', () => {
    const filters = propertiesOf(synthesise(), 'AWS::Logs::MetricFilter');
    expect(filters.map((filter) => filter.FilterPattern)).toEqual([
      '{ $.event = "AppFailed" }',
      '{ $.event = "NoSamples" }',
      '{ $.event = "RestartsNotHelping" }',
    ]);
    for (const filter of filters) {
      expect(filter.MetricTransformations).toEqual([
        { MetricNamespace: 'Whacamole', MetricName: expect.any(String), MetricValue: '1' },
      ]);
    }
  });

  test('of two copies are kept apart', () => {
    const [filter] = propertiesOf(synthesise({ stage: 'staging' }), 'AWS::Logs::MetricFilter');
    expect(filter?.MetricTransformations[0].MetricNamespace).toBe('Whacamole-staging');
  });
});

describe('the dashboard', () => {
  const BODY = z.object({
    widgets: z.array(
      z.looseObject({
        type: z.string(),
        properties: z.looseObject({ title: z.string(), query: z.optional(z.string()) }),
      }),
    ),
  });

  const widgets = () =>
    BODY.parse(JSON.parse(readable(onlyOne(synthesise(), 'AWS::CloudWatch::Dashboard').DashboardBody)))
      .widgets;

  test('draws every query, from the logs of this stack', () => {
    const drawn = widgets()
      .filter((widget) => widget.type === 'log')
      .map((widget) => widget.properties.query);
    expect(drawn).toEqual(Object.values(DASHBOARD_QUERIES).map((query) => `SOURCE '<Logs>' | ${query}`));
  });

  test('has no metric of its own: what it shows costs nothing per dyno', () => {
    expect(new Set(widgets().map((widget) => widget.type))).toEqual(new Set(['alarm', 'log']));
  });
});

test('the saved queries stand in a folder of the stack, over its logs', () => {
  const definitions = propertiesOf(synthesise({ stage: 'staging' }), 'AWS::Logs::QueryDefinition');
  expect(definitions).toEqual(
    SAVED_QUERIES.map(({ title, query }) => ({
      Name: `Whacamole-staging/${title}`,
      QueryString: query,
      LogGroupNames: [{ Ref: expect.stringMatching(/^Logs/) }],
    })),
  );
  expect(definitions).toHaveLength(4);
});
