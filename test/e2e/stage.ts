/**
 * Everything that a user of this product has before it: an AWS account, a Heroku account with apps, and a terminal
 * with both CLIs; and what the deployed function meets.
 *
 * What surprises: Heroku's clock stands still, two hours ago, until `reachNow`. So the user can restart a dyno, it
 * leaks for two hours, and is found over its threshold a minute later.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { SimulatedApp } from '../../infra/local/heroku/app.ts';
import { SimulatedHeroku } from '../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { DynamoDbLocal } from './dynamodb-local.ts';
import { EmulatedAws } from './emulated-aws.ts';
import { herokuEnvironment, linkHerokuCommand } from './heroku-cli.ts';
import { Terminal } from './terminal.ts';

export interface Stage {
  readonly aws: EmulatedAws;
  readonly dynamoDb: DynamoDbLocal;
  readonly heroku: SimulatedHeroku;
  readonly herokuUrl: string;
  readonly terminal: Terminal;
  /** For whatever the suite itself writes; gone with the stage. */
  readonly folder: string;
  /** Heroku's clock leaps to the time of day, and goes on with it. */
  reachNow(): void;
  /** So many seconds more pass at Heroku alone. */
  passSeconds(seconds: number): void;
  close(): Promise<void>;
}

const TWO_HOURS_MS = 2 * 3600_000;
/** In 75 minutes over 500 MB of 512, the default threshold; a dyno ends at the double, far from here. */
const LEAK = { baseMb: 200, leakMbPerMinute: 4 };
/** The user's own, which the Heroku CLI has. */
export const LOGIN = 'HRKU-the-login-of-the-user';

/** Whatever stands already is taken down again where something is missing. */
export async function setStage(): Promise<Stage> {
  const clock = new VirtualClock({ start: Date.now() - TWO_HOURS_MS });
  const heroku = new SimulatedHeroku({ clock });
  heroku.addToken(LOGIN);
  await using begun = new AsyncDisposableStack();
  const herokuUrl = await heroku.listen();
  begun.defer(() => heroku.close());
  const aws = await EmulatedAws.start();
  begun.defer(() => aws.stop());
  const dynamoDb = await DynamoDbLocal.start();
  begun.defer(() => dynamoDb.stop());
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-e2e-'));
  begun.defer(() => rm(folder, { recursive: true, force: true }));
  const terminal = new Terminal({
    home: await mkdtemp(join(folder, 'home-')),
    path: [await linkHerokuCommand(folder), aws.bin],
    environment: {
      ...aws.environment,
      // What a user answers by hand, and where the CDK leaves its things.
      CDK_REQUIRE_APPROVAL: 'never',
      CDK_OUTPUT: join(folder, 'cdk.out'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_NOTICES: 'false',
      npm_config_update_notifier: 'false',
      ...herokuEnvironment(herokuUrl, LOGIN),
    },
  });

  let stopClock = () => {};
  begun.defer(() => stopClock());
  const ending = begun.move();
  return {
    ...{ aws, dynamoDb, heroku, herokuUrl, terminal, folder },
    reachNow() {
      clock.advance(Math.max(0, Date.now() - clock.now()));
      stopClock = clock.run(1);
    },
    passSeconds(seconds) {
      clock.advance(seconds * 1000);
    },
    close: () => ending.disposeAsync(),
  };
}

/** An app of two web dynos, the first of which leaks. Its samples are off, as they are on Heroku at first. */
export function addLeakingApp(heroku: SimulatedHeroku, name: string): SimulatedApp {
  const app = heroku.addApp(name, { runtimeMetrics: false, bootSeconds: 1 });
  app.scale('web', 2, (index) => (index === 1 ? LEAK : {}));
  return app;
}

/** The table that was deployed, with the emulator that knows conditions. */
export async function bringTableOver({ terminal, dynamoDb }: Stage, name: string): Promise<void> {
  const { Table } = await terminal.ask<{ Table: TableDescription }>(
    `aws dynamodb describe-table --table-name ${name}`,
  );
  await dynamoDb.createTableLike(Table);
}

/** What a deploy prints at its end: `Whacamole.FunctionName = …` */
export function outputsIn(shown: string): ReadonlyMap<string, string> {
  return new Map(
    [...shown.matchAll(/^Whacamole\.(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}
