import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { onlyOne, propertiesOf, readable, synthesise } from './synthesise.ts';

const list = z.pipe(
  z.union([z.array(z.unknown()), z.unknown()]),
  z.transform((value: unknown) => (Array.isArray(value) ? value : [value])),
);

const POLICY = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Effect: z.string(),
      Action: list,
      Resource: list,
      Condition: z.optional(z.unknown()),
    }),
  ),
});

const ROLE = z.looseObject({
  AssumeRolePolicyDocument: z.looseObject({ Statement: z.array(z.unknown()) }),
  Description: z.string(),
  ManagedPolicyArns: z.optional(z.array(z.unknown())),
  Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: POLICY })),
});

/** All that a role may do, one line a statement and resource: `Sid: actions on resource`. */
const permissionsOf = (template: Template, description: RegExp): string[] => {
  const [role, ...others] = propertiesOf(template, 'AWS::IAM::Role')
    .map((properties) => ROLE.parse(properties))
    .filter((candidate) => description.test(candidate.Description));
  if (role === undefined || others.length > 0) throw new Error('Expected one such role');
  expect(role.ManagedPolicyArns).toBeUndefined();
  return role.Policies.flatMap((policy) => policy.PolicyDocument.Statement).flatMap((statement) => {
    expect(statement.Effect).toBe('Allow');
    return statement.Resource.map(
      (resource) => `${statement.Sid}: ${statement.Action.map(readable).join(' ')} on ${readable(resource)}`,
    );
  });
};

