/**
 * Everything that Whacamole needs in an AWS account: a table, a function, a schedule that runs it, and something
 * to look at. All physical names are generated, so two copies never get into each other's way; the one thing that
 * outlives the stack is the table, which knows who was restarted when.
 */

import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { BatchQueue } from './batches.ts';
import { Monitoring } from './monitoring.ts';
import { createScanRole } from './scan-role.ts';
import type { WhacamoleSettings } from './settings.ts';

export interface WhacamoleStackProps extends StackProps {
  /** What the owner chose, read and checked. */
  readonly settings: WhacamoleSettings;
  /** Folders that each hold a built function, `index.mjs`: deployed as they are. */
  readonly code: { readonly scan: string; readonly scanBatch: string };
}

/** The next minute is the retry: an invocation that is late by more than this is dropped. */
const MAX_EVENT_AGE = Duration.seconds(60);

export class WhacamoleStack extends Stack {
  constructor(scope: Construct, id: string, props: WhacamoleStackProps) {
    const { settings, code, ...stackProps } = props;
    super(scope, id, {
      description: 'Whacamole: restarts Heroku dynos that outgrow their memory',
      ...stackProps,
    });

    const table = new Table(this, 'Restarts', {
      partitionKey: { name: 'app', type: AttributeType.STRING },
      sortKey: { name: 'process', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(table).acknowledge({
      id: 'cdk-validator-cfnguard::dynamodb_table_encrypted_kms_check',
      reason:
        "It is encrypted under DynamoDB's own key, and holds names of dynos and times: a KMS key would add a price " +
        'to each request and protect nothing more.',
    });

    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(logGroup).acknowledge(
      {
        id: 'cdk-validator-cfnguard::cloudwatch_log_group_retention_period_check',
        reason: 'The owner says how long, by the context logRetentionDays; no audit hangs on these events.',
      },
      {
        id: 'cdk-validator-cfnguard::cloudwatch_log_group_encrypted_check',
        reason:
          'CloudWatch Logs encrypts it under its own key, and no event carries a secret: that is tested.',
      },
    );

    const batches = settings.fanOutAbove === undefined ? undefined : new BatchQueue(this, 'Batches');
    const scan = this.#createFunction('Scan', settings, {
      description: 'Restarts the Heroku dynos that are over their memory threshold',
      code: code.scan,
      role: createScanRole(this, 'ScanRole', {
        ...{ settings, logGroup, table },
        batches: batches && { queue: batches.queue, does: 'send' },
      }),
      ...{ table, logGroup },
      environment: batches && {
        BATCH_QUEUE_URL: batches.queue.queueUrl,
        FAN_OUT_ABOVE: String(settings.fanOutAbove),
      },
    });
    this.#createSchedule(settings, scan);
    if (batches !== undefined) {
      const scanBatch = this.#createFunction('ScanBatch', settings, {
        description: 'Scans a batch of the apps, where they are many',
        code: code.scanBatch,
        role: createScanRole(this, 'ScanBatchRole', {
          ...{ settings, logGroup, table },
          batches: { queue: batches.queue, does: 'work off' },
        }),
        ...{ table, logGroup },
      });
      batches.feed(scanBatch, settings.batchesAtOnce);
    }

    const monitoring = new Monitoring(this, 'Monitoring', {
      scan,
      logGroup,
      scanEveryMinutes: settings.scanEveryMinutes,
      alarmEmail: settings.alarmEmail,
      fansOut: batches !== undefined,
    });

    this.#createOutputs(settings, { table, logGroup, scan, dashboardName: monitoring.dashboardName });
  }

  #createFunction(
    id: string,
    settings: WhacamoleSettings,
    made: {
      readonly description: string;
      readonly code: string;
      readonly role: Role;
      readonly table: Table;
      readonly logGroup: LogGroup;
      readonly environment?: Readonly<Record<string, string>> | undefined;
    },
  ): LambdaFunction {
    const { description, code, role, table, logGroup, environment } = made;
    const isScan = id === 'Scan';
    const scan = new LambdaFunction(this, id, {
      description,
      code: Code.fromAsset(code),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: settings.memoryMb,
      // Below the minute, so that one scan is over before the next begins.
      timeout: Duration.seconds(55),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // The dashboard draws the records "platform.report", and they are written at this level.
      systemLogLevelV2: SystemLogLevel.INFO,
      // Scheduler invokes asynchronously, and that queue would retry twice, over six hours.
      ...(isScan && { retryAttempts: 0, maxEventAge: MAX_EVENT_AGE }),
      ...(isScan &&
        settings.reservedConcurrency !== undefined && {
          reservedConcurrentExecutions: settings.reservedConcurrency,
        }),
      environment: {
        PARAMETER_PREFIX: settings.parameterPrefix,
        RESTARTS_TABLE: table.tableName,
        ...(settings.eventBusName !== undefined && { EVENT_BUS_NAME: settings.eventBusName }),
        ...environment,
      },
    });
    Validations.of(scan).acknowledge({
      id: 'cdk-validator-cfnguard::lambda_inside_vpc_check',
      reason:
        'It calls Heroku and AWS over public HTTPS and is called by nobody: a VPC would only add a NAT gateway, ' +
        'which costs more than all the rest.',
    });
    return scan;
  }

  #createSchedule(settings: WhacamoleSettings, scan: LambdaFunction): void {
    const role = new Role(this, 'ScheduleRole', {
      description: 'Lets EventBridge Scheduler run the scan of Whacamole',
      // Of this account alone: without the condition, anyone's schedule that names this role could use it.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'InvokeScan',
              actions: ['lambda:InvokeFunction'],
              resources: [scan.functionArn],
            }),
          ],
        }),
      },
    });
    new Schedule(this, 'Schedule', {
      description: 'Runs the scan of Whacamole',
      schedule: ScheduleExpression.rate(Duration.minutes(settings.scanEveryMinutes)),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(scan, {
        // As it stands: the target would add every version and alias of the function to the policy.
        role: role.withoutPolicyUpdates(),
        retryAttempts: 0,
        maxEventAge: MAX_EVENT_AGE,
      }),
    });
  }

  #createOutputs(
    settings: WhacamoleSettings,
    made: { table: Table; logGroup: LogGroup; scan: LambdaFunction; dashboardName: string },
  ): void {
    const { parameterPrefix, tokenKeyArn } = settings;
    const output = (id: string, description: string, value: string): void => {
      new CfnOutput(this, id, { description, value });
    };
    output(
      'NextStoreToken',
      'First: give it a Heroku token. It is made and stored in one go, so it is in no shell history',
      `aws ssm put-parameter --name ${parameterPrefix}/tokens/default --type SecureString ` +
        (tokenKeyArn === undefined ? '' : `--key-id ${tokenKeyArn} `) +
        '--value "$(heroku authorizations:create --description Whacamole --scope read,write --short)"',
    );
    output(
      'NextWatchApp',
      'Then: name an app to watch. {} is a complete config',
      `aws ssm put-parameter --name ${parameterPrefix}/apps/YOUR-APP --type String --value '{}'`,
    );
    output('WatchEvents', 'See what it does', `aws logs tail ${made.logGroup.logGroupName} --follow`);
    output(
      'DashboardUrl',
      'See what it did',
      `https://console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${made.dashboardName}`,
    );
    output('FunctionName', 'The function that scans', made.scan.functionName);
    output('LogGroupName', 'Where the events are', made.logGroup.logGroupName);
    output('RestartsTableName', 'Who was restarted when; stays when the stack goes', made.table.tableName);
  }
}
