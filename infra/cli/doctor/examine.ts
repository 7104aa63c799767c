/** Asks for everything that a doctor wants to know: of AWS once, of each token once, of each app on its own. */
import pLimit from 'p-limit';
import { type Parameters, readFolder } from '../../../lib/config/read.ts';
import { AppError } from '../../../lib/errors.ts';
import type { Claim } from '../../../lib/restart-items.ts';
import { Restarts } from '../../../lib/restarts.ts';
import { readConfig } from '../../../lib/scan-apps.ts';
import type { CommandLine } from '../command-line.ts';
import { type DeploymentOptions, herokuApiUrl, parameterPrefix } from '../options.ts';
import type { TokenFacts } from './app-facts.ts';
import { askApp, type OpenApp } from './ask-app.ts';
import { askDeployment, type DeploymentFacts } from './ask-deployment.ts';
import { askToken, type OpenedToken } from './ask-token.ts';
import { afterwards, attempt } from './attempt.ts';
import type { Fact } from './checks.ts';

export interface Examined {
  readonly deployment: DeploymentFacts;
  readonly apps: readonly OpenApp[];
  /** The tokens that work, of those that were needed. */
  readonly tokens: readonly TokenFacts[];
  /** By app, the name of its token: of all apps, whichever was asked about. */
  readonly tokenNames: ReadonlyMap<string, string>;
}

const READ_LIMIT_MS = 60_000;
const APPS_AT_ONCE = 5;

/**
 * @param app this one alone; all by default
 * @throws ScanError where the parameters cannot be read: then nothing is known of any app
 */
export async function examine(
  commandLine: CommandLine,
  app: string | undefined,
  options: DeploymentOptions,
): Promise<Examined> {
  const { surroundings } = commandLine;
  const { aws, environment, fetch } = surroundings;
  const prefix = parameterPrefix(options, environment);
  const baseUrl = herokuApiUrl(environment);
  const ssm = await aws.ssm();
  const read = (folder: string) => readFolder(ssm, folder, AbortSignal.timeout(READ_LIMIT_MS));
  const [parameters, tokens] = await Promise.all([read(`${prefix}/apps`), read(`${prefix}/tokens`)]);
  for (const token of tokens.values()) if ('value' in token) commandLine.keepSecret(token.value.trim());

  const opened = new Map<string, Promise<Fact<OpenedToken>>>();
  const openToken = (name: string) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const asked = askToken(name, { all: tokens, folder: `${prefix}/tokens`, baseUrl, fetch });
    opened.set(name, asked);
    return asked;
  };
  const deployment = await askDeployment(surroundings, options);
  const claims = await claimsReader(commandLine, deployment);
  const names = app === undefined ? [...parameters.keys()].sort() : [app];
  const atOnce = pLimit(APPS_AT_ONCE);
  const apps = await Promise.all(
    names.map((name) =>
      atOnce(() =>
        askApp({
          ...{
            app: name,
            parameter: `${prefix}/apps/${name}`,
            read: parameters.get(name),
            openToken,
            claims,
          },
          keepUrlSecret: (url) => keepUrlSecret(commandLine, url),
        }),
      ),
    ),
  );
  const facts = await Promise.all(opened.values());
  return {
    ...{ deployment, apps, tokenNames: tokenNamesOf(parameters) },
    tokens: facts.flatMap((fact) => (fact.kind === 'known' ? fact.value.facts : [])),
  };
}

async function claimsReader(
  { surroundings }: CommandLine,
  { table }: DeploymentFacts,
): Promise<(app: string) => Promise<Fact<readonly Claim[]>>> {
  const client = await surroundings.aws.dynamoDb();
  return (app) =>
    afterwards(table, 'the table does not answer', ({ name }) => {
      const restarts = new Restarts({
        client: () => client,
        tableName: name,
        // Nothing is claimed here.
        randomId: () => '',
        giveUp: AbortSignal.timeout(READ_LIMIT_MS),
      });
      return attempt(async () => [...(await restarts.read(app)).claims.values()]);
    });
}

function tokenNamesOf(parameters: Parameters): Map<string, string> {
  const names = new Map<string, string>();
  for (const [app, read] of parameters) {
    try {
      names.set(app, readConfig(app, read).token);
    } catch (error) {
      // It is not watched, and costs nothing.
      if (!(error instanceof AppError)) throw error;
    }
  }
  return names;
}

/** A log session's URL can be read by whoever has it. */
function keepUrlSecret(commandLine: CommandLine, url: string): void {
  commandLine.keepSecret(url);
  commandLine.keepSecret(new URL(url).pathname);
}
