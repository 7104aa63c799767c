/**
 * Reads events that were saved: one to a line, wrapped by whatever handed them out (replay/own-event.ts), or laid out
 * over several lines, as `aws logs tail --format json` does it:
 *
 *     2026-01-05T12:00:00+00:00 2026/01/05/[$LATEST]1f
 *     {
 *         "event": "DynoSpared",
 *         …
 *     }
 */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { copiesOf } from '../replay/open-log.ts';
import { type StoryEvent, storyEventIn } from './events.ts';

/** No event has more fields, nor more processes in a list. */
const MOST_LINES = 1000;

export async function readSavedEvents(chunks: AsyncIterable<Buffer>): Promise<StoryEvent[]> {
  const events: StoryEvent[] = [];
  let block: string[] | undefined;
  const take = (line: string) => {
    const event = storyEventIn(line);
    if (event !== undefined) events.push(event);
  };
  for await (const line of createInterface({ input: Readable.from(copiesOf(chunks)), crlfDelay: Infinity })) {
    if (line === '{') {
      block = [line];
    } else if (block === undefined) {
      take(line);
    } else {
      block.push(line);
      if (line === '}') take(block.join(''));
      // What aws logs filter-log-events prints is laid out as well, and holds an event to a line.
      else take(line);
      if (line === '}' || block.length > MOST_LINES) block = undefined;
    }
  }
  return events;
}
