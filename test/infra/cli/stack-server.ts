/**
 * CloudFormation on loopback, for the two questions that are asked of it: what a stack's outputs and its resources
 * are. Answers and errors have the shape of the service's query protocol.
 */
import { createServer, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { closeServer, listenOnLoopback, readBody } from '../../../infra/local/loopback.ts';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export interface ServedStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** By physical id, the type. */
  readonly resources?: Readonly<Record<string, string>>;
}

/**
 * @param stacks by name, the outputs by theirs
 * @returns the URL for `AWS_ENDPOINT_URL_CLOUDFORMATION`; it ends with the test
 */
export async function serveStacks(
  stacks: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<string> {
  const served = Object.entries(stacks).map(([name, outputs]) => [name, { outputs }] as const);
  const server = createServer(async (request, response) => {
    answerAboutStacks(response, await readBody(request), Object.fromEntries(served));
  });
  onTestFinished(() => closeServer(server));
  return listenOnLoopback(server);
}

/** Answers a request of the query protocol. */
export function answerAboutStacks(
  response: ServerResponse,
  body: string,
  stacks: Readonly<Record<string, ServedStack>>,
): void {
  const asked = new URLSearchParams(body);
  const name = asked.get('StackName') ?? '';
  const stack = stacks[name];
  response.writeHead(stack === undefined ? 400 : 200, { 'content-type': 'text/xml' });
  if (stack === undefined) response.end(notThere(name));
  else response.end(asked.get('Action') === 'ListStackResources' ? listed(stack) : described(name, stack));
}

function described(stack: string, { outputs }: ServedStack): string {
  const members = Object.entries(outputs).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return (
    `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks><member>` +
    `<StackName>${stack}</StackName><CreationTime>2026-01-05T12:00:00Z</CreationTime>` +
    `<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs>` +
    '</member></Stacks></DescribeStacksResult></DescribeStacksResponse>'
  );
}

function listed({ resources = {} }: ServedStack): string {
  const members = Object.entries(resources).map(
    ([id, type]) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId>` +
      `<ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>` +
      '<LastUpdatedTimestamp>2026-01-05T12:00:00Z</LastUpdatedTimestamp></member>',
  );
  return (
    `<ListStackResourcesResponse xmlns="${NAMESPACE}"><ListStackResourcesResult><StackResourceSummaries>` +
    `${members.join('')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`
  );
}

function notThere(stack: string): string {
  const message = `Stack with id ${stack} does not exist`;
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>ValidationError</Code>` +
    `<Message>${message}</Message></Error><RequestId>local</RequestId></ErrorResponse>`
  );
}
