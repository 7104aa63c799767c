/** A replay as text: what there is of the log, a table for each config, and what it rests on. */
import { compareProcesses } from '../../../lib/processes.ts';
import type { Drawing } from '../command-line.ts';
import { span, timeOfDay } from '../time.ts';
import { ASSUMPTIONS, notesOn } from './notes.ts';
import type { ReplayedLog } from './replay-log.ts';
import type { ReplayedProcess, ReplayedRestart, ReplayedSpared, ReplayResult } from './result.ts';
import type { LogForm } from './saved-log.ts';
import { type Suggestion, suggestedConfig } from './suggest/suggest.ts';

export interface ReplayToShow {
  /** The log, as it was named. */
  readonly file: string;
  readonly log: ReplayedLog;
  /** Of each replay, its config as it was given. */
  readonly configs: readonly string[];
  readonly suggestions: readonly Suggestion[] | undefined;
}

/** Of each process; --json has all. */
const MOST_RESTARTS_SHOWN = 10;
const NAMES = ['A', 'B'];

export const FORMS: Readonly<Record<LogForm, string>> = {
  heroku: 'what heroku logs prints',
  drain: "a drain's messages, one to a line",
  'drain-frames': "a drain's messages, with their lengths",
  events: "Whacamole's own events",
};

export function showReplay(replay: ReplayToShow, drawing: Drawing): string {
  const { log, configs, suggestions } = replay;
  const { paint } = drawing;
  const isCompared = configs.length > 1;
  const parts = [describeLog(replay)];
  for (const [index, { result }] of log.replays.entries()) {
    const name = isCompared ? `${NAMES[index]}  ` : '';
    parts.push(
      `${paint('bold', `${name}${configs[index]}`)}  ${describeRestarts(result)}\n${showProcesses(result, drawing)}`,
    );
  }
  if (isCompared) parts.push(showComparison(log.replays.map(({ result }) => result)));
  if (suggestions !== undefined) parts.push(showSuggestions(suggestions, drawing));
  const notes = [...notesOn(log), ...ASSUMPTIONS];
  parts.push(notes.map((note) => paint('dim', wrap(note, drawing.width))).join('\n'));
  return parts.join('\n\n');
}

export function describeLog({ file, log: { form, firstAt = 0, lastAt = 0, samples } }: ReplayToShow): string {
  const kind = form === undefined ? 'nothing' : FORMS[form];
  return (
    `${file}: ${kind}, ${timeOfDay(firstAt)} to ${timeOfDay(lastAt)} (${span(lastAt - firstAt)}), ` +
    `${samples} samples`
  );
}

/** `3 restarts, and about 4 more if the new dynos grew alike` */
export function describeRestarts({ restarts, moreIfAlike }: ReplayResult): string {
  const counted = restarts === 0 ? 'no restart' : restarts === 1 ? '1 restart' : `${restarts} restarts`;
  return moreIfAlike === 0
    ? counted
    : `${counted}, and about ${moreIfAlike} more if the new dynos grew alike`;
}

function showProcesses({ processes }: ReplayResult, { paint, width }: Drawing): string {
  const rows = processes.map((process) => [
    ...[process.process, String(process.samples), megabytes(process.peak), orUnknown(process.quota)],
    ...[orUnknown(process.threshold), String(process.restarts.length), overQuota(process)],
  ]);
  const head = ['process', 'samples', 'peak MB', 'quota', 'threshold', 'restarts', 'samples over the quota'];
  const [first = '', ...lines] = table([head, ...rows]);
  return [
    paint('dim', first),
    ...processes.flatMap((process, index) => [
      lines[index] ?? '',
      ...details(process).map((line) => wrap(line, width, 6)),
    ]),
  ].join('\n');
}

function details({ restarts, spared }: ReplayedProcess): string[] {
  const left = restarts.length - MOST_RESTARTS_SHOWN;
  return [
    ...restarts.slice(0, MOST_RESTARTS_SHOWN).map((restart) => `    ${describeRestart(restart)}`),
    ...(left > 0 ? [`    and ${left} more: --json has them all`] : []),
    ...spared
      .filter(({ times, afterRestart }) => times > afterRestart)
      .map((one) => `    ${describeSpared(one)}`),
  ];
}

export function describeRestart(restart: ReplayedRestart): string {
  const { at, size, threshold, measure, aliveSeconds, recordedSecondsAfter, moreIfAlike } = restart;
  const age =
    aliveSeconds === null ? 'its start is not in the log' : `${span(aliveSeconds * 1000)} after its start`;
  const after =
    recordedSecondsAfter < 60 ? '' : `; the log goes on with it for ${span(recordedSecondsAfter * 1000)}`;
  const more = moreIfAlike ? `, time for about ${moreIfAlike} more` : '';
  return (
    `restarted ${timeOfDay(Date.parse(at))} at ${megabytes(size)} of ${megabytes(threshold)} MB ${measure}, ${age}` +
    `${after}${more}`
  );
}

function describeSpared({ reason, times, firstAt, lastAt, largest, message }: ReplayedSpared): string {
  const when =
    times === 1
      ? timeOfDay(Date.parse(firstAt))
      : `${times} times, ${timeOfDay(Date.parse(firstAt))} to ${timeOfDay(Date.parse(lastAt))}`;
  return `spared ${when} at ${megabytes(largest)} MB or less, ${reason}: ${message}`;
}

function overQuota({ quota, overQuota: over, overQuotaUndone }: ReplayedProcess): string {
  if (quota === null) return 'unknown';
  return overQuotaUndone === 0 ? String(over) : `${over}, of which ${overQuotaUndone} would not have been`;
}

function showComparison(results: readonly ReplayResult[]): string {
  const names = [...new Set(results.flatMap(({ processes }) => processes.map(({ process }) => process)))];
  const rowOf = (name: string, value: (process: ReplayedProcess) => number) =>
    results.map(({ processes }) => {
      const found = processes.find(({ process }) => process === name);
      return found === undefined ? '-' : String(value(found));
    });
  const rows = names
    .sort(compareProcesses)
    .map((name) => [
      ...[name, ...rowOf(name, ({ restarts }) => restarts.length)],
      ...rowOf(name, ({ overQuota: over, overQuotaUndone }) => over - overQuotaUndone),
    ]);
  const head = ['process', 'restarts A', 'B', 'samples over the quota left A', 'B'];
  return table([head, ...rows]).join('\n');
}

function showSuggestions(suggestions: readonly Suggestion[], { paint, width }: Drawing): string {
  const config = JSON.stringify(suggestedConfig(suggestions));
  const isAny = suggestions.some(({ rules }) => rules !== null);
  return [
    isAny ? `${paint('bold', `Proposed: ${config}`)}` : paint('bold', 'Nothing is proposed.'),
    ...suggestions.flatMap(({ type, rules, reasons }) => [
      `  ${type}: ${rules === null ? 'no proposal' : JSON.stringify(rules)}`,
      ...reasons.map((reason) => wrap(`    ${reason}`, width, 4)),
    ]),
    ...(isAny && config !== '{}' ? [`See what it would have done: --compare '${config}'`] : []),
  ].join('\n');
}

/** Columns as wide as they must be: the first to the left, the last as it is, and the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === 0) return ` ${cell.padEnd(widths[column] ?? 0)}`;
        return column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}

function orUnknown(size: number | null): string {
  return size === null ? 'unknown' : megabytes(size);
}

export function megabytes(size: number): string {
  return String(Math.round(size * 10) / 10);
}

/** Lines of at most so many characters, broken between words. */
function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
