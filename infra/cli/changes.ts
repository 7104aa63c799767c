/**
 * Nothing is written that has not been shown and agreed to: what changes, line by line, and then a question.
 */
import { diff } from 'node:util';
import type { CommandLine, Drawing } from './command-line.ts';
import { CommandError, UsageError } from './errors.ts';

export interface Change {
  /** What is changed, and how: a line. */
  readonly title: string;
  /** As text of several lines; undefined where there is nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What the change does besides, each a sentence. */
  readonly notes?: readonly string[];
}

export interface AgreementOptions {
  readonly yes?: true | undefined;
}

/**
 * Shows what changes, and asks, unless `--yes` was given.
 *
 * @throws CommandError where somebody says no; UsageError where there is nobody to ask
 */
export function agree(commandLine: CommandLine, change: Change, options: AgreementOptions): Promise<void> {
  return agreeToAll(commandLine, [change], options);
}

/** The same for several changes, with one question. */
export async function agreeToAll(
  commandLine: CommandLine,
  changes: readonly Change[],
  { yes }: AgreementOptions,
): Promise<void> {
  for (const change of changes) commandLine.note((drawing) => draw(change, drawing));
  if (yes || changes.length === 0) return;
  const { prompts } = commandLine.surroundings;
  if (!prompts.canAsk) {
    throw new UsageError(
      'Nothing was written: there is nobody to ask, for this is no terminal. With --yes it is written without asking.',
    );
  }
  const question = changes.length === 1 ? 'Write this?' : `Write these ${changes.length}?`;
  if (!(await prompts.confirm(question))) throw new CommandError('Nothing was written.');
}

function draw({ title, before, after, notes = [] }: Change, { paint }: Drawing): string {
  const entries = diff(linesOf(before), linesOf(after)).map(([kind, line]) => {
    // Node's own order is from what is there to what was expected: the other way round.
    if (kind > 0) return paint('red', `- ${line}`);
    return kind < 0 ? paint('green', `+ ${line}`) : paint('dim', `  ${line}`);
  });
  return [paint('bold', title), ...entries, ...notes].join('\n');
}

function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n');
}
