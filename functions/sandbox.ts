/**
 * What lives as long as a Lambda sandbox does, and what is made anew for each invocation: both entry files begin
 * with this.
 *
 * Clients are made once, and each only when there is something to ask: most minutes there is nothing to restart or
 * to say. What earlier scans have seen is kept, too, and may be gone at any time.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { boundedAnswers } from '../lib/bounded-answers.ts';
import type { Clock } from '../lib/clock.ts';
import { abortsAfter, Deadline } from '../lib/deadline.ts';
import { EventBus } from '../lib/event-bus.ts';
import { EventLog } from '../lib/events.ts';
import { Restarts } from '../lib/restarts.ts';
import { readSettings, type Settings } from '../lib/settings.ts';
import type { AppMemory } from '../lib/sightings.ts';
import type { Surroundings } from '../lib/surroundings.ts';

/** The part of Lambda's context that is used. */
export interface Context {
  getRemainingTimeInMillis?(): number;
}

/** What differs between Lambda and a simulation: the time of day, and where lines go. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

export const LAMBDA: Machine = {
  environment: process.env,
  clock: {
    now: () => Date.now(),
    sleep: (milliseconds, signal) =>
      wait(milliseconds, undefined, signal && { signal }).catch(() => undefined),
  },
  write: (line) => process.stdout.write(line),
};

const REMAINING_WHERE_UNKNOWN_MS = 55_000;

/** Without throwOnRequestTimeout, the SDK only warns. */
export const patience = (requestTimeout: number) => ({
  extensions: [boundedAnswers],
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
});
const SSM = patience(4000);
// Two tries fit in what lib/restarts.ts allows a write.
const DYNAMO_DB = patience(2500);
const EVENT_BRIDGE = patience(2000);

export class Sandbox {
  readonly #machine: Machine;
  readonly #ssm = new SSMClient(SSM);
  readonly #dynamoDb = once(() => new DynamoDBClient(DYNAMO_DB));
  readonly #eventBridge = once(() => new EventBridgeClient(EVENT_BRIDGE));
  readonly #memory = new Map<string, AppMemory>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * Runs one invocation, from its settings to its last event.
   *
   * @throws ScanError where the environment is wrong, and whatever `work` throws
   */
  async invoke<T>(
    context: Context | undefined,
    work: (surroundings: Surroundings, settings: Settings) => Promise<T>,
  ): Promise<T> {
    const { environment, clock, write } = this.#machine;
    const settings = readSettings(environment);
    const remaining = context?.getRemainingTimeInMillis?.() ?? REMAINING_WHERE_UNKNOWN_MS;
    // The end in order: apps stop, what is under way is settled, events go out; then time is up.
    const reserve = Math.min(6000, remaining * 0.15);
    const bus =
      settings.eventBusName === undefined
        ? undefined
        : new EventBus(settings.eventBusName, this.#eventBridge, abortsAfter(remaining - reserve * 0.2));
    const log = new EventLog({ now: () => clock.now(), write, bus });

    const overdue = abortsAfter(remaining - reserve * 0.5);
    const surroundings: Surroundings = {
      clock,
      fetch,
      ssm: this.#ssm,
      parameterPrefix: settings.parameterPrefix,
      herokuApiUrl: settings.herokuApiUrl,
      restarts: new Restarts({
        client: this.#dynamoDb,
        tableName: settings.restartsTable,
        randomId: randomUUID,
        giveUp: overdue,
      }),
      log,
      memory: this.#memory,
      deadline: new Deadline(remaining - reserve),
      overdue,
    };
    // Time limits do not keep a process alive, and one that waits for nothing else would end.
    const alive = setTimeout(() => undefined, remaining);
    const result = await work(surroundings, settings).finally(() => clearTimeout(alive));
    const unsent = await bus?.close();
    if (unsent) log.emit({ event: 'BusFailed', ...unsent });
    return result;
  }
}

export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
