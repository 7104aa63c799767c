/**
 * A deployment, as AWS tells of it: CloudFormation, Lambda, EventBridge Scheduler and CloudWatch Logs behind one
 * address, as far as commands ask them. What surprises: the first page of a log may be empty and not the last, as
 * AWS says of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback, readBody } from '../../../infra/local/loopback.ts';
import { type Row, recordsOf, runQuery } from '../aws/logs-insights.ts';
import { answerAboutStacks } from './stack-server.ts';

/** What can be changed of it at any time. */
export interface Deployed {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  stack: string;
  state: 'ENABLED' | 'DISABLED';
  expression: string;
  concurrency: number | undefined;
  functionState: string;
  prefix: string;
  /** What the function has written, one JSON object to a line. */
  lines: string;
  /** Services that refuse whatever is asked, by what they are called in a path or a target. */
  readonly refusing: Set<'schedules' | 'functions' | 'Logs'>;
  /** The queries that were started. */
  readonly queries: string[];
  /** What becomes of every query. */
  queryStatus: 'Complete' | 'Failed';
  /** Rows that a query gives at most, whatever it asks for. */
  mostRows: number;
}

export const LOG_GROUP = '/aws/whacamole';

const filterInput = z.object({
  logGroupName: z.literal(LOG_GROUP),
  startTime: z.number(),
  filterPattern: z.string(),
  nextToken: z.optional(z.string()),
});
const startInput = z.object({
  logGroupName: z.literal(LOG_GROUP),
  startTime: z.number(),
  endTime: z.number(),
  queryString: z.string(),
});
const resultsInput = z.object({ queryId: z.string() });
const PATTERN = /^\{ \$\.event = "(\w+)" \}$/;

/** Ends with the test. */
export async function deploy(outputs: Readonly<Record<string, string>> = {}): Promise<Deployed> {
  const server = createServer((request, response) => void answer(request, response));
  onTestFinished(() => closeServer(server));
  const deployed: Deployed = {
    ...{ url: await listenOnLoopback(server), stack: 'Whacamole' },
    ...{ state: 'ENABLED', expression: 'rate(1 minute)', concurrency: undefined, functionState: 'Active' },
    ...{ prefix: '/whacamole', lines: '', refusing: new Set(), queries: [], queryStatus: 'Complete' },
    mostRows: 10_000,
  };
  const running = new Map<string, { readonly rows: readonly Row[]; asked: number }>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target'] ?? request.url);
    const send = (status: number, json: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    };
    if ([...deployed.refusing].some((name) => target.includes(name))) {
      response.setHeader('x-amzn-errortype', 'AccessDeniedException');
      send(403, { __type: 'AccessDeniedException', message: 'not authorized to perform this' });
    } else if (target === '/') {
      answerAboutStacks(response, body, {
        [deployed.stack]: {
          outputs: {
            ...{ RestartsTableName: 'restarts', FunctionName: 'scan', LogGroupName: LOG_GROUP },
            ...outputs,
          },
          resources: { 'a-role': 'AWS::IAM::Role', 'the-schedule': 'AWS::Scheduler::Schedule' },
        },
      });
    } else if (target === '/schedules/the-schedule') {
      send(200, { Name: 'the-schedule', State: deployed.state, ScheduleExpression: deployed.expression });
    } else if (target === '/2015-03-31/functions/scan') {
      const { functionState, concurrency, prefix } = deployed;
      send(200, {
        Configuration: {
          ...{ FunctionName: 'scan', State: functionState },
          Environment: { Variables: { PARAMETER_PREFIX: prefix } },
        },
        ...(concurrency === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: concurrency } }),
      });
    } else if (target.endsWith('.FilterLogEvents')) {
      send(200, filter(filterInput.parse(JSON.parse(body))));
    } else if (target.endsWith('.StartQuery')) {
      send(200, start(startInput.parse(JSON.parse(body))));
    } else if (target.endsWith('.GetQueryResults')) {
      send(200, results(resultsInput.parse(JSON.parse(body)).queryId));
    } else {
      send(404, { message: `Expected something that is simulated, found ${target}` });
    }
  }

  function filter({ startTime, filterPattern, nextToken }: z.infer<typeof filterInput>) {
    const [, event] = PATTERN.exec(filterPattern) ?? [];
    if (event === undefined) throw new Error(`Not among the patterns that are simulated: ${filterPattern}`);
    if (nextToken === undefined) return { events: [], nextToken: 'more' };
    const messages = linesOf(deployed.lines).filter((line) => {
      const { event: name, at } = JSON.parse(line);
      return name === event && Date.parse(at) >= startTime;
    });
    return { events: messages.map((message) => ({ message, timestamp: startTime })) };
  }

  /** Whatever is asked for, each record has its own text as `@message`. */
  function start({ startTime, endTime, queryString }: z.infer<typeof startInput>) {
    const records = linesOf(deployed.lines).flatMap((line) =>
      recordsOf(line).map((record): Row => ({ ...record, '@message': line })),
    );
    const within = records.filter((record) => {
      const at = Date.parse(String(record['@timestamp'])) / 1000;
      return Math.floor(at) >= startTime && Math.floor(at) <= endTime;
    });
    const rows = runQuery(queryString, within).slice(0, deployed.mostRows);
    const queryId = `query-${deployed.queries.push(queryString)}`;
    running.set(queryId, { rows, asked: 0 });
    return { queryId };
  }

  /** The first time, it is still running. */
  function results(queryId: string) {
    const query = running.get(queryId);
    if (query === undefined) throw new Error(`There is no query ${queryId}`);
    if (query.asked++ === 0) return { status: 'Running', results: [] };
    const rows = query.rows.map((row) =>
      Object.entries(row).map(([field, value]) => ({ field, value: String(value) })),
    );
    return { status: deployed.queryStatus, results: deployed.queryStatus === 'Complete' ? rows : [] };
  }

  return deployed;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
