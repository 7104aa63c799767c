/**
 * A saved log, from its bytes to what came of it: read once, in bounded memory, whatever is asked of it. Several
 * configs are replayed side by side.
 */
import type { AppConfig } from '../../../lib/config/app-config.ts';
import { isStateChange, type LogEntry } from './log-entry.ts';
import { Replay } from './replay.ts';
import type { ReplayResult } from './result.ts';
import { type LogForm, SavedLog } from './saved-log.ts';
import { Lives } from './suggest/lives.ts';
import { type Slots, Timeline } from './timeline.ts';

export interface ReplayOptions {
  readonly configs: readonly AppConfig[];
  /** Whose events are read, where the log holds those of several apps. */
  readonly app?: string | undefined;
  /** Keep what a chart needs. */
  readonly chart?: boolean;
  /** Keep what a proposal needs. */
  readonly suggest?: boolean;
}

export interface ReplayedLog {
  readonly form: LogForm | undefined;
  readonly bytes: number;
  /** The first and the last time that it says anything, epoch milliseconds; undefined where it says nothing. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  /** Memory samples in it, of whatever process. */
  readonly samples: number;
  /** How far apart they are, of one dyno. */
  readonly sampleSeconds: number;
  /** Whose events it holds, where it is of events. */
  readonly apps: readonly string[];
  /** Where a drain's lengths went wrong: nothing behind it was read. */
  readonly brokenAt: number | undefined;
  /** One for each config. */
  readonly replays: readonly { readonly result: ReplayResult; readonly slots: Slots | undefined }[];
  readonly lives: Lives | undefined;
}

const SAMPLE_SECONDS = 20;
/** The function says each dyno's size once a scan. */
const EVENT_SECONDS = 60;
/** A dyno that was there when the log began has been heard of once this much of a period has gone by. */
const PERIODS = 1.5;

/** @throws CommandError where the log has no form that is known */
export async function replayLog(
  chunks: AsyncIterable<Buffer>,
  { configs, app, chart = false, suggest = false }: ReplayOptions,
): Promise<ReplayedLog> {
  const timelines = configs.map(() => (chart ? new Timeline() : undefined));
  let replays: Replay[] = [];
  let lives: Lives | undefined;
  let samples = 0;
  let firstAt: number | undefined;
  let lastAt: number | undefined;
  const sampleSeconds = () => (log.form === 'events' ? EVENT_SECONDS : SAMPLE_SECONDS);

  const begin = (at: number) => {
    firstAt = Math.min(log.firstAt ?? at, at);
    const bornAfter = firstAt + sampleSeconds() * PERIODS * 1000;
    lives = suggest ? new Lives(bornAfter) : undefined;
    replays = configs.map((config, index) => {
      const timeline = timelines[index];
      return new Replay({
        config,
        bornAfter,
        ...(timeline && {
          onSample: ({ process, at }, size, heard) => timeline.add(process, at, size, heard === 'undone'),
        }),
      });
    });
  };
  const take = (entry: LogEntry) => {
    if (lastAt === undefined) begin(entry.at);
    lastAt = Math.max(lastAt ?? entry.at, entry.at);
    if (!isStateChange(entry)) {
      samples++;
      lives?.add(entry);
    }
    for (const replay of replays) replay.take(entry);
  };
  const log = new SavedLog(take, app);
  for await (const chunk of chunks) log.push(chunk);
  log.end();
  if (lastAt === undefined) begin(log.firstAt ?? 0);

  return {
    ...{ form: log.form, bytes: log.bytes, firstAt: lastAt === undefined ? undefined : firstAt, lastAt },
    ...{ samples, sampleSeconds: sampleSeconds(), apps: [...log.apps.keys()], brokenAt: log.brokenAt },
    replays: replays.map((replay, index) => ({ result: replay.finish(), slots: timelines[index]?.slots() })),
    lives,
  };
}
