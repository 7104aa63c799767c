/**
 * `replay`: what a config would have done with an app whose log was saved. It asks nobody, neither AWS nor Heroku:
 * the log is all that there is.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { type AppConfig, ONE_OFF_TYPES } from '../../../lib/config/app-config.ts';
import { describeError } from '../../../lib/errors.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { readConfig } from '../config-summary.ts';
import { readObject } from '../config-text.ts';
import { CommandError, UsageError } from '../errors.ts';
import { appName, jsonOption } from '../options.ts';
import { replayReport } from '../replay/chart.ts';
import { ASSUMPTIONS, notesOn } from '../replay/notes.ts';
import { openLog } from '../replay/open-log.ts';
import { type ReplayedLog, replayLog } from '../replay/replay-log.ts';
import { type ReplayToShow, showReplay } from '../replay/show.ts';
import { suggest, suggestedConfig } from '../replay/suggest/suggest.ts';
import { isoTime } from '../time.ts';

const HELP = `
The log is what heroku logs prints, a drain's messages (with their lengths or one to a line), or Whacamole's own events
as CloudWatch Logs hands them out (aws logs tail, filter-log-events, an export). It may be packed by gzip.

What it rests on:
${ASSUMPTIONS.map((assumption) => `- ${assumption}`).join('\n')}

Example:
  heroku logs -n 1500 -s heroku -a my-shop > shop.log
  npx whacamole replay shop.log --config '{"restartThreshold": "90%"}'
  npx whacamole replay shop.log --compare '{"restartThreshold": 450}' --html shop.html
  zcat archive/*.gz | npx whacamole replay - --suggest`;

export interface ReplayCommandOptions {
  readonly config: string;
  readonly compare?: string | undefined;
  readonly html?: string | undefined;
  readonly suggest?: true | undefined;
  readonly app?: string | undefined;
}

export const replayCommand = (commandLine: CommandLine) =>
  new Command('replay')
    .description('Says what a config would have done with a saved log: which restarts, when, how high.')
    .argument('<file>', 'the log; - is standard input')
    .option('--config <config>', "the app's config: JSON, or a file that holds it", '{}')
    .option('--compare <config>', 'another config, side by side with the first')
    .option('--html <file>', 'write a page with charts, all in one file')
    .option('--suggest', 'propose a config from what the dynos did')
    .option('--app <name>', 'the app whose events are read, where there are those of several', appName)
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((file, options) => commandLine.report(options, () => replay(commandLine, file, options)));

async function replay(
  { surroundings }: CommandLine,
  file: string,
  options: ReplayCommandOptions,
): Promise<Report> {
  const { app, compare, html } = options;
  const configs = [await configFrom('--config', options.config, app)];
  if (compare !== undefined) configs.push(await configFrom('--compare', compare, app));
  const log = await read(file, () =>
    replayLog(openLog(file, surroundings.stdin), {
      ...{ configs: configs.map(({ config }) => config), app },
      ...{ chart: html !== undefined, suggest: options.suggest ?? false },
    }),
  );
  mustTellSomething(file, log, app);
  const suggestions = log.lives && suggest(log.lives, log.sampleSeconds);
  const shown: ReplayToShow = {
    file: file === '-' ? 'standard input' : basename(file),
    ...{ log, suggestions, configs: configs.map(({ text }) => text) },
  };
  if (html !== undefined) await writePage(html, shown);
  return {
    document: {
      log: {
        ...{ form: log.form, samples: log.samples, bytes: log.bytes, apps: log.apps },
        ...{ from: isoTime(log.firstAt ?? 0), to: isoTime(log.lastAt ?? 0) },
      },
      replays: log.replays.map(({ result }, index) => ({
        config: readObject(configs[index]?.text ?? '{}'),
        ...result,
      })),
      ...(suggestions && { suggestion: { config: suggestedConfig(suggestions), types: suggestions } }),
      ...{ notes: notesOn(log), assumptions: ASSUMPTIONS },
    },
    text: (drawing) =>
      showReplay(shown, drawing) + (html === undefined ? '' : `\n\nThe charts are in ${html}.`),
  };
}

interface GivenConfig {
  readonly text: string;
  readonly config: AppConfig;
}

/** @throws UsageError */
async function configFrom(option: string, given: string, app = 'app'): Promise<GivenConfig> {
  const text = given.trimStart().startsWith('{')
    ? given
    : await readFile(given, 'utf8').catch((error) => {
        throw new UsageError(
          `${option}: expected JSON, such as {"restartThreshold": "90%"}, or a file that holds it: ${describeError(error)}.`,
          { cause: error },
        );
      });
  const read = readConfig(app, text);
  if ('problem' in read) throw new UsageError(`${option}: ${read.problem}`);
  return { text: JSON.stringify(readObject(text)), config: read.config };
}

/** @throws CommandError that names the file */
async function read<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} could not be read: ${describeError(error)}.`, { cause: error });
  }
}

/** @throws CommandError where there is nothing to decide on */
function mustTellSomething(file: string, log: ReplayedLog, app: string | undefined): void {
  if (app === undefined && log.apps.length > 1) {
    throw new CommandError(
      `${file} holds events of several apps: ${log.apps.join(', ')}. Say which by --app.`,
    );
  }
  if (app !== undefined && log.apps.length > 0 && !log.apps.includes(app)) {
    throw new CommandError(`${file} holds no size of ${app}, but of ${log.apps.join(', ')}.`);
  }
  if (log.samples === 0) {
    throw new CommandError(
      `${file} holds no memory sample. Is log-runtime-metrics on (heroku labs:enable log-runtime-metrics, then heroku ` +
        "restart), and is the log the platform's own (heroku logs -n 1500 -s heroku)?",
    );
  }
  if (log.replays.some(({ result }) => result.processes.length > 0)) return;
  const seen = Object.keys(log.replays[0]?.result.unwatched ?? {});
  const types = seen.filter((type) => !ONE_OFF_TYPES.includes(type.toLowerCase()));
  if (types.length === 0) {
    throw new CommandError(
      `${file} holds samples of ${seen.join(', ')} alone: one-off dynos are never restarted.`,
    );
  }
  throw new CommandError(
    `${file} holds samples of ${types.join(', ')}, and the config watches none of them. Name them, as in ` +
      `--config '${JSON.stringify({ dynos: types })}'.`,
  );
}

async function writePage(path: string, shown: ReplayToShow): Promise<void> {
  // With its builder, which is needed for nothing else.
  const { renderPage } = await import('../../report/page.ts');
  const page = await renderPage(replayReport(shown));
  await writeFile(path, page).catch((error) => {
    throw new CommandError(`${path} could not be written: ${describeError(error)}.`, { cause: error });
  });
}
