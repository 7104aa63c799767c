/** `tokens list`: which tokens there are. Their values are not even read. */
import { Command } from '@commander-js/extra-typings';
import type { CommandLine, Report } from '../command-line.ts';
import {
  type DeploymentOptions,
  jsonOption,
  parameterPrefix,
  prefixOption,
  stackOption,
} from '../options.ts';
import { Parameters } from '../parameters.ts';
import { isoTime, span } from '../time.ts';

const HELP = `
Example:
  npx whacamole tokens list`;

export const tokensListCommand = (commandLine: CommandLine) =>
  new Command('list')
    .description('Lists the tokens by name: type, key, when each was stored. Never their values.')
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((options) => commandLine.report(options, () => listTokens(commandLine, options)));

async function listTokens({ surroundings }: CommandLine, options: DeploymentOptions): Promise<Report> {
  const folder = `${parameterPrefix(options, surroundings.environment)}/tokens`;
  const found = await new Parameters(await surroundings.aws.ssm()).describeFolder(folder);
  const now = surroundings.now();
  const tokens = found.map(({ name, type, keyId, version, modifiedAt }) => ({
    ...{ name: name.slice(folder.length + 1), parameter: name, type, key: keyId ?? null, version },
    storedAt: modifiedAt === undefined ? null : isoTime(modifiedAt),
  }));
  const width = Math.max(0, ...tokens.map(({ name }) => name.length));
  return {
    document: { tokens },
    text: ({ paint }) => {
      if (tokens.length === 0)
        return `There is no token under ${folder}. Store one: npx whacamole tokens set`;
      return tokens
        .map(({ name, type, key, storedAt }) => {
          const stored = storedAt === null ? '' : `stored ${span(now - Date.parse(storedAt))} ago`;
          const kind = type === 'SecureString' ? type : paint('red', `${type}: readable without decryption`);
          return [paint('bold', name.padEnd(width)), kind, key ?? '', stored]
            .filter((part) => part !== '')
            .join('  ');
        })
        .join('\n');
    },
  };
}
