/** `apps pause` and `apps resume`: nothing is restarted for a while, and is again. The rest of the config stays. */
import { Command, Option } from '@commander-js/extra-typings';
import { readApp, validConfig, type WriteCommandOptions, writeConfig } from '../app-parameter.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { readConfig } from '../config-summary.ts';
import { writeLike } from '../config-text.ts';
import { UsageError } from '../errors.ts';
import { appName, durationSeconds, jsonOption, prefixOption, stackOption, yesOption } from '../options.ts';
import { type Changed, paused, resumed } from '../pause.ts';
import { isoTime, timeOfDay } from '../time.ts';

const PAUSE_HELP = `
Example:
  npx whacamole apps pause my-shop --for 2h
  npx whacamole apps pause my-shop --until 2026-12-24T18:00:00Z --yes`;

const RESUME_HELP = `
Example:
  npx whacamole apps resume my-shop`;

export const appsPauseCommand = (commandLine: CommandLine) =>
  new Command('pause')
    .description('Pauses an app: it is watched, and no dyno of it is restarted, of whatever type.')
    .argument('<app>', "the Heroku app's name", appName)
    .addOption(
      new Option('--for <time>', 'how long: 30m, 2h, 1d').argParser(durationSeconds).conflicts('until'),
    )
    .option('--until <time>', 'until when: an ISO 8601 time, UTC where it names no offset')
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', PAUSE_HELP)
    .action((app, options) =>
      commandLine.report(options, () => {
        const now = commandLine.surroundings.now();
        const until = options.for === undefined ? options.until : isoTime(now + options.for * 1000);
        if (until !== undefined) checkIsAhead(until, now);
        return change(commandLine, app, options, (config) => paused(config, until ?? true, now));
      }),
    );

export const appsResumeCommand = (commandLine: CommandLine) =>
  new Command('resume')
    .description('Resumes a paused app. A pause that a process type has of its own stays, and is said.')
    .argument('<app>', "the Heroku app's name", appName)
    .option('--all-types', 'also end the pauses that process types have of their own')
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', RESUME_HELP)
    .action((app, { allTypes = false, ...options }) =>
      commandLine.report(options, () => {
        const now = commandLine.surroundings.now();
        return change(commandLine, app, options, (config) => resumed(config, { allTypes }, now));
      }),
    );

async function change(
  commandLine: CommandLine,
  app: string,
  options: WriteCommandOptions,
  changed: (config: ReturnType<typeof validConfig>) => Changed,
): Promise<Report> {
  const existing = await readApp(commandLine, app, options);
  const { parameter: before } = existing;
  const { config, notes } = changed(validConfig(existing));
  return writeConfig(
    commandLine,
    existing,
    { before, after: writeLike(config, before.value), notes },
    options,
  );
}

/** @throws UsageError */
function checkIsAhead(until: string, now: number): void {
  const read = readConfig('any', JSON.stringify({ paused: until }));
  const [rules] = 'config' in read ? read.config.rules.values() : [];
  const end = rules?.pausedUntil;
  if (end === undefined) {
    throw new UsageError(
      `--until: found "${until}", expected an ISO 8601 time such as 2026-12-24T18:00:00Z.`,
    );
  }
  if (end <= now) {
    throw new UsageError(`--until: found ${timeOfDay(end)}, expected a time ahead: it is ${timeOfDay(now)}.`);
  }
}
