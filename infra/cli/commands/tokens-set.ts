/**
 * `tokens set`: stores a Heroku API token. It is typed at a hidden question or comes on standard input, never as an
 * argument: those stand in the shell's history and in the list of processes. Before it is stored, Heroku is asked
 * whether it works and whose it is.
 */
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { isTokenName } from '../../../lib/config/app-config.ts';
import { type AgreementOptions, agree } from '../changes.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { CommandError, UsageError } from '../errors.ts';
import {
  type DeploymentOptions,
  herokuApiUrl,
  jsonOption,
  parameterPrefix,
  prefixOption,
  stackOption,
  yesOption,
} from '../options.ts';
import { type DescribedParameter, Parameters } from '../parameters.ts';
import { span } from '../time.ts';
import { type CheckedToken, checkToken } from '../token-check.ts';

const HELP = `
Example:
  npx whacamole tokens set
  heroku authorizations:create --description Whacamole --scope read,write --short | npx whacamole tokens set --yes`;

interface SetOptions extends DeploymentOptions, AgreementOptions {
  readonly keyId?: string | undefined;
}

export const tokensSetCommand = (commandLine: CommandLine) =>
  new Command('set')
    .description('Stores a Heroku API token, typed at a hidden question or read from standard input.')
    .argument('[name]', 'what apps call it in their config', tokenName, 'default')
    .option('--key-id <key>', "the KMS key to encrypt it with (default: as before, or the account's aws/ssm)")
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((name, options) => commandLine.report(options, () => setToken(commandLine, name, options)));

function tokenName(text: string): string {
  if (isTokenName(text)) return text;
  throw new InvalidArgumentError(
    'Expected a name such as default, never a token itself: it stands in your shell history now, so revoke it.',
  );
}

async function setToken(commandLine: CommandLine, tokenName: string, options: SetOptions): Promise<Report> {
  const { aws, environment, fetch, now } = commandLine.surroundings;
  const name = `${parameterPrefix(options, environment)}/tokens/${tokenName}`;
  const baseUrl = herokuApiUrl(environment);
  const parameters = new Parameters(await aws.ssm());
  // First, so that nobody types a token in vain.
  const before = await parameters.describe(name);
  if (before !== undefined && before.type !== 'SecureString') throw notSecure(before);
  const token = await readToken(commandLine, options);
  const checked = await checkToken({ baseUrl, token, fetch });

  const key = options.keyId ?? before?.keyId;
  const title = before === undefined ? `${name} (new)` : `${name} (version ${before.version})`;
  const change = {
    ...{ title, before: before && describeStored(before, now()) },
    after: describeNew(checked, key),
  };
  await agree(commandLine, change, options);
  const write = { type: 'SecureString', keyId: options.keyId } as const;
  const version =
    before === undefined
      ? await parameters.create(name, token, write)
      : await parameters.replace(before, token, write);
  return {
    document: { token: tokenName, parameter: name, type: 'SecureString', version, ...checked },
    text: () => `Stored ${name} (version ${version}). The next scan uses it.`,
  };
}

/** Parameter Store lets nobody change a parameter's type. */
function notSecure({ name, type }: DescribedParameter): CommandError {
  return new CommandError(
    `${name} is a ${type}, readable without decryption, and cannot become a SecureString. Delete it ` +
      `(aws ssm delete-parameter --name ${name}), revoke its token, and store a new one.`,
  );
}

/** @throws UsageError where there is none, or it is none */
async function readToken(commandLine: CommandLine, { yes }: SetOptions): Promise<string> {
  const { prompts, stdin } = commandLine.surroundings;
  if (!prompts.canAsk && !yes) {
    throw new UsageError(
      'Nothing was read: there is nobody to ask, for this is no terminal. With --yes the token is read from standard input and stored without asking.',
    );
  }
  if (!prompts.canAsk && stdin.isTTY) {
    throw new UsageError(
      'Nothing was read: a token is typed hidden, for which standard error has to be a terminal.',
    );
  }
  const typed = prompts.canAsk ? await prompts.secret('Heroku API token') : await text(stdin);
  const token = typed.trim();
  commandLine.keepSecret(token);
  if (token === '') throw new UsageError('The token is empty. Nothing was stored.');
  // What cannot be put into a header would be quoted by the error that says so.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      'The token is no token: it holds spaces or characters that none has. Nothing was stored.',
    );
  }
  return token;
}

function describeStored({ type, keyId, modifiedAt }: DescribedParameter, now: number): string {
  const stored = modifiedAt === undefined ? 'at some time' : `${span(now - modifiedAt)} ago`;
  return `${type}, key ${keyId ?? 'none'}: a token stored ${stored}`;
}

function describeNew({ account, requestsLeft }: CheckedToken, key: string | undefined): string {
  const whose = account === null ? 'a token that may not say whose it is' : `the token of ${account}`;
  const budget = requestsLeft === null ? '' : `, with ${requestsLeft} requests left`;
  return `SecureString, key ${key ?? 'alias/aws/ssm'}: ${whose}${budget}`;
}
