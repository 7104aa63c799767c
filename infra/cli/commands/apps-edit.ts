/**
 * `apps edit`: changes an app's config, in somebody's editor or field by field. What was typed in the editor is
 * kept in a file until it is written, whatever happens in between.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import {
  type ExistingApp,
  readApp,
  validConfig,
  type WriteCommandOptions,
  writeConfig,
} from '../app-parameter.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { readConfig } from '../config-summary.ts';
import { layOut, readObject, writeLike } from '../config-text.ts';
import { CommandError, UsageError } from '../errors.ts';
import { appName, jsonOption, prefixOption, stackOption, yesOption } from '../options.ts';
import { changeFields, type FieldChanges } from '../set-fields.ts';

const HELP = `
Example:
  npx whacamole apps edit my-shop
  npx whacamole apps edit my-shop --set restartThreshold=80% --unset measure --yes
  npx whacamole apps edit my-shop --set dynos.worker.minUptime=600

The editor is $VISUAL or $EDITOR.`;

const collect = (value: string, before: string[] = []) => [...before, value];

export const appsEditCommand = (commandLine: CommandLine) =>
  new Command('edit')
    .description("Changes an app's config: in your editor, or field by field with --set and --unset.")
    .argument('<app>', "the Heroku app's name", appName)
    .option('--set <field=value>', 'set a field, may be given several times', collect)
    .option(
      '--unset <field>',
      'take a field out, so that its default holds; may be given several times',
      collect,
    )
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((app, { set = [], unset = [], ...options }) =>
      commandLine.report(options, async () => {
        const existing = await readApp(commandLine, app, options);
        return set.length + unset.length > 0
          ? editFields(commandLine, existing, { set, unset }, options)
          : editText(commandLine, existing, options);
      }),
    );

function editFields(
  commandLine: CommandLine,
  existing: ExistingApp,
  changes: FieldChanges,
  options: WriteCommandOptions,
): Promise<Report> {
  const { parameter: before } = existing;
  // One that the function refuses may be mended so, but it has to be an object.
  const config = readObject(before.value) ?? validConfig(existing);
  const after = writeLike(changeFields(config, changes), before.value);
  return writeConfig(commandLine, existing, { before, after }, options);
}

async function editText(
  commandLine: CommandLine,
  existing: ExistingApp,
  options: WriteCommandOptions,
): Promise<Report> {
  const { app, parameter: before } = existing;
  const draft = join(await mkdtemp(join(tmpdir(), 'whacamole-')), `${app}.json`);
  await writeFile(draft, `${layOut(before.value)}\n`, { mode: 0o600 });
  try {
    const typed = await editUntilValid(commandLine, app, draft);
    const report = await writeConfig(
      commandLine,
      existing,
      { before, after: writeLike(typed, before.value) },
      options,
    );
    await rm(dirname(draft), { recursive: true });
    return report;
  } catch (error) {
    commandLine.note(() => `What you typed is kept in ${draft}`);
    throw error;
  }
}

/** @throws CommandError where it is left as it is, though the function would refuse it */
async function editUntilValid(commandLine: CommandLine, app: string, draft: string) {
  const { editFile, prompts } = commandLine.surroundings;
  for (;;) {
    await editFile(draft);
    const text = await readFile(draft, 'utf8');
    const read = readConfig(app, text);
    const config = readObject(text);
    if ('config' in read && config !== undefined) return config;
    const problem = 'problem' in read ? read.problem : 'The config is no JSON object.';
    if (!prompts.canAsk) throw new UsageError(`${problem} Nothing was written.`);
    commandLine.note(({ paint }) => `${paint('red', 'refused:')} ${problem}`);
    if (!(await prompts.confirm('Edit it again?', true))) throw new CommandError('Nothing was written.');
  }
}
