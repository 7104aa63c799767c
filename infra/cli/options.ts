/**
 * The options that several commands share, and how what is typed is read. A mistake names what was found and what
 * was expected; what might be a token that was typed in the wrong place is not repeated.
 */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { withholdSecrets } from '../../lib/config/app-config.ts';
import { UsageError } from './errors.ts';
import type { Environment } from './surroundings.ts';

export const DEFAULT_STACK = 'Whacamole';
const STAGED_STACK = /^Whacamole-(.+)$/;

export const jsonOption = () => new Option('--json', 'print one JSON document');
export const yesOption = () => new Option('--yes', 'write without asking, as a script must');
export const stackOption = () =>
  new Option('--stack <name>', 'the CloudFormation stack, with a stage Whacamole-STAGE').default(
    DEFAULT_STACK,
  );
export const prefixOption = () =>
  new Option(
    '--prefix <path>',
    'where the parameters are (default: PARAMETER_PREFIX, or /whacamole, or /whacamole-STAGE as --stack says)',
  );

export interface DeploymentOptions {
  readonly prefix?: string | undefined;
  readonly stack: string;
}

/** Where configs and tokens are in Parameter Store, without a slash at its end. @throws UsageError */
export function parameterPrefix({ prefix, stack }: DeploymentOptions, environment: Environment): string {
  const stage = STAGED_STACK.exec(stack)?.[1];
  const byStack = stage === undefined ? '/whacamole' : `/whacamole-${stage}`;
  const found = (prefix || environment.PARAMETER_PREFIX || byStack).replace(/\/+$/, '');
  if (/^(\/[A-Za-z0-9_.-]+)+$/.test(found)) return found;
  const where = prefix ? '--prefix' : 'PARAMETER_PREFIX';
  throw new UsageError(`${where}: found "${withholdSecrets(found)}", expected a path such as "/whacamole".`);
}

/** Base URL of the Platform API, as the function reads it, without a slash at its end. @throws UsageError */
export function herokuApiUrl(environment: Environment): string {
  const url = (environment.HEROKU_API_URL || 'https://api.heroku.com').replace(/\/+$/, '');
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(`HEROKU_API_URL: found "${url}", expected a URL such as "https://api.heroku.com".`);
}

/** A Heroku app's name, as an argument. */
export function appName(text: string): string {
  if (/^[a-z][a-z0-9-]{1,62}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected the name of a Heroku app, such as my-shop.');
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600, w: 7 * 24 * 3600 };

/** `90s`, `30m`, `2h`, `1d`, `1h30m`, as seconds. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,3})?)([smhdw])/g)];
  const seconds = parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text && seconds > 0) return seconds;
  throw new InvalidArgumentError('Expected a time such as 90s, 30m, 2h, 1d or 1h30m.');
}

/** A number where it is one, and else as it was typed: whether it may be that, the config's own rules say. */
export function numberOr(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** `web,worker` */
export function typeList(text: string): string[] {
  return text.split(',').map((type) => type.trim());
}
