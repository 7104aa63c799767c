/** Asks AWS whether what was deployed runs: the stack, its function, its schedule, its table, and its last scan. */
import { ListStackResourcesCommand, type StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import * as z from 'zod/mini';
import { type Deployment, readDeployment } from '../deployment.ts';
import { CommandError } from '../errors.ts';
import type { DeploymentOptions } from '../options.ts';
import type { AwsClients, Surroundings } from '../surroundings.ts';
import { afterwards, attempt } from './attempt.ts';
import { type Fact, known } from './checks.ts';

export interface ScheduleFacts {
  readonly name: string;
  readonly enabled: boolean;
  /** `rate(1 minute)` */
  readonly expression: string;
}

export interface FunctionFacts {
  readonly name: string;
  /** `Active`, `Inactive`, `Pending`, `Failed` */
  readonly state: string;
  /** How many of it may run at once; null where nothing is said. */
  readonly reservedConcurrency: number | null;
  /** Where it reads configs and tokens. */
  readonly parameterPrefix: string;
}

export interface LastScanFacts {
  /** How far the log was looked through, milliseconds. */
  readonly lookedBackMs: number;
  readonly logGroup: string;
  /** The newest there is. */
  readonly scan: { readonly at: number; readonly apps: number; readonly failures: number } | undefined;
}

export interface DeploymentFacts {
  readonly stack: Fact<Deployment>;
  readonly function: Fact<FunctionFacts>;
  readonly schedule: Fact<ScheduleFacts>;
  readonly table: Fact<{ readonly name: string; readonly status: string }>;
  readonly lastScan: Fact<LastScanFacts>;
}

const MINUTE_MS = 60_000;
/** How often in a row a scan may be missed before that is a trouble, and how long it may take to come into the log. */
const LOOK_BACK_SCANS = 5;
const SHORTEST_LOOK_BACK_MS = 10 * MINUTE_MS;
const MOST_PAGES = 50;
const NO_STACK = 'the stack is not known';

export async function askDeployment(
  surroundings: Surroundings,
  options: DeploymentOptions,
): Promise<DeploymentFacts> {
  const { aws, environment, now } = surroundings;
  const stack = await attempt(() => readDeployment(aws, options));
  const [scan, schedule, table] = await Promise.all([
    afterwards(stack, NO_STACK, ({ functionName }) => attempt(() => askFunction(aws, functionName))),
    afterwards(stack, NO_STACK, () => attempt(() => askSchedule(aws, options.stack))),
    afterwards(tableName(environment.RESTARTS_TABLE, stack), NO_STACK, (name) =>
      attempt(() => askTable(aws, name)),
    ),
  ]);
  const lookBackMs = lookBack(schedule);
  const lastScan = await afterwards(stack, NO_STACK, ({ logGroup }) =>
    attempt(() => askLastScan(aws, { logGroup, lookBackMs, now: now() })),
  );
  return { stack, function: scan, schedule, table, lastScan };
}

function tableName(named: string | undefined, stack: Fact<Deployment>): Fact<string> {
  if (named) return known(named);
  return stack.kind === 'known' ? known(stack.value.restartsTable) : stack;
}

async function askFunction({ lambda }: AwsClients, name: string): Promise<FunctionFacts> {
  const client = await lambda();
  const { Configuration: found, Concurrency: concurrency } = await client.send(
    new GetFunctionCommand({ FunctionName: name }),
  );
  return {
    name,
    state: found?.State ?? 'unknown',
    reservedConcurrency: concurrency?.ReservedConcurrentExecutions ?? null,
    parameterPrefix: found?.Environment?.Variables?.PARAMETER_PREFIX ?? '/whacamole',
  };
}

async function askSchedule({ cloudFormation, scheduler }: AwsClients, stack: string): Promise<ScheduleFacts> {
  const resources = await listResources(await cloudFormation(), stack);
  const name = resources.find(({ ResourceType }) => ResourceType === 'AWS::Scheduler::Schedule');
  if (name?.PhysicalResourceId === undefined) {
    throw new CommandError(`The stack ${stack} has no schedule: deploy it again (npm run deploy).`);
  }
  const client = await scheduler();
  const found = await client.send(new GetScheduleCommand({ Name: name.PhysicalResourceId }));
  return {
    name: name.PhysicalResourceId,
    enabled: found.State === 'ENABLED',
    expression: found.ScheduleExpression ?? '',
  };
}

async function listResources(
  client: Awaited<ReturnType<AwsClients['cloudFormation']>>,
  stack: string,
): Promise<StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new ListStackResourcesCommand({ StackName: stack, NextToken: token });
    const { StackResourceSummaries = [], NextToken } = await client.send(command);
    resources.push(...StackResourceSummaries);
    if (NextToken === undefined) break;
    token = NextToken;
  }
  return resources;
}

async function askTable(
  { dynamoDb }: AwsClients,
  name: string,
): Promise<{ readonly name: string; readonly status: string }> {
  const client = await dynamoDb();
  const { Table: found } = await client.send(new DescribeTableCommand({ TableName: name }));
  return { name, status: found?.TableStatus ?? 'unknown' };
}

/** A schedule of an hour cannot be judged by ten minutes of log. */
function lookBack(schedule: Fact<ScheduleFacts>): number {
  const rate =
    schedule.kind === 'known' ? /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule.value.expression) : null;
  const unit = { minute: 1, hour: 60, day: 24 * 60 }[rate?.[2] ?? 'minute'] ?? 1;
  return Math.max(SHORTEST_LOOK_BACK_MS, LOOK_BACK_SCANS * Number(rate?.[1] ?? 1) * unit * MINUTE_MS);
}

const scanDone = z.object({ at: z.iso.datetime(), apps: z.number(), failures: z.number() });

async function askLastScan(
  { logs }: AwsClients,
  { logGroup, lookBackMs, now }: { logGroup: string; lookBackMs: number; now: number },
): Promise<LastScanFacts> {
  const client = await logs();
  let newest: LastScanFacts['scan'];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { events = [], nextToken } = await client.send(
      new FilterLogEventsCommand({
        logGroupName: logGroup,
        startTime: now - lookBackMs,
        filterPattern: '{ $.event = "ScanDone" }',
        nextToken: token,
      }),
    );
    for (const { message = '' } of events) {
      const { at, apps, failures } = scanDone.parse(JSON.parse(message));
      if (Date.parse(at) > (newest?.at ?? 0)) newest = { at: Date.parse(at), apps, failures };
    }
    // A page may be empty and not be the last.
    if (nextToken === undefined) break;
    token = nextToken;
  }
  return { lookedBackMs: lookBackMs, logGroup, scan: newest };
}
