/** What Lambda does with what a function writes, and the emulator does not: each line becomes an event of its log group. */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../infra/local/table.ts';

const NAME = { logStreamName: '2026/01/05/[$LATEST]0123456789abcdef' } as const;

export class LogStream {
  readonly #client: CloudWatchLogsClient;
  readonly #logGroupName: string;

  private constructor(client: CloudWatchLogsClient, logGroupName: string) {
    this.#client = client;
    this.#logGroupName = logGroupName;
  }

  static async open(endpoint: string, logGroupName: string): Promise<LogStream> {
    const client = new CloudWatchLogsClient({
      endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    await client.send(new CreateLogStreamCommand({ logGroupName, ...NAME }));
    return new LogStream(client, logGroupName);
  }

  /** @param text whole lines */
  async write(text: string): Promise<void> {
    const timestamp = Date.now();
    const logEvents = text
      .split('\n')
      .filter((line) => line !== '')
      .map((message) => ({ timestamp, message }));
    await this.#client.send(
      new PutLogEventsCommand({ logGroupName: this.#logGroupName, ...NAME, logEvents }),
    );
  }
}
