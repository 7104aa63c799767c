/**
 * All that a command needs from outside, handed over by the entry file, so that a test can hand over something
 * else: no command reaches for the process, the time of day, the network or the keyboard itself.
 */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SSMClient } from '@aws-sdk/client-ssm';

export type Environment = Readonly<Record<string, string | undefined>>;

export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean };
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The SDK's clients, each loaded and made at its first use. */
export interface AwsClients {
  ssm(): Promise<SSMClient>;
  dynamoDb(): Promise<DynamoDBClient>;
  cloudFormation(): Promise<CloudFormationClient>;
  logs(): Promise<CloudWatchLogsClient>;
  lambda(): Promise<LambdaClient>;
  scheduler(): Promise<SchedulerClient>;
}

/** Somebody to ask, if there is anybody. */
export interface Prompts {
  /** Whether there is: where not, none of the others may be called. */
  readonly canAsk: boolean;
  /** Enter means no, unless said otherwise. */
  confirm(question: string, byDefault?: boolean): Promise<boolean>;
  /** What is typed is never shown. */
  secret(question: string): Promise<string>;
}

export interface Surroundings {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Environment;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly aws: AwsClients;
  readonly prompts: Prompts;
  /** Lets somebody edit a text file, and resolves when they are done. Rejects where that cannot be. */
  readonly editFile: (path: string) => Promise<void>;
}
