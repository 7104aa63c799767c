/**
 * The function on the real Heroku, a real minute at a time; its parameters and its table are on loopback and end
 * with the run. Nothing is restarted unless that was asked for in so many words: `dryRun` is forced into the
 * config and into the rules of each type, because a type's own rules would win over the config's.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import { type AppConfig, parseAppConfig } from '../../lib/config/app-config.ts';
import { AppError } from '../../lib/errors.ts';
import { invocation, loadBundle } from './bundle.ts';
import { HerokuRows } from './heroku-rows.ts';
import { ParameterStore } from './parameter-store.ts';
import { MINUTE_MS, type Stage } from './stage.ts';
import { type HerokuOptions, UsageError } from './start-options.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startTable } from './table.ts';

const PREFIX = '/whacamole';

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }).catch(() => undefined),
};

/** @throws UsageError where the token is missing or the config is wrong: nothing has been asked of Heroku then */
export async function openHerokuStage(
  options: HerokuOptions,
  environment: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
): Promise<Stage> {
  const { app, forReal } = options;
  const token = readToken(options.tokenVariable, environment);
  parse(app, options.config);
  const text = forReal ? options.config : withDryRun(options.config);
  const config = parse(app, text);

  const parameters = new ParameterStore({ clock: systemClock });
  const [parametersUrl, table] = await Promise.all([parameters.listen(), startTable()]);
  const close = async () => {
    await Promise.all([parameters.close(), table.close()]);
  };
  try {
    parameters.put(`${PREFIX}/tokens/${config.token}`, token, 'SecureString');
    parameters.put(`${PREFIX}/apps/${app}`, text);
    const surroundings = {
      PARAMETER_PREFIX: PREFIX,
      RESTARTS_TABLE: table.tableName,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_SSM: parametersUrl,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    };
    const herokuApiUrl = environment.HEROKU_API_URL;
    const { createHandler } = await loadBundle(surroundings);
    const rows = new HerokuRows(config.rules);
    const handler = createHandler({
      environment: { ...surroundings, HEROKU_API_URL: herokuApiUrl },
      clock: systemClock,
      write(line) {
        rows.take(line);
        write(line);
      },
    });
    let minuteEndsAt = 0;
    return {
      title: `the function on ${app} at ${herokuApiUrl || 'Heroku'}: ${forReal ? 'FOR REAL' : 'dry run'}`,
      notice: noticeOf(app, config, forReal),
      now: () => Date.now(),
      rows: () => rows.at(Date.now()),
      scan() {
        minuteEndsAt = Date.now() + MINUTE_MS;
        return handler({}, invocation());
      },
      async restOfMinute(ending) {
        const rest = Math.max(0, minuteEndsAt - Date.now());
        await wait(rest, undefined, { signal: ending }).catch(() => undefined);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same config, in which nothing may be restarted. A config that is no JSON object is left to the parser. */
export function withDryRun(config: string): string {
  const input: unknown = JSON.parse(config);
  if (!isRecord(input)) return config;
  const { dynos } = input;
  if (!isRecord(dynos)) return JSON.stringify({ ...input, dryRun: true });
  const forced = Object.entries(dynos).map(([type, rules]) => [
    type,
    isRecord(rules) ? { ...rules, dryRun: true } : rules,
  ]);
  return JSON.stringify({ ...input, dryRun: true, dynos: Object.fromEntries(forced) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readToken(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const token = environment[name]?.trim() ?? '';
  if (token !== '') return token;
  throw new UsageError(
    `${name} is not set, expected it to hold a Heroku API token. Make one with heroku authorizations:create, ` +
      `and give it by the environment: export ${name}=...`,
  );
}

function parse(app: string, text: string): AppConfig {
  try {
    return parseAppConfig(app, text);
  } catch (error) {
    if (error instanceof AppError) throw new UsageError(`--config: ${error.message}`);
    throw error;
  }
}

function noticeOf(app: string, { rules }: AppConfig, forReal: boolean): string {
  if (!forReal) {
    return `Dry run: decides and says so, and restarts no dyno of ${app}. To restart them, add --for-real.`;
  }
  if ([...rules.values()].every(({ dryRun }) => dryRun)) {
    return `For real, but the config says dryRun for every type: restarts no dyno of ${app}.`;
  }
  return `FOR REAL: restarts dynos of ${app} that are over their threshold.`;
}
