/**
 * The Lambda's entry: EventBridge Scheduler starts it every minute. It makes the clients, takes the time, and
 * hands over to lib/scan.ts, where the minute itself stands.
 *
 * Invocations may overlap, come late, or come twice: Scheduler and Lambda deliver at least once. Nothing here
 * guards against that, and nothing need: what must happen once is claimed in the table (lib/restarts.ts).
 *
 * Clients are made once and live as long as the sandbox does; DynamoDB's and EventBridge's only when there is
 * something to restart or to say, for most minutes there is neither. What earlier scans have seen is kept, too,
 * and may be gone at any time.
 *
 * The invocation fails only where the scan as a whole did: Lambda's `Errors` metric then means something.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { boundedAnswers } from '../lib/bounded-answers.ts';
import type { Clock } from '../lib/clock.ts';
import { abortsAfter, Deadline } from '../lib/deadline.ts';
import { ScanError } from '../lib/errors.ts';
import { EventBus } from '../lib/event-bus.ts';
import { EventLog, type ScanDone } from '../lib/events.ts';
import { Restarts } from '../lib/restarts.ts';
import { scan } from '../lib/scan.ts';
import { readSettings } from '../lib/settings.ts';
import type { AppMemory } from '../lib/sightings.ts';

/** The part of Lambda's context that is used. */
export interface Context {
  getRemainingTimeInMillis?(): number;
}

export type Handler = (event?: unknown, context?: Context) => Promise<ScanDone>;

/** What differs between Lambda and a simulation: the time of day, and where lines go. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

const REMAINING_WHERE_UNKNOWN_MS = 55_000;

/** Without throwOnRequestTimeout, the SDK only warns. */
const patience = (requestTimeout: number) => ({
  extensions: [boundedAnswers],
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
});
const SSM = patience(4000);
// Two tries fit in what lib/restarts.ts allows a write.
const DYNAMO_DB = patience(2500);
const EVENT_BRIDGE = patience(2000);

/** A handler with clients of its own. Lambda calls `handler`; a simulation makes one that lives in its time. */
export function createHandler({ environment, clock, write }: Machine): Handler {
  const ssm = new SSMClient(SSM);
  const dynamoDb = once(() => new DynamoDBClient(DYNAMO_DB));
  const eventBridge = once(() => new EventBridgeClient(EVENT_BRIDGE));
  const memory = new Map<string, AppMemory>();

  return async (_event, context) => {
    const settings = readSettings(environment);
    const remaining = context?.getRemainingTimeInMillis?.() ?? REMAINING_WHERE_UNKNOWN_MS;
    // The end in order: apps stop, what is under way is settled, events go out; then time is up.
    const reserve = Math.min(6000, remaining * 0.15);
    const bus =
      settings.eventBusName === undefined
        ? undefined
        : new EventBus(settings.eventBusName, eventBridge, abortsAfter(remaining - reserve * 0.2));
    const log = new EventLog({ now: () => clock.now(), write, bus });

    const overdue = abortsAfter(remaining - reserve * 0.5);
    const surroundings = {
      clock,
      fetch,
      ssm,
      parameterPrefix: settings.parameterPrefix,
      herokuApiUrl: settings.herokuApiUrl,
      restarts: new Restarts({
        client: dynamoDb,
        tableName: settings.restartsTable,
        randomId: randomUUID,
        giveUp: overdue,
      }),
      log,
      memory,
      deadline: new Deadline(remaining - reserve),
      overdue,
    };
    // Time limits do not keep a process alive, and one that waits for nothing else would end.
    const alive = setTimeout(() => undefined, remaining);
    const { done, failed } = await scan(surroundings).finally(() => clearTimeout(alive));
    const unsent = await bus?.close();
    if (unsent) log.emit({ event: 'BusFailed', ...unsent });
    if (done.apps > 0 && failed.length === done.apps) {
      throw new ScanError(
        `Every app failed (${done.apps}): ${[...new Set(failed)].join(', ')}. Their AppFailed events say why.`,
      );
    }
    return done;
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }).catch(() => undefined),
};

export const handler: Handler = createHandler({
  environment: process.env,
  clock: systemClock,
  write: (line) => process.stdout.write(line),
});
