/**
 * What comes out of a log session's URL: the history, and for a tail every line as it is written, in packets of
 * some 4 KB, with NUL bytes in between to keep the connection alive. What surprises: packets arrive cut anywhere,
 * and a reader that is too slow is told how many lines it has missed (L11).
 */
import type { VirtualClock } from '../virtual-clock.ts';
import type { BodyWriter } from './body-writer.ts';
import { type LogLine, MessageLine, passes } from './log-line.ts';
import type { LogSession } from './log-session.ts';
import type { Random } from './random.ts';

export type LogFormat = 'lines' | 'events';

/** Virtual milliseconds between two packets of a tail. */
const FLUSH_EVERY = 200;
const PACKET_BYTES = 4096;
/** How far behind a reader may be before lines are dropped. */
const BACKLOG_BYTES = 4 * 1024 * 1024;
const KEEP_ALIVE_SECONDS = 15;

/** Writes the lines of one response, each after the other, in the format that was asked for. */
class LineEncoder {
  readonly #format: LogFormat;
  #events = 0;

  constructor(format: LogFormat) {
    this.#format = format;
  }

  get keepAlive(): Buffer {
    return Buffer.from(this.#format === 'events' ? ': keep-alive\n\n' : '\0');
  }

  encode(lines: readonly LogLine[]): Buffer {
    const buffers: Buffer[] = [];
    let pending = '';
    for (const line of lines) {
      const text = line.text();
      if (this.#format === 'events') {
        pending += this.#event(typeof text === 'string' ? text : Buffer.from(text).toString());
      } else if (typeof text === 'string') {
        pending += `${text}\n`;
      } else {
        buffers.push(Buffer.from(pending), Buffer.from(text));
        pending = '\n';
      }
    }
    if (buffers.length === 0) return Buffer.from(pending);
    return Buffer.concat([...buffers, Buffer.from(pending)]);
  }

  #event(text: string): string {
    return `id: ${++this.#events}\ndata: ${text.replaceAll('\n', '\ndata: ')}\n\n`;
  }
}

/** Answers a request for a session's URL, and calls `ended` when its reader has gone. */
export function streamLog(
  session: LogSession,
  format: LogFormat,
  body: BodyWriter,
  clock: VirtualClock,
  random: Random,
  ended: () => void,
): void {
  const { app, filter } = session;
  const options = app.options.logSession ?? {};
  const encoder = new LineEncoder(format);
  body.onClose(ended);
  body.open(200, {
    'content-type': format === 'events' ? 'text/event-stream' : 'text/plain; charset=utf-8',
    'transfer-encoding': 'chunked',
    connection: 'close',
    ...(options.warning === undefined ? {} : { 'x-heroku-warning': options.warning }),
  });
  if (session.tail && options.tailForbidden) {
    body.write(encoder.encode([logplexSays(clock, 'Error L20 (Tail sessions forbidden)')]));
    body.end();
    return;
  }
  if (app.options.generation !== 'fir') {
    body.write(encoder.encode(app.buffer.history(clock.now(), session.lines, filter)));
  }
  if (!session.tail) {
    body.end();
    return;
  }

  let pending: LogLine[] = [];
  let flushedAt = clock.now();
  let dropped = 0;
  let droppedSince = flushedAt;
  const unfollow = app.buffer.follow((line) => {
    if (passes(filter, line.source, line.process)) pending.push(line);
  });
  const flush = () => {
    const since = flushedAt;
    flushedAt = clock.now();
    const traffic = app.buffer.trafficBetween(since, flushedAt, filter);
    const lines = traffic.length === 0 ? pending : [...pending, ...traffic].sort(byArrival);
    pending = [];
    if (body.backlog > BACKLOG_BYTES) {
      if (dropped === 0) droppedSince = since;
      dropped += lines.length;
      return;
    }
    if (dropped > 0) {
      const from = new Date(droppedSince).toISOString();
      const notice = `Error L11 (Tail buffer overflow) -> This tail session dropped ${dropped} messages since ${from}.`;
      lines.unshift(logplexSays(clock, notice));
      dropped = 0;
    }
    for (const packet of packets(lines, encoder)) writeCut(packet, body, random);
  };
  const keepAlive = () => body.write(encoder.keepAlive);
  const timers = [
    clock.every(FLUSH_EVERY, flush),
    clock.every((options.keepAliveSeconds ?? KEEP_ALIVE_SECONDS) * 1000, keepAlive),
  ];
  body.onClose(() => {
    unfollow();
    for (const cancel of timers) cancel();
  });
}

function logplexSays(clock: VirtualClock, message: string): LogLine {
  return new MessageLine(clock.now(), 'heroku', 'logplex', message);
}

function byArrival(one: LogLine, other: LogLine): number {
  return one.arrivedAt - other.arrivedAt;
}

/** Whole lines, as many as fit into a packet; a longer line has a packet to itself. */
function* packets(lines: readonly LogLine[], encoder: LineEncoder): Generator<Buffer> {
  let packet: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    const encoded = encoder.encode([line]);
    if (bytes > 0 && bytes + encoded.length > PACKET_BYTES) {
      yield Buffer.concat(packet);
      packet = [];
      bytes = 0;
    }
    packet.push(encoded);
    bytes += encoded.length;
  }
  if (bytes > 0) yield Buffer.concat(packet);
}

/** Every other packet comes in two, cut wherever it happens. */
function writeCut(packet: Buffer, body: BodyWriter, random: Random): void {
  const cut = random.fraction() < 0.5 ? random.integer(1, packet.length) : packet.length;
  body.write(packet.subarray(0, cut));
  body.write(packet.subarray(cut));
}
