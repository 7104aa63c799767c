/**
 * The events that tell an app's story, read from what CloudWatch Logs hands out. What is no event, or not as the
 * function writes it, is passed over: a log group holds the platform's own records as well.
 */
import * as z from 'zod/mini';
import { eventIn } from '../replay/own-event.ts';

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => Date.parse(text)),
);
const ofApp = { at: time, app: z.string() };
const ofDyno = { ...ofApp, process: z.string(), dyno: z.string() };
const decided = { ...ofDyno, size: z.number(), threshold: z.number(), measure: z.optional(z.string()) };

const storyEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('DynoSize'), ...ofDyno, size: z.number(), quota: z.optional(z.number()) }),
  z.object({ event: z.literal('DynoRestart'), ...decided, reason: z.string() }),
  z.object({
    ...{ event: z.literal('DynoSpared'), ...decided },
    ...{ reason: z.string(), message: z._default(z.string(), '') },
  }),
  z.object({
    ...{ event: z.literal('RestartFailed'), ...ofDyno },
    ...{ status: z.nullable(z.number()), message: z.string() },
  }),
  z.object({
    ...{ event: z.literal('RestartsNotHelping'), ...ofApp, process: z.string() },
    ...{ restarts: z.number(), message: z.string() },
  }),
  z.object({
    ...{ event: z.literal('NoSamples'), ...ofApp },
    ...{ processes: z.array(z.string()), message: z.string() },
  }),
  z.object({ event: z.literal('AppFailed'), ...ofApp, reason: z.string(), message: z.string() }),
]);

/** `at` is epoch milliseconds, sizes are MB. */
export type StoryEvent = z.infer<typeof storyEvent>;

/** The event in a line, however it is wrapped; undefined for every line that tells nothing of an app. */
export function storyEventIn(line: string): StoryEvent | undefined {
  return storyEvent.safeParse(eventIn(line)).data;
}

/** Whether it is about this process: what befell the whole app is. */
export function concerns(event: StoryEvent, process: string): boolean {
  switch (event.event) {
    case 'AppFailed':
      return true;
    case 'NoSamples':
      return event.processes.includes(process);
    case 'DynoSize':
    case 'DynoRestart':
    case 'DynoSpared':
    case 'RestartFailed':
    case 'RestartsNotHelping':
      return event.process === process;
    default:
      return event satisfies never;
  }
}

/** In the order in which they were said. Of one scan, sizes come before what was decided on them. */
export function inOrder(events: readonly StoryEvent[]): StoryEvent[] {
  const rank = ({ event }: StoryEvent) => (event === 'DynoSize' ? 0 : 1);
  return [...events].sort((one, other) => one.at - other.at || rank(one) - rank(other));
}
