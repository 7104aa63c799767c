/**
 * What the emulator cannot do, and why: what this suite therefore does not prove. Nothing of it is bent into the
 * product; where another test stands in, it is named.
 */

export interface Limit {
  readonly what: string;
  readonly reason: string;
  /** What is checked instead, if anything. */
  readonly instead?: string;
  /** Resource types of the two stacks (ours and the CDK's own) that moto leaves out because of it. */
  readonly resourceTypes?: readonly string[];
}

export const LIMITS: readonly Limit[] = [
  {
    what: 'Heroku itself',
    reason: 'it is simulated: infra/local/heroku',
    instead:
      "the real Heroku CLI asks the simulation and shows what it holds, and its answers are held against the CLI's types",
  },
  {
    what: 'The schedule runs the function',
    reason: 'moto keeps schedules and never fires one',
    instead: 'the schedule is read back with what it would call, and the suite invokes the function',
  },
  {
    what: 'Lambda runs the function',
    reason: 'moto needs Docker for it, and a Lambda image',
    instead:
      "AWS's own runtime client runs the deployed code, with the deployed environment, on Lambda's Node",
  },
  {
    what: 'arm64',
    reason: 'the suite runs on the processor that is there',
    instead: 'the bundle is JavaScript, without native modules',
  },
  {
    what: 'A time of day other than now',
    reason: 'the deployed function takes the time from the system',
    instead: 'what takes hours is tested in simulated time: test/functions/laws.test.ts',
  },
  {
    what: 'Permissions',
    reason: 'moto cannot read the policies that CloudFormation gives a role, and knows no resource for SSM',
    instead: 'the template test compares every action and resource: test/infra/aws/scan-role.test.ts',
  },
  {
    what: 'Customer keys for the tokens',
    reason: 'moto encrypts nothing and asks no key policy',
    instead: 'the template test: test/infra/aws/scan-role.test.ts',
  },
  {
    what: "The function's log group gets its lines, in JSON, at the level that the stack sets",
    reason: "moto drops a function's LoggingConfig, and nobody writes into the log group",
    instead:
      'the sandbox runs with the JSON format, and the suite puts the lines of its standard output into the log group',
  },
  {
    what: 'aws logs tail, which the deploy prints',
    reason: 'version 1 of the AWS CLI, the only one that can be installed from packages, does not have it',
    instead: 'the log group that it names is looked up, and its events are read with filter-log-events',
  },
  {
    what: 'Dashboard and saved queries give their rows',
    reason:
      "moto's Logs Insights ignores stats, parse and all but the simplest filter, and has no saved queries at all",
    instead: 'an evaluator runs them over the output of a scan: test/infra/aws/queries.test.ts',
    resourceTypes: ['AWS::Logs::QueryDefinition'],
  },
  {
    what: 'A rule on the bus reaches a topic or Slack',
    reason: "moto's bus cannot publish to SNS, and calls an API destination without a body",
    instead:
      'the commands are run, and rule and target are read back; another rule shows what comes on the bus',
  },
  {
    what: 'Alarms go off',
    reason: "moto evaluates no alarm and counts with no metric filter, and a topic's policy is not kept",
    instead: 'alarms and filters are read back; the rest is in test/infra/aws/monitoring.test.ts',
    resourceTypes: ['AWS::SNS::TopicPolicy'],
  },
  {
    what: "The policy of the CDK's own bucket, and the record of the CDK's version",
    reason: 'moto leaves them out; they are no part of this project',
    resourceTypes: ['AWS::CDK::Metadata', 'AWS::S3::BucketPolicy'],
  },
  {
    what: 'Dynos are scaled, or get another size',
    reason: 'the simulated Heroku does not let it be asked for',
  },
  {
    what: 'Quotas of an account, throttling, pages that are empty and go on',
    reason: 'moto has none',
    instead: 'the simulated Parameter Store has such pages: test/infra/local/parameter-store.test.ts',
  },
];
