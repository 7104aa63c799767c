/**
 * The Lambda's entry: EventBridge Scheduler starts it every minute. It makes the clients, takes the time, and
 * hands over to lib/scan.ts, where the minute itself stands.
 *
 * Invocations may overlap, come late, or come twice: Scheduler and Lambda deliver at least once. Nothing here
 * guards against that, and nothing need: what must happen once is claimed in the table (lib/restarts.ts).
 *
 * The invocation fails only where the scan as a whole did: Lambda's `Errors` metric then means something.
 */
import { SQSClient } from '@aws-sdk/client-sqs';
import { Batches } from '../lib/batches.ts';
import { ScanError } from '../lib/errors.ts';
import type { ScanDone } from '../lib/events.ts';
import { scan } from '../lib/scan.ts';
import { type Context, LAMBDA, type Machine, once, patience, Sandbox } from './sandbox.ts';

export type Handler = (event?: unknown, context?: Context) => Promise<ScanDone>;

// By its region's endpoint, as the other clients, so that AWS_ENDPOINT_URL_SQS means something.
const SQS = { ...patience(4000), useQueueUrlAsEndpoint: false };

/** A handler with clients of its own. Lambda calls `handler`; a simulation makes one that lives in its time. */
export function createHandler(machine: Machine): Handler {
  const sandbox = new Sandbox(machine);
  const sqs = once(() => new SQSClient(SQS));
  return async (_event, context) => {
    const { done, failed } = await sandbox.invoke(context, (surroundings, { fanOut }) => {
      if (fanOut === undefined) return scan(surroundings);
      const { log, overdue, clock } = surroundings;
      const batches = new Batches({
        client: sqs,
        queueUrl: fanOut.queueUrl,
        now: () => clock.now(),
        log,
        giveUp: overdue,
      });
      return scan(surroundings, { above: fanOut.above, batches });
    });
    if (done.apps > 0 && failed.length === done.apps) {
      throw new ScanError(
        `Every app failed (${done.apps}): ${[...new Set(failed)].join(', ')}. Their AppFailed events say why.`,
      );
    }
    return done;
  };
}

export const handler: Handler = createHandler(LAMBDA);
