/**
 * All that a scan needs from outside, handed over by the entry file: nothing in `lib` reaches for it itself.
 */
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from './clock.ts';
import type { Deadline } from './deadline.ts';
import type { EventLog } from './events.ts';
import type { Restarts } from './restarts.ts';
import type { AppMemory } from './sightings.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly ssm: SSMClient;
  /** Where in Parameter Store the configs and tokens are, without a slash at its end. */
  readonly parameterPrefix: string;
  /** Base URL of the Platform API, without a slash at its end. */
  readonly herokuApiUrl: string;
  readonly restarts: Restarts;
  readonly log: EventLog;
  /** By app: what earlier scans of a warm function have seen. */
  readonly memory: Map<string, AppMemory>;
  /** By then every app is done. */
  readonly deadline: Deadline;
  /** Aborts a little later, when even what was under way by then has to be left alone. */
  readonly overdue: AbortSignal;
}
