/**
 * CloudFormation on loopback, for the one question that is asked of it: what a stack's outputs are. Answers and
 * errors have the shape of the service's query protocol.
 */
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { closeServer, listenOnLoopback, readBody } from '../../../infra/local/loopback.ts';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/**
 * @param stacks by name, the outputs by theirs
 * @returns the URL for `AWS_ENDPOINT_URL_CLOUDFORMATION`; it ends with the test
 */
export async function serveStacks(
  stacks: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const stack = new URLSearchParams(await readBody(request)).get('StackName') ?? '';
    const outputs = stacks[stack];
    response.writeHead(outputs === undefined ? 400 : 200, { 'content-type': 'text/xml' });
    response.end(outputs === undefined ? notThere(stack) : described(stack, outputs));
  });
  onTestFinished(() => closeServer(server));
  return listenOnLoopback(server);
}

function described(stack: string, outputs: Readonly<Record<string, string>>): string {
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

function notThere(stack: string): string {
  const message = `Stack with id ${stack} does not exist`;
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>ValidationError</Code>` +
    `<Message>${message}</Message></Error><RequestId>local</RequestId></ErrorResponse>`
  );
}
