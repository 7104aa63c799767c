/**
 * Asks CloudWatch Logs Insights for an app's events. What surprises: a query gives 10,000 rows at most and does not
 * say that there were more, so where that many come, each half of the time is asked for on its own.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CommandError } from '../errors.ts';
import { type StoryEvent, storyEventIn } from './events.ts';

export interface LogQuestion {
  readonly logGroup: string;
  readonly app: string;
  /** `web.1`; undefined: all of the app. */
  readonly process: string | undefined;
  /** Epoch seconds, both included. */
  readonly from: number;
  readonly to: number;
}

const MOST_ROWS = 10_000;
const POLL_MS = 300;
const GIVE_UP_MS = 120_000;

export async function queryLog(client: CloudWatchLogsClient, question: LogQuestion): Promise<StoryEvent[]> {
  const messages = await ask(client, question);
  const { from, to } = question;
  if (messages.length < MOST_ROWS || from === to) return messages.flatMap((line) => storyEventIn(line) ?? []);
  const middle = Math.floor((from + to) / 2);
  return [
    ...(await queryLog(client, { ...question, to: middle })),
    ...(await queryLog(client, { ...question, from: middle + 1 })),
  ];
}

/** @param process and app are names that hold no quotation marks */
function textOf({ app, process }: LogQuestion): string {
  return [
    'fields @timestamp, @message',
    `filter app = "${app}"`,
    ...(process === undefined
      ? []
      : [`filter process = "${process}" or event in ["AppFailed", "NoSamples"]`]),
    'sort @timestamp asc',
    `limit ${MOST_ROWS}`,
  ].join('\n| ');
}

async function ask(client: CloudWatchLogsClient, question: LogQuestion): Promise<string[]> {
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupName: question.logGroup,
      startTime: question.from,
      endTime: question.to,
      queryString: textOf(question),
    }),
  );
  const giveUp = AbortSignal.timeout(GIVE_UP_MS);
  while (!giveUp.aborted) {
    const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Complete') {
      return results.flatMap((row) => row.find(({ field }) => field === '@message')?.value ?? []);
    }
    if (status !== 'Running' && status !== 'Scheduled') {
      throw new CommandError(
        `CloudWatch Logs Insights did not answer: the query over ${question.logGroup} ended as "${status}". Try again, ` +
          'or over a shorter time (--since).',
      );
    }
    await wait(POLL_MS);
  }
  throw new CommandError(
    `CloudWatch Logs Insights did not answer in ${GIVE_UP_MS / 1000} s. Try again, or over a shorter time (--since).`,
  );
}
