/**
 * An app's events as a story, process by process: its sizes, and what was decided, in the order of time, with equal
 * decisions of scans in a row as one. Pure.
 */
import { compareProcesses } from '../../../lib/processes.ts';
import { concerns, inOrder, type StoryEvent } from './events.ts';

export interface Size {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly dyno: string;
  /** MB, by the configured measure. */
  readonly size: number;
}

/** Something that was decided or that befell, once or several times in a row. */
export interface Happening {
  readonly what:
    | 'restarted'
    | 'spared'
    | 'restart-failed'
    | 'not-helping'
    /** Another dyno under the same name, and not by Whacamole. */
    | 'replaced'
    | 'app-failed'
    | 'no-samples';
  /** Of a decision: the UUID of the dyno that was measured. */
  readonly dyno: string | null;
  /** Why it was spared or restarted, or why the app failed. */
  readonly reason: string | null;
  readonly times: number;
  /** Epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of a decision: MB. */
  readonly smallest: number | null;
  readonly largest: number | null;
  readonly threshold: number | null;
  readonly measure: string | null;
  /** Of the last time. */
  readonly message: string;
}

export interface ProcessStory {
  readonly process: string;
  readonly sizes: readonly Size[];
  /** MB; null where nothing was said of it. */
  readonly threshold: number | null;
  readonly quota: number | null;
  /** What befell the whole app is among them. */
  readonly happenings: readonly Happening[];
}

export interface Story {
  /** When its first and last event were said, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** By name. */
  readonly processes: readonly ProcessStory[];
  /** What befell the whole app. */
  readonly troubles: readonly Happening[];
}

/**
 * @param events of one app
 * @param process the one that they concern, which then has what befell the whole app among its happenings
 */
export function tellStory(events: readonly StoryEvent[], process?: string): Story {
  const ordered = inOrder(events);
  const named = ordered.flatMap((event) => ('process' in event ? event.process : []));
  const names = [...new Set(process === undefined ? named : [process])].sort(compareProcesses);
  const isOf = (name: string, event: StoryEvent) =>
    process === undefined ? 'process' in event && event.process === name : concerns(event, name);
  return {
    from: ordered[0]?.at ?? 0,
    to: ordered.at(-1)?.at ?? 0,
    processes: names.map((name) =>
      tellOf(
        name,
        ordered.filter((event) => isOf(name, event)),
      ),
    ),
    troubles: collapse(
      ordered
        .filter(({ event }) => event === 'DynoSize' || event === 'AppFailed' || event === 'NoSamples')
        .map(stepOf),
    ),
  };
}

function tellOf(process: string, events: readonly StoryEvent[]): ProcessStory {
  let threshold: number | null = null;
  let quota: number | null = null;
  const sizes: Size[] = [];
  for (const event of events) {
    if (event.event === 'DynoSize') {
      sizes.push({ at: event.at, dyno: event.dyno, size: event.size });
      quota = event.quota ?? quota;
    } else if ('threshold' in event && event.measure !== 'memory_swap') {
      threshold = event.threshold;
    }
  }
  return { process, sizes, threshold, quota, happenings: collapse(withReplaced(events)) };
}

/** A scan said a size, or something happened. */
type Step = { readonly sizeOf: string } | Happening;

function stepOf(event: StoryEvent): Step {
  return event.event === 'DynoSize' ? { sizeOf: event.process } : happeningOf(event);
}

/** Adds where one process has another dyno, which Whacamole has no part in. */
function withReplaced(events: readonly StoryEvent[]): Step[] {
  // While preboot overlaps, old and new log by turns.
  const seen = new Set<string>();
  let restarting = false;
  return events.flatMap((event) => {
    const step = stepOf(event);
    if (event.event === 'DynoRestart' || event.event === 'RestartFailed') restarting = true;
    if (event.event !== 'DynoSize' || seen.has(event.dyno)) return [step];
    const isOther = seen.size > 0 && !restarting;
    if (seen.size > 0) restarting = false;
    seen.add(event.dyno);
    return isOther ? [replaced(event.at), step] : [step];
  });
}

/** Equal ones of scans in a row become one: a scan that said a size and no more lies between two that are not. */
function collapse(steps: readonly Step[]): Happening[] {
  const happenings: Happening[] = [];
  const sizesSince = new Map<string, number>();
  for (const step of steps) {
    if ('sizeOf' in step) {
      sizesSince.set(step.sizeOf, (sizesSince.get(step.sizeOf) ?? 0) + 1);
      continue;
    }
    const last = happenings.at(-1);
    const inRow = Math.max(0, ...sizesSince.values()) <= 1;
    if (last !== undefined && inRow && isLike(last, step)) happenings.splice(-1, 1, joined(last, step));
    else happenings.push(step);
    sizesSince.clear();
  }
  return happenings;
}

type Told = Exclude<StoryEvent, { event: 'DynoSize' }>;

function happeningOf(event: Told): Happening {
  const once = {
    ...{ times: 1, firstAt: event.at, lastAt: event.at, dyno: null, reason: null, message: '' },
    ...{ smallest: null, largest: null, threshold: null, measure: null },
  };
  switch (event.event) {
    case 'DynoRestart':
    case 'DynoSpared': {
      const { dyno, reason, size, threshold, measure = null } = event;
      const message = event.event === 'DynoSpared' ? event.message : '';
      const what = event.event === 'DynoSpared' ? 'spared' : 'restarted';
      return { ...once, what, dyno, reason, message, smallest: size, largest: size, threshold, measure };
    }
    case 'RestartFailed':
      return { ...once, what: 'restart-failed', message: event.message };
    case 'RestartsNotHelping':
      return { ...once, what: 'not-helping', message: event.message };
    case 'NoSamples':
      return { ...once, what: 'no-samples', message: event.message };
    case 'AppFailed':
      return { ...once, what: 'app-failed', reason: event.reason, message: event.message };
    default:
      return event satisfies never;
  }
}

function replaced(at: number): Happening {
  return {
    ...{ what: 'replaced', dyno: null, reason: null, times: 1, firstAt: at, lastAt: at, message: '' },
    ...{ smallest: null, largest: null, threshold: null, measure: null },
  };
}

function isLike(one: Happening, other: Happening): boolean {
  return (
    one.what !== 'restarted' &&
    one.what === other.what &&
    one.dyno === other.dyno &&
    one.reason === other.reason &&
    one.threshold === other.threshold &&
    one.measure === other.measure
  );
}

function joined(one: Happening, next: Happening): Happening {
  return {
    ...{ ...next, firstAt: one.firstAt, times: one.times + next.times },
    smallest: least(one.smallest, next.smallest),
    largest: most(one.largest, next.largest),
  };
}

function least(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.min(one, other);
}

function most(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}
