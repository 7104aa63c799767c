/**
 * What a saved log says, whatever form it was saved in: the platform's word about a dyno's memory and its state. What
 * an app has printed is neither, however much it looks like it: each form has a strict grammar, and all end in that of
 * lib/heroku/sample.ts.
 */
import { parseSample, type Sample, timeOfLine } from '../../../lib/heroku/sample.ts';

/** A dyno changed its state: `web.1` went from `starting` to `up`. */
export interface StateChange {
  readonly process: string;
  readonly type: string;
  readonly state: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A sample as it is, in nothing that tells its kind: of those there are millions in a log. */
export type LogEntry = Sample | StateChange;

/** Every change of state holds this, and hardly any other line does. */
export const STATE_MARKER = 'State changed from ';

const STATE_CHANGE = new RegExp(
  String.raw`^\S+ heroku\[(([A-Za-z0-9_-]{1,63})\.[1-9]\d{0,5})\]: ${STATE_MARKER}[a-z]+ to ([a-z]+)$`,
);

/** A line as `heroku logs` prints it, without its newline. Null for whatever says nothing of a dyno. */
export function parseHerokuLine(line: string): LogEntry | null {
  const sample = parseSample(line);
  if (sample !== null) return sample;
  const change = STATE_CHANGE.exec(line);
  const at = change === null ? null : timeOfLine(line);
  if (change === null || at === null) return null;
  const [, process = '', type = '', state = ''] = change;
  return { process, type, state, at };
}

export function isStateChange(entry: LogEntry): entry is StateChange {
  return 'state' in entry;
}
