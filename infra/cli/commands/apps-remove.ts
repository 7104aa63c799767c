/** `apps remove`: no longer watches an app. Its restarts stay in the table for as long as they would have anyway. */
import { Command } from '@commander-js/extra-typings';
import { readApp, type WriteCommandOptions } from '../app-parameter.ts';
import { agree } from '../changes.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { documentOf, layOutSafely } from '../config-text.ts';
import { appName, jsonOption, prefixOption, stackOption, yesOption } from '../options.ts';

const HELP = `
Example:
  npx whacamole apps remove my-shop`;

const WHAT_STAYS =
  'Its restarts stay in the table until they expire, a day and three windows after each; its token stays, too.';

export const appsRemoveCommand = (commandLine: CommandLine) =>
  new Command('remove')
    .description('No longer watches an app: deletes its parameter.')
    .argument('<app>', "the Heroku app's name", appName)
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((app, options) => commandLine.report(options, () => removeApp(commandLine, app, options)));

async function removeApp(
  commandLine: CommandLine,
  app: string,
  options: WriteCommandOptions,
): Promise<Report> {
  const { name, parameter, parameters } = await readApp(commandLine, app, options);
  const title = `${name} (version ${parameter.version}), to be deleted`;
  const change = { title, before: layOutSafely(parameter.value), after: undefined, notes: [WHAT_STAYS] };
  await agree(commandLine, change, options);
  await parameters.remove(parameter);
  return {
    document: { app, parameter: name, before: documentOf(parameter.value), removed: true },
    text: () => `Deleted ${name}. From the next scan on, ${app} is not watched. ${WHAT_STAYS}`,
  };
}
