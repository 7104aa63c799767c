/**
 * The entry of those who share a scan of many apps: SQS hands over batches that functions/scan.ts has sent. The
 * laws hold as they do there, for it is the same code.
 *
 * A batch may come twice, or late. Twice does no harm, as with any runs that overlap; late is dropped, with an
 * event. Where a batch could not be scanned at all it is reported back, and SQS delivers it once more.
 */
import * as z from 'zod/mini';
import { scanBatch } from '../lib/scan-batch.ts';
import { type Context, LAMBDA, type Machine, Sandbox } from './sandbox.ts';

const sqsEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/** What Lambda's event source mapping takes for an answer: the messages that are to be delivered again. */
export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export type BatchHandler = (event: unknown, context?: Context) => Promise<BatchResponse>;

export function createBatchHandler(machine: Machine): BatchHandler {
  const sandbox = new Sandbox(machine);
  return async (event, context) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of sqsEvent.parse(event).Records) {
      const done = await sandbox.invoke(context, (surroundings) => scanBatch(body, surroundings));
      if (!done) batchItemFailures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures };
  };
}

export const handler: BatchHandler = createBatchHandler(LAMBDA);
