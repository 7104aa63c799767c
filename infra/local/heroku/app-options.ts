/**
 * What a simulated app can be told to be like. Every option has a default that makes an ordinary, quiet Cedar
 * app with `log-runtime-metrics` on.
 */
import type { DynoBehaviour } from './memory.ts';
import type { TrafficText } from './traffic.ts';

export interface TrafficOptions extends TrafficText {
  readonly routerLinesPerSecond?: number;
  readonly appLinesPerSecond?: number;
}

export interface AppOptions extends TrafficOptions {
  /** Holds for process type `web` alone, as on Heroku. */
  readonly preboot?: boolean;
  /** On by default; a change takes hold of a dyno when it is next restarted. */
  readonly runtimeMetrics?: boolean;
  /** Fir has no runtime metrics and no log history. */
  readonly generation?: 'cedar' | 'fir';
  readonly maintenance?: boolean;
  /** From `starting` to `up`; 10 by default. */
  readonly bootSeconds?: number;
  /** 60 by default; with preboot, old dynos live two minutes longer than this. */
  readonly bootTimeoutSeconds?: number;
  /** 24 h by default, plus up to 15 % by chance; `Infinity` for never. */
  readonly cycleEverySeconds?: number;
  /** Accounts that may see the app; all by default. */
  readonly access?: readonly string[];
  /** What everybody else is answered; 403 by default. */
  readonly refusal?: 403 | 404;
  /** Cuts every log body into HTTP chunks of exactly so many bytes. */
  readonly chunkBytes?: number;
  readonly logSession?: LogSessionOptions;
}

export interface LogSessionOptions {
  readonly tailForbidden?: boolean;
  /** Sent as `X-Heroku-Warning` with every log body. */
  readonly warning?: string;
  /** Virtual seconds between two keep-alive bytes of a tail; 15 by default. */
  readonly keepAliveSeconds?: number;
}

export interface OneOffOptions extends DynoBehaviour {
  /** `run` by default. */
  readonly type?: 'run' | 'scheduler' | 'release';
  /** The number in its name; by chance otherwise. */
  readonly number?: number;
  /** How long its job takes once it is up; it stays for good otherwise. */
  readonly seconds?: number;
}

export interface WrittenLine {
  readonly source: 'app' | 'heroku';
  /** `web.1`, `router`, `api`. */
  readonly process: string;
  readonly message: string;
  /** The time that the line itself says, epoch milliseconds; now by default. */
  readonly at?: number;
}
