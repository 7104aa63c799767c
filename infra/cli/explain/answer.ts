/** Why a process was restarted last, or why not: what its story comes to, in a sentence or two. Pure. */
import { timeOfDay } from '../time.ts';
import type { Happening, ProcessStory } from './story.ts';

/** @param troubles what befell the whole app */
export function answerFor(story: ProcessStory, troubles: readonly Happening[]): string {
  const trouble = troubles.at(-1);
  const heardAt = story.sizes.at(-1)?.at;
  const isUnseen = trouble !== undefined && (heardAt === undefined || trouble.lastAt > heardAt);
  return isUnseen ? `${unseen(trouble, heardAt)} ${decided(story)}` : decided(story);
}

function unseen({ what, reason, firstAt, message }: Happening, heardAt: number | undefined): string {
  const since =
    heardAt === undefined ? `Since ${timeOfDay(firstAt)} at least` : `Since ${timeOfDay(heardAt)}`;
  const why = what === 'app-failed' ? `the app could not be scanned (${reason})` : 'no samples have come';
  return `${since} nothing is known of it: ${why}. ${message}`;
}

function decided(story: ProcessStory): string {
  const { process, happenings, sizes } = story;
  const restarted = new Set(happenings.flatMap(({ what, dyno }) => (what === 'restarted' ? dyno : [])));
  const last = happenings.findLast(
    // The last sample of a dyno that was restarted comes once more, and is spared for that.
    ({ what, reason, dyno }) =>
      DECISIONS.includes(what) && !(reason === 'not-current' && restarted.has(dyno)),
  );
  const newest = sizes.at(-1);
  if (last === undefined) return neverOver(story);
  switch (last.what) {
    case 'restarted':
      return (
        `${process} was last restarted at ${timeOfDay(last.lastAt)}: its ${last.measure ?? last.reason} of ${last.largest} MB was ` +
        `over ${last.threshold} MB.`
      );
    case 'restart-failed':
      return `${process} was to be restarted at ${timeOfDay(last.lastAt)}, and that failed: ${last.message}`;
    default: {
      const why = `${last.reason}. ${last.message}`.trim();
      // The size of that very scan was said a moment before.
      const isOverStill = newest === undefined || newest.at <= last.lastAt;
      return isOverStill
        ? `${process} is over its threshold of ${last.threshold} MB and was not restarted, for it was spared: ${why}`
        : `${process} was last over its threshold at ${timeOfDay(last.lastAt)}, and was spared: ${why} Since then it is ` +
            `below, at ${newest.size} MB now.`;
    }
  }
}

const DECISIONS: readonly Happening['what'][] = ['restarted', 'restart-failed', 'spared'];

function neverOver({ process, sizes, threshold }: ProcessStory): string {
  if (sizes.length === 0) return `No size of ${process} was said in this time.`;
  const largest = Math.max(...sizes.map(({ size }) => size));
  const limit = threshold === null ? '' : `, and its threshold is ${threshold} MB`;
  return `${process} was not restarted, for it was never over its threshold: it was at ${largest} MB at most${limit}.`;
}
