import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { makeStack, temporaryFolder } from './synthesise.ts';

const REPORT = z.looseObject({
  pluginReports: z.array(
    z.looseObject({
      pluginName: z.string(),
      violations: z.array(z.looseObject({ ruleName: z.string(), description: z.string() })),
    }),
  ),
});

/** What cdk-nag and cfn-guard (AWS Control Tower's rules) find wrong: `plugin: rule, what it says`. */
const findingsOf = (app: App): string[] => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new CfnGuardValidator());
  let thrown: unknown;
  try {
    app.synth();
  } catch (error) {
    thrown = error;
  }
  // With the feature flags of cdk.json a synthesis that is refused need not throw: the report says what is so.
  const file = join(app.outdir, 'validation-report.json');
  const report = REPORT.parse(
    existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { pluginReports: [] },
  );
  const findings = report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.map(({ ruleName, description }) => `${pluginName}: ${ruleName}, ${description}`),
  );
  if (findings.length === 0 && thrown !== undefined) throw thrown;
  return findings;
};

const ACKNOWLEDGED = z.record(z.string(), z.union([z.string(), z.looseObject({ reason: z.string() })]));

/** Every acknowledged rule below a construct, with its reason. */
const acknowledgedIn = (scope: IConstruct): Map<string, string> =>
  new Map(
    scope.node
      .findAll()
      .flatMap((construct) => construct.node.metadata)
      .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap((entry) => Object.entries(ACKNOWLEDGED.parse(entry.data)))
      .map(([id, said]) => [id.replace(/^annotation::/i, ''), typeof said === 'string' ? said : said.reason]),
  );

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const EVERYTHING = {
  stage: 'staging',
  alarmEmail: 'me@example.com',
  tokenKeyArn: KEY,
  eventBusName: 'operations',
  reservedConcurrency: 1,
  fanOutAbove: 1000,
};

const ACCOUNTED_FOR = [
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/whacamole/apps/*]',
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/whacamole/tokens/*]',
  'cdk-validator-cfnguard::cloudwatch_alarm_action_check',
  'cdk-validator-cfnguard::cloudwatch_log_group_encrypted_check',
  'cdk-validator-cfnguard::cloudwatch_log_group_retention_period_check',
  'cdk-validator-cfnguard::dynamodb_table_encrypted_kms_check',
  'cdk-validator-cfnguard::lambda_inside_vpc_check',
];

const ACCOUNTED_FOR_WITH_BATCHES = ['AwsSolutions-SQS3', 'cdk-validator-cfnguard::sqs_dlq_check'];

describe('cdk-nag and cfn-guard', () => {
  test.each([
    ['as it comes', {}],
    ['with everything switched on', EVERYTHING],
    ['without a bus', { eventBusName: 'off' }],
  ])('find nothing in the stack, %s', (_case, context) => {
    expect(findingsOf(makeStack(context).app)).toEqual([]);
  });

  test('do find what is wrong, both of them', () => {
    const app = new App({ outdir: temporaryFolder() });
    new Bucket(new Stack(app, 'Careless'), 'Bucket');
    const findings = findingsOf(app).join('\n');
    expect(findings).toContain('AwsSolutions: AwsSolutions-S10');
    expect(findings).toContain('cdk-validator-cfnguard: s3_');
  });

  test.each([
    ['as it comes', {}, []],
    ['with batches', { fanOutAbove: 1000 }, ACCOUNTED_FOR_WITH_BATCHES],
  ])('are told to let these rules be and no others, each for a reason, %s', (_case, context, more) => {
    const acknowledged = acknowledgedIn(makeStack(context).app);
    expect([...acknowledged.keys()].sort()).toEqual([...ACCOUNTED_FOR, ...more].sort());
    for (const reason of acknowledged.values()) expect(reason.length).toBeGreaterThan(40);
  });
});
