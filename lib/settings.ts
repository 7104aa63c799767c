/**
 * The function's own settings, from its environment. The stack sets them; whoever sets them by hand gets every
 * mistake named at once.
 */
import { ScanError } from './errors.ts';

export interface Settings {
  /** Without a slash at its end. */
  readonly parameterPrefix: string;
  readonly restartsTable: string;
  /** Without a slash at its end. */
  readonly herokuApiUrl: string;
  readonly eventBusName: string | undefined;
}

/** @throws ScanError naming every variable that is missing or wrong */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parameterPrefix = (environment.PARAMETER_PREFIX || '/whacamole').replace(/\/+$/, '');
  const restartsTable = environment.RESTARTS_TABLE ?? '';
  const herokuApiUrl = (environment.HEROKU_API_URL || 'https://api.heroku.com').replace(/\/+$/, '');

  const problems: string[] = [];
  if (!/^(\/[A-Za-z0-9_.-]+)+$/.test(parameterPrefix)) {
    problems.push(`PARAMETER_PREFIX: found "${parameterPrefix}", expected a path such as "/whacamole"`);
  }
  if (restartsTable === '') {
    problems.push('RESTARTS_TABLE: not set, expected the name of the DynamoDB table');
  }
  if (!URL.canParse(herokuApiUrl) || !/^https?:$/.test(new URL(herokuApiUrl).protocol)) {
    problems.push(`HEROKU_API_URL: found "${herokuApiUrl}", expected a URL such as "https://api.heroku.com"`);
  }
  if (problems.length > 0) {
    throw new ScanError(`The function's environment is wrong: ${problems.join('; ')}.`);
  }
  return {
    parameterPrefix,
    restartsTable,
    herokuApiUrl,
    eventBusName: environment.EVENT_BUS_NAME || undefined,
  };
}
