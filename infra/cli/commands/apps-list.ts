/**
 * `apps list`: every app, what is asked of it, whether it is watched, and when its dynos were last restarted. A
 * config that the function would refuse is shown with the words that the function would use.
 */
import { Command } from '@commander-js/extra-typings';
import type { AppConfig } from '../../../lib/config/app-config.ts';
import { type Read, readFolder } from '../../../lib/config/read.ts';

import { Restarts } from '../../../lib/restarts.ts';
import type { CommandLine, Drawing, Report } from '../command-line.ts';
import { describeStates, readConfig, stateOf, summarise } from '../config-summary.ts';
import { documentOf } from '../config-text.ts';
import { restartsTable } from '../deployment.ts';
import { explainError } from '../explain-error.ts';
import {
  type DeploymentOptions,
  jsonOption,
  parameterPrefix,
  prefixOption,
  stackOption,
} from '../options.ts';
import { Parameters } from '../parameters.ts';
import type { Surroundings } from '../surroundings.ts';
import { isoTime, span } from '../time.ts';

const HELP = `
Example:
  npx whacamole apps list
  npx whacamole apps list --json | jq '.apps[] | select(.problem) | .app'`;

const READ_LIMIT_MS = 30_000;

interface LastRestart {
  readonly process: string;
  readonly dyno: string;
  readonly at: string;
  /** False: it was asked for, and its outcome is not settled yet. */
  readonly settled: boolean;
}

interface ListedApp {
  readonly app: string;
  /** As it was written; null where that is no JSON object. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** What the function would say of it; null where it is in order. */
  readonly problem: string | null;
  /** By process type. */
  readonly states: Readonly<Record<string, 'watched' | 'dry-run' | 'paused'>>;
  /** In words. */
  readonly state: string;
  readonly summary: string;
  /** The newest first; null where the table could not be asked. */
  readonly restarts: readonly LastRestart[] | null;
}

export const appsListCommand = (commandLine: CommandLine) =>
  new Command('list')
    .description(
      'Lists the apps: what differs from the defaults, whether they are watched, their last restarts.',
    )
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((options) => commandLine.report(options, () => listApps(commandLine, options)));

async function listApps(commandLine: CommandLine, options: DeploymentOptions): Promise<Report> {
  const { surroundings } = commandLine;
  const prefix = parameterPrefix(options, surroundings.environment);
  const folder = `${prefix}/apps`;
  const parameters = await readFolder(
    await surroundings.aws.ssm(),
    folder,
    AbortSignal.timeout(READ_LIMIT_MS),
  );
  const tokens = await tokenNames(surroundings, `${prefix}/tokens`);
  const history = parameters.size === 0 ? undefined : await openHistory(commandLine, options);
  const now = surroundings.now();
  const apps: ListedApp[] = [];
  for (const [app, read] of [...parameters].sort(([one], [other]) => one.localeCompare(other))) {
    const restarts = (await history?.(app)) ?? null;
    apps.push({ ...describeApp(app, read, tokens, now), restarts });
  }
  return {
    document: { prefix, apps },
    text: (drawing) => (apps.length === 0 ? nothingIn(folder) : draw(apps, now, drawing)),
  };
}

function describeApp(
  app: string,
  read: Read,
  tokens: ReadonlySet<string>,
  now: number,
): Omit<ListedApp, 'restarts'> {
  const text = 'value' in read ? read.value : '';
  const result = 'value' in read ? readConfig(app, text) : { problem: `The config ${read.problem}.` };
  const problem = 'problem' in result ? result.problem : missingToken(result.config, tokens);
  if ('problem' in result || problem !== null) {
    const config = 'problem' in result ? null : documentOf(text);
    return { app, config, problem, states: {}, state: 'not watched', summary: '' };
  }
  const { config } = result;
  return {
    app,
    config: documentOf(text),
    problem,
    states: Object.fromEntries([...config.rules].map(([type, rules]) => [type, stateOf(rules, now).state])),
    state: describeStates(config, now),
    summary: summarise(config, text),
  };
}

async function tokenNames({ aws }: Surroundings, folder: string): Promise<ReadonlySet<string>> {
  const found = await new Parameters(await aws.ssm()).describeFolder(folder);
  return new Set(found.map(({ name }) => name.slice(folder.length + 1)));
}

function missingToken({ token }: AppConfig, tokens: ReadonlySet<string>): string | null {
  if (tokens.has(token)) return null;
  return `There is no token "${token}". Store it: npx whacamole tokens set${token === 'default' ? '' : ` ${token}`}`;
}

/** Undefined where there is no table to ask: what is watched is worth knowing all the same. */
async function openHistory(
  commandLine: CommandLine,
  options: DeploymentOptions,
): Promise<((app: string) => Promise<LastRestart[]>) | undefined> {
  const { surroundings } = commandLine;
  try {
    const client = await surroundings.aws.dynamoDb();
    const restarts = new Restarts({
      client: () => client,
      tableName: await restartsTable(surroundings, options),
      // Nothing is claimed here.
      randomId: () => '',
      giveUp: AbortSignal.timeout(READ_LIMIT_MS),
    });
    return async (app) => {
      const { claims } = await restarts.read(app);
      return [...claims.values()]
        .sort((one, other) => other.restartedAt - one.restartedAt)
        .map(({ process, dyno, restartedAt, state }) => ({
          process,
          dyno,
          at: isoTime(restartedAt),
          settled: state === 'done',
        }));
    };
  } catch (error) {
    commandLine.note(() => `The last restarts are not known: ${explainError(error).message}`);
    return undefined;
  }
}

function nothingIn(folder: string): string {
  return `No app is watched: there is no parameter under ${folder}. Add one: npx whacamole apps add YOUR-APP`;
}

function draw(apps: readonly ListedApp[], now: number, { paint }: Drawing): string {
  const nameWidth = Math.max(...apps.map(({ app }) => app.length));
  const indent = ' '.repeat(nameWidth + 2);
  return apps
    .map(({ app, problem, state, summary, restarts }) => {
      const name = paint('bold', app.padEnd(nameWidth));
      if (problem !== null) return `${name}  ${paint('red', state)}\n${indent}${problem}`;
      const colour = state === 'watched' ? 'green' : 'yellow';
      const first = `${name}  ${paint(colour, state)}: ${summary}`;
      const last = describeRestarts(restarts, now);
      return last === '' ? first : `${first}\n${indent}${paint('dim', last)}`;
    })
    .join('\n');
}

function describeRestarts(restarts: ListedApp['restarts'], now: number): string {
  if (restarts === null) return '';
  if (restarts.length === 0) return 'no restart on record';
  return `restarted: ${restarts
    .map(
      ({ process, at, settled }) =>
        `${process} ${span(now - Date.parse(at))} ago${settled ? '' : ' (unsettled)'}`,
    )
    .join(', ')}`;
}
