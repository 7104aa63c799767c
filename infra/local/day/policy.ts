/** Who looks after the fleet's memory, or nobody: what the day needs to know of it. */
import type { Measure } from '../../../lib/config/app-config.ts';
import type { FleetApp } from './fleet.ts';
import type { Invocations, PolicyName } from './results.ts';

/** A restart that a policy asked for, and the dyno that it had measured. */
export interface Decision {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly app: string;
  readonly process: string;
  /** UUID. */
  readonly dyno: string;
}

/** Over its threshold, and left alone. */
export interface SparedMoment {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly app: string;
  readonly process: string;
  readonly reason: string;
  readonly message: string;
}

/** How a policy watches one type of dyno. Undefined where it does not. */
export interface Watched {
  readonly thresholdMb: number;
  readonly measure: Measure;
}

export interface Policy {
  readonly name: PolicyName;
  readonly decisions: readonly Decision[];
  readonly spared: readonly SparedMoment[];
  watches(app: FleetApp, type: string, quota: number): Watched | undefined;
  /** Lives through the day, and lets its time pass. */
  live(from: number, to: number, onHour: (hour: number) => void): Promise<void>;
  invocations(): Invocations | undefined;
  close(): Promise<void>;
}
