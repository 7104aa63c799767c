/** What a replay rests on, and what of this log limits it: sentences that stand in every output. */
import type { ReplayedLog } from './replay-log.ts';

export const ASSUMPTIONS: readonly string[] = [
  'A scan is made at every whole minute, by the decisions of the function, on the samples that had come by then. ' +
    'dryRun and paused are left out of account.',
  'Where it comes to a restart, the log goes on with the dyno as it was. The restart is counted, the window holds, and ' +
    'the rest of that dyno would not have been: it decides nothing. The process is watched again from the next dyno ' +
    'that the log shows under its name, so the restarts counted are the fewest there would have been. "About N more" is ' +
    "how often the dyno's time from its start to its restart, or else the window, fits into what the log goes on with it.",
  'The dyno list is derived from the log: a dyno is listed from its first sample, or the change of state before it, ' +
    'until another bears its name, it goes down, or it has been silent for two minutes. One that was there when the log ' +
    'began is old enough; of any other one the uptime counts from where the log first shows it.',
];

const EVENTS_NOTE =
  'These are events, not samples: one size of each dyno a minute, by the measure that was configured then. ' +
  'sustainedSamples counts minutes here, and other measures cannot be asked for.';

/** What is to be known of this log, beyond the assumptions. */
export function notesOn({ form, brokenAt, replays }: ReplayedLog): string[] {
  const notes: string[] = [];
  if (form === 'events') notes.push(EVENTS_NOTE);
  if (form === 'drain') {
    notes.push(
      "The lengths of the drain's messages are gone, so a message with newlines in it looks like several: what an app " +
        'has printed can only be told from what the platform said where no app prints newlines.',
    );
  }
  if (brokenAt !== undefined) {
    notes.push(
      `At byte ${brokenAt} the lengths of the drain's messages go wrong: nothing behind it was read. Was the log cut there?`,
    );
  }
  const [first] = replays;
  if (first !== undefined && first.result.late > 0) {
    notes.push(
      `${first.result.late} samples stand more than two minutes behind where they belong, and do not count: put the log in ` +
        'the order of time.',
    );
  }
  const unwatched = replays.map(({ result }) => result.unwatched);
  const types = Object.keys(unwatched[0] ?? {}).filter((type) =>
    unwatched.every((of) => of[type] !== undefined),
  );
  if (types.length > 0) {
    notes.push(`In the log, and not watched by the config: ${types.join(', ')}.`);
  }
  for (const problem of new Set(replays.flatMap(({ result }) => result.problems))) notes.push(`${problem}.`);
  return notes;
}
