/**
 * For those who have more apps than one function should scan: a queue, and a function that works off what comes in
 * it. Made only where the owner asks for it (`fanOutAbove`), for Lambda asks an empty queue for messages day and
 * night, and each asking costs.
 */

import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** A batch that was not scanned is delivered again after this: longer than a function may run. */
const VISIBILITY_TIMEOUT = Duration.seconds(60);
/** A batch is late after a minute, and the function says so; nothing is kept that nobody says anything of. */
const RETENTION = Duration.minutes(5);

export class BatchQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY_TIMEOUT,
      retentionPeriod: RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.queue).acknowledge(
      {
        id: 'AwsSolutions-SQS3',
        reason:
          'A batch that could not be scanned is not worth keeping: the next minute sends the same apps again.',
      },
      {
        id: 'cdk-validator-cfnguard::sqs_dlq_check',
        reason: 'As above: what could not be scanned in its minute is scanned in the next, and never later.',
      },
    );
  }

  /** Has a function work the batches off, at most so many at once. */
  feed(worker: IFunction, batchesAtOnce: number): void {
    new EventSourceMapping(this, 'Mapping', {
      target: worker,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      maxConcurrency: batchesAtOnce,
      reportBatchItemFailures: true,
    });
  }
}
