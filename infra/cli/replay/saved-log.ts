/**
 * Reads a saved log as its bytes come, in whatever form it was saved. The form is recognised once, from the first
 * line that has one, and from there on nothing else counts: a log is not a mixture, and what looks like another form
 * inside it was written by somebody else.
 */
import { LineFinder } from '../../../lib/heroku/line-finder.ts';
import { LONGEST_SAMPLE_LINE, SAMPLE_MARKER, timeOfLine } from '../../../lib/heroku/sample.ts';
import { CommandError } from '../errors.ts';
import { parseDrainMessage } from './drain-line.ts';
import { FrameFinder } from './frames.ts';
import { isStateChange, type LogEntry, parseHerokuLine, STATE_MARKER } from './log-entry.ts';
import { isEventLine, parseSizeEvent, SIZE_MARKER } from './own-event.ts';
import { SampleTemplates } from './sample-templates.ts';

export type LogForm = 'heroku' | 'drain' | 'drain-frames' | 'events';

/** A form shows in the first line that has one, and that line in this much of a log. */
const HEAD_BYTES = 64 * 1024;
/** `aws logs` wraps an event in its stream's name, its id and twice its time. */
const LONGEST_EVENT_LINE = 2 * LONGEST_SAMPLE_LINE;

const MARKERS = [SAMPLE_MARKER, STATE_MARKER];

const FRAME_START = /^\d{1,6} <\d{1,3}>1 (\S+) /;
const DRAIN_START = /^<\d{1,3}>1 (\S+) /;
const HEROKU_START = /^\S+ (?:heroku|app)\[[^\]\s]+\]: /;

type OnLine = (buffer: Buffer, start: number, end: number) => void;

interface Recognised {
  readonly form: LogForm;
  /** The time of the line that it was recognised by, epoch milliseconds. */
  readonly at: number | undefined;
}

export class SavedLog {
  /** Undefined until enough of the log has come. */
  form: LogForm | undefined;
  /** When it begins, epoch milliseconds. */
  firstAt: number | undefined;
  bytes = 0;
  /** Whose events were read, where the log is of events: their names and how many. */
  readonly apps = new Map<string, number>();

  readonly #onEntry: (entry: LogEntry) => void;
  readonly #app: string | undefined;
  #head: Buffer[] = [];
  #headBytes = 0;
  #finder: LineFinder | FrameFinder | undefined;

  /** @param app whose events are read, where the log holds those of several apps */
  constructor(onEntry: (entry: LogEntry) => void, app?: string) {
    this.#onEntry = onEntry;
    this.#app = app;
  }

  /** Where the lengths of a drain's messages went wrong: nothing behind it was read. */
  get brokenAt(): number | undefined {
    return this.#finder instanceof FrameFinder ? this.#finder.brokenAt : undefined;
  }

  /**
   * @param chunk its bytes need not be kept
   * @throws CommandError where the form is none that is known
   */
  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.#finder !== undefined) {
      this.#finder.push(chunk);
      return;
    }
    this.#head.push(Buffer.from(chunk));
    this.#headBytes += chunk.length;
    if (this.#headBytes >= HEAD_BYTES) this.#recognise();
  }

  /** @throws CommandError where the form is none that is known */
  end(): void {
    if (this.#finder === undefined && this.bytes > 0) this.#recognise();
  }

  #recognise(): void {
    const head = Buffer.concat(this.#head);
    this.#head = [];
    const { form, at } = recognise(head.subarray(0, HEAD_BYTES).toString('latin1'));
    this.form = form;
    this.firstAt = at;
    this.#finder = this.#finderFor(form);
    this.#finder.push(head);
  }

  #finderFor(form: LogForm): LineFinder | FrameFinder {
    switch (form) {
      case 'heroku':
        return this.#findsLines(parseHerokuLine);
      case 'drain':
        return this.#findsLines(parseDrainMessage);
      case 'drain-frames':
        return new FrameFinder({
          markers: MARKERS,
          longestMessage: LONGEST_SAMPLE_LINE,
          onMessage: this.#readsSamples(parseDrainMessage, new SampleTemplates()),
        });
      case 'events':
        return new LineFinder({
          markers: [SIZE_MARKER],
          longestLine: LONGEST_EVENT_LINE,
          onLine: (buffer, start, end) => this.#readEvent(textOf(buffer, start, end)),
        });
      default:
        return form satisfies never;
    }
  }

  #findsLines(parse: (line: string) => LogEntry | null): LineFinder {
    const templates = new SampleTemplates();
    return new LineFinder({
      markers: MARKERS,
      longestLine: LONGEST_SAMPLE_LINE,
      takeKnown: (buffer, marker, from) => {
        const sample = templates.readAt(buffer, marker, from);
        if (sample === null) return -1;
        this.#onEntry(sample);
        return templates.end;
      },
      onLine: this.#readsSamples(parse, templates),
    });
  }

  /** Most lines are samples of dynos that have been heard of: those are not decoded. */
  #readsSamples(parse: (line: string) => LogEntry | null, templates: SampleTemplates): OnLine {
    return (buffer, start, end) => {
      const known = templates.read(buffer, start, end);
      const entry = known ?? parse(textOf(buffer, start, end));
      if (entry === null) return;
      if (known === null && !isStateChange(entry)) templates.learn(buffer, start, end, entry);
      this.#onEntry(entry);
    };
  }

  #readEvent(line: string): void {
    const event = parseSizeEvent(line);
    if (event === null) return;
    const { app, sample } = event;
    this.apps.set(app, (this.apps.get(app) ?? 0) + 1);
    if (this.#app === undefined || this.#app === app) this.#onEntry(sample);
  }
}

/** latin1 gives a character to each byte, so nothing outside ASCII can become what a grammar accepts. */
function textOf(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start, end);
}

function recognise(head: string): Recognised {
  const framed = FRAME_START.exec(head);
  if (framed !== null) return { form: 'drain-frames', at: timeOf(framed[1]) };
  for (const raw of head.split('\n')) {
    const line = raw.replace(/^\0+/, '');
    const drain = DRAIN_START.exec(line);
    if (drain !== null) return { form: 'drain', at: timeOf(drain[1]) };
    if (HEROKU_START.test(line)) {
      const at = timeOfLine(line);
      if (at !== null) return { form: 'heroku', at };
    }
    if (isEventLine(line)) return { form: 'events', at: parseSizeEvent(line)?.sample.at };
  }
  throw new CommandError(
    'The log has no form that is known. Expected what heroku logs prints ("2026-01-05T12:00:00+00:00 heroku[web.1]: …"), ' +
      'a drain\'s messages ("203 <45>1 2026-01-05T12:00:00+00:00 host heroku web.1 - …", with the lengths or one to a ' +
      'line), or Whacamole\'s own events from CloudWatch Logs ({"event":"DynoSize",…}).',
  );
}

function timeOf(text: string | undefined): number | undefined {
  return timeOfLine(`${text} `) ?? undefined;
}
