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
  /** Where apps go in batches, where there are more of them than this; undefined: they never do. */
  readonly fanOut: { readonly queueUrl: string; readonly above: number } | undefined;
}

/** @throws ScanError naming every variable that is missing or wrong */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parameterPrefix = (environment.PARAMETER_PREFIX || '/whacamole').replace(/\/+$/, '');
  const restartsTable = environment.RESTARTS_TABLE ?? '';
  const herokuApiUrl = (environment.HEROKU_API_URL || 'https://api.heroku.com').replace(/\/+$/, '');

  const queueUrl = environment.BATCH_QUEUE_URL ?? '';
  const above = environment.FAN_OUT_ABOVE ?? '';

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
  if (queueUrl !== '' && !URL.canParse(queueUrl)) {
    problems.push(`BATCH_QUEUE_URL: found "${queueUrl}", expected the URL of an SQS queue, or nothing`);
  }
  if (queueUrl !== '' && !/^[1-9]\d{0,5}$/.test(above)) {
    problems.push(`FAN_OUT_ABOVE: found "${above}", expected a whole number of apps from 1`);
  }
  if (problems.length > 0) {
    throw new ScanError(`The function's environment is wrong: ${problems.join('; ')}.`);
  }
  return {
    parameterPrefix,
    restartsTable,
    herokuApiUrl,
    eventBusName: environment.EVENT_BUS_NAME || undefined,
    fanOut: queueUrl === '' ? undefined : { queueUrl, above: Number(above) },
  };
}
