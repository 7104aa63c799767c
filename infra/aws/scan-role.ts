/**
 * What the function may do: each action on its own ARN, nothing managed, nothing granted elsewhere. The tests
 * compare the whole list, so a permission more or less is a change that someone must want.
 */

import { Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { WhacamoleSettings } from './settings.ts';

export interface ScanRoleProps {
  readonly settings: WhacamoleSettings;
  readonly logGroup: ILogGroup;
  readonly table: Table;
  /** What it does with the queue of batches, where there is one. */
  readonly batches?: { readonly queue: IQueue; readonly does: 'send' | 'work off' } | undefined;
}

const QUEUE_ACTIONS = {
  send: { sid: 'SendBatches', actions: ['sqs:SendMessage'] },
  'work off': {
    sid: 'WorkOffBatches',
    // Lambda takes the messages out in the name of the function.
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  },
} as const;

/** The role that the scan runs under, or whoever scans a part of it. */
export const createScanRole = (scope: Construct, id: string, props: ScanRoleProps): Role => {
  const { settings, logGroup, table, batches } = props;
  const stack = Stack.of(scope);
  const parameters = (path: string): string =>
    stack.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: `${settings.parameterPrefix.slice(1)}/${path}`,
    });
  const underApps = parameters('apps/*');
  const underTokens = parameters('tokens/*');

  const statements = [
    // The ARN of a log group's streams ends in ":*", and CDK's logGroupArn is that form.
    new PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
    new PolicyStatement({
      sid: 'KeepClaims',
      actions: ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [table.tableArn],
    }),
    // GetParametersByPath is authorised against the path that was asked for, as it was written: ".../apps". The
    // form below it also matches ".../apps/", the same path with a slash at its end.
    new PolicyStatement({
      sid: 'ListParameters',
      actions: ['ssm:GetParametersByPath'],
      resources: [parameters('apps'), underApps, parameters('tokens'), underTokens],
    }),
    new PolicyStatement({
      sid: 'ReadParameters',
      actions: ['ssm:GetParameter'],
      resources: [underApps, underTokens],
    }),
  ];

  // Under the key aws/ssm nothing is needed here: its key policy, which AWS keeps, lets every principal of the
  // account decrypt through SSM. That is also why a customer key is offered: its key policy decides, and the
  // default one leaves it to IAM, hence this statement. Both conditions narrow it to our own parameters, read
  // through SSM: Parameter Store names the parameter in the encryption context.
  if (settings.tokenKeyArn !== undefined) {
    statements.push(
      new PolicyStatement({
        sid: 'DecryptParameters',
        actions: ['kms:Decrypt'],
        resources: [settings.tokenKeyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `ssm.${stack.region}.amazonaws.com` },
          StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': [underApps, underTokens] },
        },
      }),
    );
  }

  if (settings.eventBusName !== undefined) {
    statements.push(
      new PolicyStatement({
        sid: 'PutEvents',
        actions: ['events:PutEvents'],
        resources: [
          stack.formatArn({
            service: 'events',
            resource: 'event-bus',
            resourceName: settings.eventBusName,
          }),
        ],
      }),
    );
  }

  if (batches !== undefined) {
    const { sid, actions } = QUEUE_ACTIONS[batches.does];
    statements.push(new PolicyStatement({ sid, actions: [...actions], resources: [batches.queue.queueArn] }));
  }

  const part = batches?.does === 'work off' ? 'batches of the scan' : 'the scan';
  const role = new Role(scope, id, {
    description: `Runs ${part} of Whacamole`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Scan: new PolicyDocument({ statements }) },
  });

  // The resource as cdk-nag names it: references to the template stand in angle brackets.
  const named = (path: string): string =>
    `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${settings.parameterPrefix}/${path}/*`;
  for (const path of ['apps', 'tokens']) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${named(path)}]`,
      reason:
        'The apps and tokens are whatever the owner puts below this path, at any time and without a deploy: ' +
        'the path is the narrowest thing that can be named.',
    });
  }
  return role;
};
