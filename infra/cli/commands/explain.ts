/**
 * `explain`: the story of a dyno, or of all dynos of an app: how large they were, what was decided each time and why.
 * It is told by the function's own events alone, from CloudWatch Logs or from where they were saved.
 */
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { describeError } from '../../../lib/errors.ts';
import { thresholdsOf } from '../../../lib/thresholds.ts';
import { readApp } from '../app-parameter.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { readConfig } from '../config-summary.ts';
import { readDeployment } from '../deployment.ts';
import { CommandError, UsageError } from '../errors.ts';
import { answerFor } from '../explain/answer.ts';
import { drawStory } from '../explain/draw.ts';
import { concerns, inOrder, type StoryEvent } from '../explain/events.ts';
import { queryLog } from '../explain/query-log.ts';
import { readSavedEvents } from '../explain/saved-events.ts';
import { type Happening, type Story, tellStory } from '../explain/story.ts';
import {
  appName,
  type DeploymentOptions,
  durationSeconds,
  jsonOption,
  prefixOption,
  stackOption,
} from '../options.ts';
import { openLog } from '../replay/open-log.ts';
import { span } from '../time.ts';

const HELP = `
Example:
  npx whacamole explain my-shop
  npx whacamole explain my-shop web.1 --since 6h
  aws logs tail LOG-GROUP --since 1d > events.log; npx whacamole explain my-shop --from events.log`;

const DEFAULT_SINCE_SECONDS = 3600;

interface ExplainOptions extends DeploymentOptions {
  readonly since?: number | undefined;
  readonly from?: string | undefined;
}

export const explainCommand = (commandLine: CommandLine) =>
  new Command('explain')
    .description('Says why dynos were restarted, or not: their sizes, and each decision with its reason.')
    .argument('<app>', "the Heroku app's name", appName)
    .argument('[process]', 'one process, such as web.1; all by default', processName)
    .option('--since <time>', 'how far to look back (default: 1h)', durationSeconds)
    .option('--from <file>', 'read saved events instead of CloudWatch Logs, all of them; - is standard input')
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((app, process, options) =>
      commandLine.report(options, () => explain(commandLine, app, process, options)),
    );

function processName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,63}\.[1-9]\d{0,5}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected the name of a dyno, such as web.1.');
}

async function explain(
  commandLine: CommandLine,
  app: string,
  process: string | undefined,
  options: ExplainOptions,
): Promise<Report> {
  const { from } = options;
  const found =
    from === undefined
      ? await fromLogGroup(commandLine, { app, process }, options)
      : await fromFile(commandLine, app, from, options);
  const events = inOrder(found).filter((event) => process === undefined || concerns(event, process));
  if (events.length === 0) throw nothingSaid(app, process, options);
  const told = tellStory(events, process);
  const story = from === undefined ? await withThresholds(commandLine, app, told, options) : told;
  return {
    document: documentOf(app, events, story),
    // Where nobody says how wide the terminal is, charts are as wide as the narrowest that is common.
    text: ({ paint }) =>
      drawStory(app, story, { paint, width: commandLine.surroundings.stdout.columns ?? 80 }),
  };
}

async function fromLogGroup(
  { surroundings }: CommandLine,
  question: { readonly app: string; readonly process: string | undefined },
  options: ExplainOptions,
): Promise<StoryEvent[]> {
  const { aws, now } = surroundings;
  const { logGroup } = await readDeployment(aws, options);
  const to = Math.ceil(now() / 1000);
  const from = to - (options.since ?? DEFAULT_SINCE_SECONDS);
  return queryLog(await aws.logs(), { ...question, logGroup, from, to });
}

async function fromFile(
  { surroundings }: CommandLine,
  app: string,
  file: string,
  { since }: ExplainOptions,
): Promise<StoryEvent[]> {
  if (since !== undefined) throw new UsageError('--since is for CloudWatch Logs: of --from, all is read.');
  const events = await readSavedEvents(openLog(file, surroundings.stdin)).catch((error) => {
    throw new CommandError(`${file} could not be read: ${describeError(error)}.`, { cause: error });
  });
  const others = [...new Set(events.map((event) => event.app))];
  if (others.length > 0 && !others.includes(app)) {
    throw new CommandError(`${file} holds no event of ${app}, but of ${others.join(', ')}.`);
  }
  return events.filter((event) => event.app === app);
}

function nothingSaid(
  app: string,
  process: string | undefined,
  { since, from }: ExplainOptions,
): CommandError {
  const whose = process === undefined ? app : `${process} of ${app}`;
  if (from !== undefined) {
    return new CommandError(
      `${from} holds no event of ${whose}. Expected Whacamole's own, as aws logs tail or filter-log-events prints them.`,
    );
  }
  const longer = span((since ?? DEFAULT_SINCE_SECONDS) * 1000);
  return new CommandError(
    `Nothing was said of ${whose} in the last ${longer}. Is the name right (npx whacamole apps list)? Was it longer ago ` +
      `(--since)? Does the function run (npx whacamole doctor ${app})?`,
  );
}

/** Of a process that was never over, the events do not say the threshold: its config does, as it is now. */
async function withThresholds(
  commandLine: CommandLine,
  app: string,
  story: Story,
  options: ExplainOptions,
): Promise<Story> {
  if (story.processes.every(({ threshold }) => threshold !== null)) return story;
  const read = await readApp(commandLine, app, options)
    .then(({ parameter }) => readConfig(app, parameter.value))
    .catch((error) => {
      commandLine.note(() => `The thresholds are not known: ${describeError(error)}.`);
      return undefined;
    });
  if (read === undefined || 'problem' in read) return story;
  const processes = story.processes.map((process) => {
    const rules = read.config.rules.get(process.process.replace(/\.\d+$/, ''));
    if (process.threshold !== null || rules === undefined) return process;
    return { ...process, threshold: thresholdsOf(rules, process.quota ?? undefined).memory ?? null };
  });
  return { ...story, processes };
}

function documentOf(app: string, events: readonly StoryEvent[], { from, to, processes, troubles }: Story) {
  return {
    ...{ app, from: isoTime(from), to: isoTime(to) },
    processes: processes.map((story) => ({
      ...{ process: story.process, threshold: story.threshold, quota: story.quota },
      happenings: story.happenings.map(happeningDocument),
      answer: answerFor(story, troubles),
    })),
    troubles: troubles.map(happeningDocument),
    events: events.map((event) => ({ ...event, at: isoTime(event.at) })),
  };
}

function happeningDocument({ firstAt, lastAt, ...rest }: Happening) {
  return { ...rest, firstAt: isoTime(firstAt), lastAt: isoTime(lastAt) };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
