/**
 * `apps add`: begins to watch an app. Each option is a field of its config, and is checked as the function checks
 * it; what is not said stays out of the parameter, so that a later default is taken over.
 */
import { Command } from '@commander-js/extra-typings';
import { openAppParameter, type WriteCommandOptions, writeConfig } from '../app-parameter.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { type ConfigObject, writeLike } from '../config-text.ts';
import { CommandError } from '../errors.ts';
import {
  appName,
  durationSeconds,
  jsonOption,
  numberOr,
  prefixOption,
  stackOption,
  typeList,
  yesOption,
} from '../options.ts';

const HELP = `
Example:
  npx whacamole apps add my-shop --dry-run
  npx whacamole apps add my-shop --dynos web,worker --threshold 80% --window 1h --yes`;

export const appsAddCommand = (commandLine: CommandLine) =>
  new Command('add')
    .description('Watches an app: writes its parameter. Without options, the defaults hold.')
    .argument('<app>', "the Heroku app's name", appName)
    .option('--dynos <types>', 'process types to watch, with commas between (default: web)', typeList)
    .option('--threshold <amount>', 'restart above this: MB, or a share of the quota such as 80%', numberOr)
    .option('--window <time>', 'at most one restart of one process in this time: 1800, 30m', seconds)
    .option('--measure <measure>', 'memory_total, memory_rss or memory_rss+memory_swap')
    .option(
      '--swap-threshold <amount>',
      'also restart above this much swap: MB, or a share such as 50%',
      numberOr,
    )
    .option('--sustained <samples>', 'so many samples in a row must be over', numberOr)
    .option('--min-uptime <time>', 'how long a dyno must have been alive: 180, 3m', seconds)
    .option(
      '--at-once <dynos>',
      'how many of a type may be down at once: a number, or a share such as 10%',
      numberOr,
    )
    .option('--token <name>', 'the name of its token (default: default)')
    .option('--dry-run', 'decide and log, restart nothing')
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((app, options) =>
      commandLine.report(options, () => {
        const config = {
          token: options.token,
          dynos: options.dynos,
          restartThreshold: options.threshold,
          restartWindow: options.window,
          measure: options.measure,
          swapThreshold: options.swapThreshold,
          sustainedSamples: options.sustained,
          minUptime: options.minUptime,
          restartsAtOnce: options.atOnce,
          dryRun: options.dryRun,
        };
        return addApp(commandLine, app, withoutUndefined(config), options);
      }),
    );

async function addApp(
  commandLine: CommandLine,
  app: string,
  config: ConfigObject,
  options: WriteCommandOptions,
): Promise<Report> {
  const opened = await openAppParameter(commandLine, app, options);
  if ((await opened.parameters.describe(opened.name)) !== undefined) {
    throw new CommandError(
      `${app} is there already: ${opened.name}. To change it: npx whacamole apps edit ${app}`,
    );
  }
  return writeConfig(commandLine, opened, { before: undefined, after: writeLike(config, '{}') }, options);
}

function withoutUndefined(config: ConfigObject): ConfigObject {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** A number of seconds, or a time with its unit. */
function seconds(text: string): number {
  const number = numberOr(text);
  return typeof number === 'number' ? number : durationSeconds(text);
}
