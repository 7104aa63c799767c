/** What is known of one app: its config, its token, and what Heroku says of it. */
import type { AppConfig } from '../../../lib/config/app-config.ts';
import type { Dyno } from '../../../lib/heroku/answers.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import type { Claim } from '../../../lib/restart-items.ts';
import type { Fact } from './checks.ts';

export interface ConfigFacts {
  readonly config: AppConfig;
  /** As it was written. */
  readonly text: string;
}

export interface TokenFacts {
  readonly name: string;
  /** Null where Heroku does not say. */
  readonly account: string | null;
  /** Null where Heroku does not say. */
  readonly requestsLeft: number | null;
}

export interface HerokuApp {
  /** `cedar`, `fir`; null where Heroku does not say. */
  readonly generation: string | null;
  readonly maintenance: boolean;
}

export interface MetricsFacts {
  readonly enabled: boolean;
  /** The doctor has just switched it on: no dyno knows of it yet. */
  readonly justNow: boolean;
}

/** A process type, as it is scaled. */
export interface Formation {
  readonly type: string;
  readonly quantity: number;
  /** `standard-2X` */
  readonly size: string;
}

/** What the history of the app's log says. */
export interface LogFacts {
  /** How much time it spans, milliseconds. */
  readonly spanMs: number;
  /** The latest time that a line says, epoch milliseconds; undefined where there is none. */
  readonly lastAt: number | undefined;
  /** The newest of each dyno. */
  readonly samples: readonly Sample[];
  /** What logplex says about itself. */
  readonly notices: readonly string[];
}

export interface AppFacts {
  readonly app: string;
  readonly config: Fact<ConfigFacts>;
  readonly token: Fact<TokenFacts>;
  readonly heroku: Fact<HerokuApp>;
  readonly metrics: Fact<MetricsFacts>;
  readonly preboot: Fact<boolean>;
  readonly formation: Fact<readonly Formation[]>;
  readonly dynos: Fact<readonly Dyno[]>;
  readonly log: Fact<LogFacts>;
  /** Its restarts on record. */
  readonly claims: Fact<readonly Claim[]>;
}