const HERE = '<AWS::Region>:<AWS::AccountId>';
const parameter = (path: string) => `arn:<AWS::Partition>:ssm:${HERE}:parameter${path}`;
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const ALWAYS = (prefix: string): string[] => [
  'WriteLogs: logs:CreateLogStream logs:PutLogEvents on <Logs.Arn>',
  'KeepClaims: dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query on <Restarts.Arn>',
  `ListParameters: ssm:GetParametersByPath on ${parameter(`${prefix}/apps`)}`,
  `ListParameters: ssm:GetParametersByPath on ${parameter(`${prefix}/apps/*`)}`,
  `ListParameters: ssm:GetParametersByPath on ${parameter(`${prefix}/tokens`)}`,
  `ListParameters: ssm:GetParametersByPath on ${parameter(`${prefix}/tokens/*`)}`,
  `ReadParameters: ssm:GetParameter on ${parameter(`${prefix}/apps/*`)}`,
  `ReadParameters: ssm:GetParameter on ${parameter(`${prefix}/tokens/*`)}`,
];

const putEvents = (bus: string) =>
  `PutEvents: events:PutEvents on arn:<AWS::Partition>:events:${HERE}:event-bus/${bus}`;

describe('the role of the function', () => {
  test.each([
    ['by default', {}, [...ALWAYS('/whacamole'), putEvents('default')]],
    ['without a bus', { eventBusName: 'off' }, ALWAYS('/whacamole')],
    ['with a bus of its own', { eventBusName: 'ops' }, [...ALWAYS('/whacamole'), putEvents('ops')]],
    [
      'with a key for the tokens',
      { tokenKeyArn: KEY },
      [...ALWAYS('/whacamole'), `DecryptParameters: kms:Decrypt on ${KEY}`, putEvents('default')],
    ],
    ['with a stage', { stage: 'staging' }, [...ALWAYS('/whacamole-staging'), putEvents('default')]],
    ['with a prefix', { parameterPrefix: '/a/b' }, [...ALWAYS('/a/b'), putEvents('default')]],
    [
      'with alarms to e-mail',
      { alarmEmail: 'me@example.com' },
      [...ALWAYS('/whacamole'), putEvents('default')],
    ],
    [
      'with batches',
      { fanOutAbove: 1000 },
      [...ALWAYS('/whacamole'), putEvents('default'), 'SendBatches: sqs:SendMessage on <BatchesQueue.Arn>'],
    ],
  ])('may do this and nothing else, %s', (_case, context, permissions) => {
    expect(permissionsOf(synthesise(context), /Runs the scan/)).toEqual(permissions);
  });

  test('decrypts through SSM alone, and its own parameters alone', () => {
    const [role] = propertiesOf(synthesise({ tokenKeyArn: KEY }), 'AWS::IAM::Role').filter((properties) =>
      /Runs/.test(properties.Description),
    );
    const statements = ROLE.parse(role).Policies.flatMap((policy) => policy.PolicyDocument.Statement);
    expect(statements.filter((statement) => statement.Condition !== undefined)).toHaveLength(1);
    const condition = z
      .object({
        StringEquals: z.object({ 'kms:ViaService': z.unknown() }),
        StringLike: z.object({ 'kms:EncryptionContext:PARAMETER_ARN': z.array(z.unknown()) }),
      })
      .parse(statements.find((statement) => statement.Sid === 'DecryptParameters')?.Condition);
    expect(readable(condition.StringEquals['kms:ViaService'])).toBe('ssm.<AWS::Region>.amazonaws.com');
    expect(condition.StringLike['kms:EncryptionContext:PARAMETER_ARN'].map(readable)).toEqual([
      parameter('/whacamole/apps/*'),
      parameter('/whacamole/tokens/*'),
    ]);
  });

  test('is taken by Lambda alone', () => {
    synthesise().hasResourceProperties('AWS::IAM::Role', {
      Description: 'Runs the scan of Whacamole',
      AssumeRolePolicyDocument: {
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    });
  });
});

test('the role of those who scan batches may work them off, and what a scan may', () => {
  const workOff = 'sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage';
  expect(permissionsOf(synthesise({ fanOutAbove: 1000 }), /Runs batches/)).toEqual([
    ...ALWAYS('/whacamole'),
    putEvents('default'),
    `WorkOffBatches: ${workOff} on <BatchesQueue.Arn>`,
  ]);
});

describe('the role of the schedule', () => {
  test('may run the function and nothing else', () => {
    expect(permissionsOf(synthesise(), /Scheduler/)).toEqual([
      'InvokeScan: lambda:InvokeFunction on <Scan.Arn>',
    ]);
  });

  test('is taken by the Scheduler of this account alone', () => {
    synthesise().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });
});

test('SECURITY.md names every action that the functions may take, whatever the owner has chosen', () => {
  const template = synthesise({ tokenKeyArn: KEY, fanOutAbove: 1000 });
  const permitted = [/Runs the scan/, /Runs batches/]
    .flatMap((role) => permissionsOf(template, role))
    .flatMap((line) => line.replace(/^\w+: (.*) on .*$/, '$1').split(' '));
  const [, section = ''] = readFileSync('SECURITY.md', 'utf8').split('do in your AWS account\n');
  const rows = section.split('\n## ')[0]?.match(/^\|.*$/gm) ?? [];
  const named = rows.flatMap((row) => row.match(/\b[a-z]+:[A-Z]\w+/g) ?? []);
  expect(named.toSorted()).toEqual([...new Set(permitted)].toSorted());
});

test.each([
  [{}, 2],
  [{ tokenKeyArn: KEY, alarmEmail: 'me@example.com' }, 2],
  [{ fanOutAbove: 1000 }, 3],
])('no permission is granted anywhere else: %j', (context, roles) => {
  {
    const template = synthesise(context);
    template.resourceCountIs('AWS::IAM::Role', roles);
    for (const type of [
      'AWS::IAM::Policy',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::RolePolicy',
      'AWS::Lambda::Permission',
      'AWS::Logs::ResourcePolicy',
      'AWS::Events::EventBusPolicy',
    ]) {
      template.resourceCountIs(type, 0);
    }
    expect(onlyOne(template, 'AWS::DynamoDB::Table').ResourcePolicy).toBeUndefined();
  }
});
