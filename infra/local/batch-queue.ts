/**
 * SQS on loopback, as far as a scan speaks to it: it takes messages, and whoever plays Lambda's event source mapping
 * takes them out again, as the events that functions/scan-batch.ts is invoked with.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback, readBody } from './loopback.ts';

export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

/** What Lambda hands to a function for a message. */
export function sqsEvent(...messages: readonly QueuedMessage[]): {
  readonly Records: readonly QueuedMessage[];
} {
  return { Records: messages };
}

const sendMessage = z.object({ MessageBody: z.string() });

export class BatchQueue {
  /** What has been sent and not been taken, the oldest first. */
  readonly messages: QueuedMessage[] = [];
  /** How many of the next requests are refused. */
  refusals = 0;
  readonly #server = createServer((request, response) => void this.#receive(request, response));
  readonly #waiting: (() => void)[] = [];
  #url = '';

  async listen(): Promise<void> {
    this.#url = await listenOnLoopback(this.#server);
  }

  /** What a sender wants in its environment. */
  get environment(): Readonly<Record<string, string>> {
    return { BATCH_QUEUE_URL: `${this.#url}/000000000000/batches`, AWS_ENDPOINT_URL_SQS: this.#url };
  }

  /** Resolves to the oldest message as soon as there is one, or to undefined when `ending` aborts. */
  async take(ending: AbortSignal): Promise<QueuedMessage | undefined> {
    while (this.messages.length === 0 && !ending.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        ending.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return this.messages.shift();
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    if (this.refusals > 0) {
      this.refusals--;
      answer(400, { __type: 'com.amazonaws.sqs#AccessDenied', message: 'A test asked for this.' });
      return;
    }
    const { MessageBody: body } = sendMessage.parse(JSON.parse(text));
    const messageId = randomUUID();
    this.messages.push({ messageId, body });
    this.#waiting.shift()?.();
    answer(200, { MessageId: messageId, MD5OfMessageBody: createHash('md5').update(body).digest('hex') });
  }
}
