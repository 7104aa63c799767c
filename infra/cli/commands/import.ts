/**
 * `import`: the parameters that say the same as the Ruby gem's config. The config is read, never run, and a token that
 * stands in it is neither shown nor written: what was given away once is better made anew.
 */
import { readFile } from 'node:fs/promises';
import { Command } from '@commander-js/extra-typings';
import { describeError } from '../../../lib/errors.ts';
import {
  openAppParameter,
  type PreparedWrite,
  prepareWrite,
  type WriteCommandOptions,
} from '../app-parameter.ts';
import { agreeToAll } from '../changes.ts';
import type { CommandLine, Drawing, Report } from '../command-line.ts';
import { layOutSafely, writeLike } from '../config-text.ts';
import { CommandError, EXIT } from '../errors.ts';
import { readRubyConfig } from '../import/ruby-config.ts';
import { type Import, type ImportedApp, toParameters } from '../import/to-parameters.ts';
import { jsonOption, parameterPrefix, prefixOption, stackOption, yesOption } from '../options.ts';

const HELP = `
What is not taken over is named, with its line and what to do. Exit code 1 says that there is some of it.

Example:
  npx whacamole import config/whacamole.rb
  npx whacamole import config/whacamole.rb --dry-run --write`;

interface ImportOptions extends WriteCommandOptions {
  readonly write?: true | undefined;
  readonly dryRun?: true | undefined;
}

/** Many times a config of a hundred apps. */
const LONGEST_FILE = 1_000_000;
/** Shorter ones are no secrets: leaving them out would eat words. */
const SHORTEST_SECRET = 6;

export const importCommand = (commandLine: CommandLine) =>
  new Command('import')
    .description("Shows, and with --write writes, the parameters that say the same as the Ruby gem's config.")
    .argument('<file>', "the gem's config, such as config/whacamole.rb")
    .option('--write', 'write the parameters, once you have agreed to what changes')
    .option('--dry-run', 'have every app decide and log, and restart nothing: the gem may go on meanwhile')
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((file, options) => commandLine.report(options, () => importFile(commandLine, file, options)));

async function importFile(commandLine: CommandLine, file: string, options: ImportOptions): Promise<Report> {
  const prefix = parameterPrefix(options, commandLine.surroundings.environment);
  const imported = withDryRun(await read(commandLine, file), options);
  const writable = imported.apps.filter(({ problem }) => problem === null);
  const written = options.write ? await write(commandLine, writable, options) : [];
  const isAllTaken = writable.length === imported.apps.length && imported.unread.length === 0;
  return {
    document: {
      file,
      apps: imported.apps.map((one) => ({
        ...one,
        app: one.app ?? null,
        parameter: parameterOf(one, prefix),
      })),
      tokens: imported.tokens.map((token) => ({ ...token, parameter: `${prefix}/tokens/${token.name}` })),
      ...{ eventHandlerLines: imported.handlerLines, unread: imported.unread },
      written: written.map(({ document }) => document),
    },
    text: (drawing) =>
      [
        ...imported.apps.map((one) => drawApp(one, prefix, drawing)),
        ...drawTokens(imported, drawing),
        ...drawHandlers(imported, drawing),
        ...drawUnread(imported, drawing),
        ...(options.write
          ? [drawWritten(written, drawing)]
          : writable.length > 0
            ? [`Nothing has been written. To write it: ${writeCommand(file, options)}`]
            : []),
      ]
        .filter((part) => part !== '')
        .join('\n\n'),
    exitCode: isAllTaken ? EXIT.done : EXIT.failed,
  };
}

function withDryRun(imported: Import, { dryRun }: ImportOptions): Import {
  if (!dryRun) return imported;
  const apps = imported.apps.map((one) => ({ ...one, config: { ...one.config, dryRun } }));
  return { ...imported, apps };
}

function writeCommand(file: string, { dryRun }: ImportOptions): string {
  return `npx whacamole import ${file} ${dryRun ? '--dry-run ' : ''}--write`;
}

/** @throws CommandError */
async function read(commandLine: CommandLine, file: string): Promise<Import> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new CommandError(`${file} could not be read: ${describeError(error)}.`, { cause: error });
  });
  if (text.length > LONGEST_FILE) {
    throw new CommandError(`${file} is no config of the gem: it has ${text.length} characters.`);
  }
  const config = readRubyConfig(text);
  for (const { token } of config.apps) {
    if (token?.kind === 'literal' && token.secret.length >= SHORTEST_SECRET)
      commandLine.keepSecret(token.secret);
  }
  if (config.apps.length === 0) {
    throw new CommandError(
      `${file} names no app: expected the gem's config, as in Whacamole.configure("my-shop") do |config|.`,
    );
  }
  return toParameters(config);
}

async function write(
  commandLine: CommandLine,
  apps: readonly ImportedApp[],
  options: ImportOptions,
): Promise<Report[]> {
  const prepared: PreparedWrite[] = [];
  for (const { app, config } of apps) {
    if (app === undefined) continue;
    const opened = await openAppParameter(commandLine, app, options);
    const before = await opened.parameters.read(opened.name);
    prepared.push(prepareWrite(opened, { before, after: writeLike(config, before?.value ?? '{}') }));
  }
  await agreeToAll(
    commandLine,
    prepared.flatMap(({ change }) => change ?? []),
    options,
  );
  const reports: Report[] = [];
  try {
    for (const { write: writeOne } of prepared) reports.push(await writeOne());
  } catch (error) {
    // Those before it are written all the same.
    commandLine.note((drawing) => drawWritten(reports, drawing));
    throw error;
  }
  return reports;
}

function drawWritten(written: readonly Report[], drawing: Drawing): string {
  return written.map(({ text }) => text(drawing)).join('\n');
}

function parameterOf({ app, problem }: ImportedApp, prefix: string): string | null {
  return app === undefined || problem !== null ? null : `${prefix}/apps/${app}`;
}

function drawApp(one: ImportedApp, prefix: string, { paint }: Drawing): string {
  const { app, line, config, problem, notes } = one;
  const title = parameterOf(one, prefix) ?? `${app ?? 'an app'} (line ${line})`;
  return [
    paint('bold', title),
    layOutSafely(JSON.stringify(config)),
    ...(problem === null ? [] : [paint('red', `It cannot be written: ${problem}`)]),
    ...notes,
  ].join('\n');
}

function drawTokens({ tokens }: Import, { paint }: Drawing): string[] {
  if (tokens.length === 0) return [];
  const lines = tokens.map(
    ({ name, from, apps }) => `  npx whacamole tokens set ${name}  (for ${apps.join(', ')}: ${from})`,
  );
  return [[paint('bold', 'Tokens are not taken over. Store them:'), ...lines].join('\n')];
}

function drawHandlers({ handlerLines }: Import, { paint }: Drawing): string[] {
  if (handlerLines.length === 0) return [];
  const where = `line${handlerLines.length === 1 ? '' : 's'} ${handlerLines.join(', ')}`;
  return [
    `${paint('bold', `Event handlers are not taken over (${where}).`)} A rule on the EventBridge bus does what they did: ` +
      'docs/events.md. What they wrote to a log is in CloudWatch Logs anyway.',
  ];
}

function drawUnread({ unread }: Import, { paint }: Drawing): string[] {
  if (unread.length === 0) return [];
  const lines = unread.map(({ line, code, message }) => `  line ${line}: ${code}\n    ${message}`);
  return [[paint('bold', 'Not taken over:'), ...lines].join('\n')];
}
