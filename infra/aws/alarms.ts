/**
 * The alarms, each with a description that says what to do: it is all that an e-mail from SNS shows. They count in
 * scans, not minutes, so that a slower schedule does not alarm by itself. Metrics that come from the logs have no
 * dimensions and no default value: they cost something only in an hour in which something happened.
 */

import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { MonitoringProps } from './monitoring.ts';

interface AlarmPlan {
  readonly id: string;
  readonly metric: IMetric;
  /** Periods of the metric that are looked at, and how many of them must be bad. */
  readonly outOf: number;
  readonly bad: number;
  /** What a period is bad at: from 1 on, unless said otherwise. */
  readonly isBad?: ComparisonOperator;
  readonly whenMissing?: TreatMissingData;
  /** What it means and what to do. */
  readonly description: string;
}

/** Makes the alarms, and where there is an address, the topic that they write to. */
export const createAlarms = (scope: Construct, props: MonitoringProps): Alarm[] => {
  const { scan, logGroup, scanEveryMinutes, alarmEmail, fansOut } = props;
  const period = Duration.minutes(scanEveryMinutes);
  const logs = `Look: aws logs tail ${logGroup.logGroupName} --since 1h`;

  const countOf = (event: string, countPeriod: Duration): IMetric =>
    new MetricFilter(scope, `${event}Filter`, {
      logGroup,
      filterPattern: FilterPattern.stringValue('$.event', '=', event),
      // The stack's name, because without dimensions two copies would count into one metric.
      metricNamespace: Stack.of(scope).stackName,
      metricName: event,
      metricValue: '1',
    }).metric({ period: countPeriod, statistic: 'Sum' });

  const plans: AlarmPlan[] = [
    {
      id: 'Errors',
      metric: scan.metricErrors({ period }),
      outOf: 5,
      bad: 2,
      description:
        `the scan fails, and no app is watched meanwhile. One failed scan mends itself; two in five ` +
        'do not. Its last error says whether configs, table or every app is at fault: mend that. If it was ' +
        `killed, give it more memory: npm run deploy -- -c memoryMb=512. ${logs}`,
    },
    {
      id: 'Throttles',
      metric: scan.metricThrottles({ period }),
      outOf: 5,
      bad: 2,
      description:
        `Lambda refuses to run the scan, because the account's concurrency is used up. Find the ` +
        'function that takes it, ask for a higher quota (Service Quotas, Lambda, Concurrent executions), or keep ' +
        'one run aside: npm run deploy -- -c reservedConcurrency=1',
    },
    {
      id: 'NoInvocations',
      metric: scan.metricInvocations({ period }),
      outOf: 5,
      bad: 5,
      isBad: ComparisonOperator.LESS_THAN_THRESHOLD,
      whenMissing: TreatMissingData.BREACHING,
      description:
        `nothing has run for five scans, and no app is watched. Right after the first deploy this ` +
        'passes by itself. Else see whether the schedule is disabled or its role was changed (EventBridge, ' +
        'Schedules), and deploy again.',
    },
    {
      id: 'AppFailedPersists',
      metric: countOf('AppFailed', period),
      outOf: 5,
      bad: 3,
      description:
        `an app cannot be watched, three scans of five. The event AppFailed names the app and the ` +
        'reason: config and token are yours to correct in Parameter Store, unauthorized and forbidden want a new ' +
        `token, not-found an app's parameter deleted, rate-limited a token of its own. ${logs}`,
    },
    {
      id: 'NoSamplesPersists',
      metric: countOf('NoSamples', period),
      outOf: 5,
      bad: 3,
      description:
        `a dyno is up and no memory sample of it comes, three scans of five, so it would never be ` +
        'restarted. Turn the samples on: heroku labs:enable log-runtime-metrics -a APP, then restart the app. ' +
        `The event NoSamples names the app and what else to check. ${logs}`,
    },
    {
      id: 'RestartsNotHelp',
      // An hour, because the event comes once a restart: the alarm lasts as long as they go on.
      metric: countOf('RestartsNotHelping', Duration.hours(1)),
      outOf: 1,
      bad: 1,
      description:
        `a process is over its threshold again as soon as its window allows a restart. The ` +
        'threshold may be below what the app needs: raise restartThreshold, take a larger dyno, or mend the leak. ' +
        `The event RestartsNotHelping names the process. ${logs}`,
    },
  ];
  if (fansOut) {
    plans.push({
      id: 'BatchesDropped',
      metric: countOf('BatchDropped', period),
      outOf: 5,
      bad: 3,
      description:
        `batches of apps are not scanned in their minute, three scans of five. Where they are late, let more be ` +
        'scanned at once: npm run deploy -- -c batchesAtOnce=100, as far as the concurrency of the account ' +
        `allows. The event BatchDropped says how late, and which apps. ${logs}`,
    });
  }

  const alarms = plans.map(
    (plan) =>
      new Alarm(scope, plan.id, {
        alarmDescription: `Whacamole: ${plan.description}`,
        metric: plan.metric,
        threshold: 1,
        comparisonOperator: plan.isBad ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: plan.outOf,
        datapointsToAlarm: plan.bad,
        treatMissingData: plan.whenMissing ?? TreatMissingData.NOT_BREACHING,
      }),
  );
  if (alarmEmail === undefined) {
    Validations.of(scope).acknowledge({
      id: 'cdk-validator-cfnguard::cloudwatch_alarm_action_check',
      reason: 'The owner gave no address: the alarms show on the dashboard, and alarmEmail makes them write.',
    });
    return alarms;
  }
  const action = new SnsAction(createTopic(scope, alarmEmail));
  for (const alarm of alarms) alarm.addAlarmAction(action);
  return alarms;
};

/**
 * A topic that CloudWatch alarms can really reach. Two traps, both silent: a topic policy of one's own (the TLS
 * rule is one) replaces the default that let the account publish, and the key aws/sns cannot be opened to
 * CloudWatch at all. Hence the statement for CloudWatch, and a key of its own.
 */
const createTopic = (scope: Construct, email: string): Topic => {
  const { account } = Stack.of(scope);
  const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };

  const key = new Key(scope, 'AlarmKey', {
    description: 'Encrypts the alarms of Whacamole on their way to e-mail',
    enableKeyRotation: true,
    // It guards nothing that outlives a message on its way.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const keyStatements = [
    new PolicyStatement({
      sid: 'CloudWatchEncrypts',
      principals: [cloudWatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: ofThisAccount,
    }),
    // Control Tower's rule: a grant on the key may be made by an AWS service alone.
    new PolicyStatement({
      sid: 'OnlyServicesGrant',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
  ];
  for (const statement of keyStatements) key.addToResourcePolicy(statement);

  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: 'Whacamole',
    masterKey: key,
    enforceSSL: true,
  });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudWatchPublishes',
      principals: [cloudWatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: ofThisAccount,
    }),
  );
  topic.addSubscription(new EmailSubscription(email));
  return topic;
};
