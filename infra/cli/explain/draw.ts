/** A story as a person reads it: for each process its chart, what happened in the order of time, and the answer. */
import type { Drawing } from '../command-line.ts';
import { timeOfDay } from '../time.ts';
import { answerFor } from './answer.ts';
import { drawChart } from './chart.ts';
import { dayOf, hoursBetween } from './clock.ts';
import type { Happening, ProcessStory, Story } from './story.ts';

/** More than one screen's worth of charts is read by nobody. */
const MOST_CHARTS = 4;

export function drawStory(app: string, story: Story, { paint, width }: Drawing): string {
  const { from, to, processes, troubles } = story;
  const charted = mostToTell(processes);
  const isColoured = paint('green', '─') !== '─';
  const parts = [paint('bold', `${app}, ${timeOfDay(from)} to ${timeOfDay(to)}`)];
  for (const process of charted) {
    const drawn = process.sizes.length > 1 ? [drawChart(process, { width, colour: isColoured })] : [];
    parts.push(
      [paint('bold', describe(process)), ...drawn, ...drawHappenings(process.happenings, paint)].join('\n'),
    );
  }
  if (processes.length !== 1 && troubles.length > 0) {
    parts.push([paint('bold', 'The app as a whole'), ...drawHappenings(troubles, paint)].join('\n'));
  }
  parts.push(processes.map((process) => answerFor(process, troubles)).join('\n'));
  if (processes.length === 0) parts.splice(-1, 1, 'No size of any dyno was said in this time.');
  return parts.join('\n\n');
}

/** Those of which something is to be told, or else the one that is nearest to its threshold. */
function mostToTell(processes: readonly ProcessStory[]): ProcessStory[] {
  const eventful = processes.filter(({ happenings }) => happenings.length > 0);
  if (eventful.length > 0) return eventful.slice(0, MOST_CHARTS);
  const peak = ({ sizes, threshold }: ProcessStory) =>
    Math.max(0, ...sizes.map(({ size }) => size)) / (threshold ?? 1);
  return [...processes].sort((one, other) => peak(other) - peak(one)).slice(0, 1);
}

/** `web.1: 290 to 545 MB, threshold 500 (╌), quota 512, restarts ●` */
function describe({ process, sizes, threshold, quota, happenings }: ProcessStory): string {
  if (sizes.length === 0) return process;
  const all = sizes.map(({ size }) => size);
  const range = between(Math.min(...all), Math.max(...all));
  const limit = threshold === null ? '' : `, threshold ${threshold} (╌)`;
  const most = quota === null ? '' : `, quota ${quota}`;
  const restarts = happenings.some(({ what }) => what === 'restarted') ? ', restarts ●' : '';
  return `${process}: ${range}${limit}${most}${restarts}`;
}

function drawHappenings(happenings: readonly Happening[], paint: Drawing['paint']): string[] {
  const whens = happenings.map(({ firstAt, lastAt }) => hoursBetween(firstAt, lastAt));
  const width = Math.max(0, ...whens.map((when) => when.length));
  let day = '';
  return happenings.flatMap((happening, index) => {
    const line = `  ${whens[index]?.padEnd(width)}  ${paint(COLOURS[happening.what], say(happening))}`;
    const isNewDay = day !== dayOf(happening.firstAt);
    day = dayOf(happening.firstAt);
    return isNewDay ? [paint('dim', `  ${day} UTC`), line] : [line];
  });
}

const COLOURS = {
  restarted: 'red',
  spared: 'yellow',
  'restart-failed': 'red',
  'not-helping': 'red',
  replaced: 'dim',
  'app-failed': 'red',
  'no-samples': 'red',
} as const;

function say(happening: Happening): string {
  const { what, reason, times, smallest, largest, threshold, measure, message } = happening;
  const often = times === 1 ? '' : ` ×${times}`;
  const size = `at ${between(smallest, largest)}, over ${threshold} MB${measure === null ? '' : ` of ${measure}`}`;
  const words = message === '' ? '' : `: ${message}`;
  switch (what) {
    case 'restarted':
      return `restarted ${size}`;
    case 'spared':
      return `spared ${reason}${often}, ${size}${words}`;
    case 'restart-failed':
      return `its restart failed${often}${words}`;
    case 'not-helping':
      return `restarts are not helping${often}${words}`;
    case 'replaced':
      return 'another dyno: cycled, deployed, or restarted by somebody else';
    case 'app-failed':
      return `the app could not be scanned (${reason})${often}${words}`;
    case 'no-samples':
      return `no samples${often}${words}`;
    default:
      return what satisfies never;
  }
}

function between(smallest: number | null, largest: number | null): string {
  return smallest === largest ? `${largest} MB` : `${smallest} to ${largest} MB`;
}
