/**
 * The grammar of a drain: syslog messages (RFC 5424), as logplex sends them and as archives keep them. Who wrote a
 * message stands in its header, `heroku web.1` or `app web.1`, so nothing that follows the header can change it.
 *
 * Messages either tell their length first (RFC 6587) or end at a newline. Only the former can be told apart beyond
 * doubt: where lengths were thrown away, a message that an app has filled with newlines looks like several.
 */
import { type LogEntry, parseHerokuLine } from './log-entry.ts';

/**
 * Priority, version, time, host (`host`, or the drain's token), who, which, no message id. Logplex leaves the
 * structured data out; some archives put in the `-` that stands for none.
 */
const PLATFORM_MESSAGE = /^<\d{1,3}>1 (\S+) \S+ heroku (\S+) - (?:- )?(.*)$/;

/** A message without its length and the newline that may end it. Null for whatever says nothing of a dyno. */
export function parseDrainMessage(message: string): LogEntry | null {
  const match = PLATFORM_MESSAGE.exec(message);
  if (match === null) return null;
  const [, time = '', process = '', text = ''] = match;
  // None of the three can break out of its place: the grammar of that line says what each may hold.
  return parseHerokuLine(`${time} heroku[${process}]: ${text}`);
}
