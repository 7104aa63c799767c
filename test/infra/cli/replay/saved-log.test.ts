import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDrainMessage } from '../../../../infra/cli/replay/drain-line.ts';
import { isStateChange, type LogEntry, parseHerokuLine } from '../../../../infra/cli/replay/log-entry.ts';
import { parseSizeEvent } from '../../../../infra/cli/replay/own-event.ts';
import {
  AT,
  IMPOSTORS,
  memoryLine,
  OTHER_LINES,
  SAMPLES,
  TIME,
  WEB_1,
  WEB_2,
} from '../../../lib/heroku/lines.ts';
import { asFrame, asLines, asMessage, cutAt, HEAD, read } from './logs.ts';

const STATE = `${TIME} heroku[web.1]: State changed from starting to up`;
const stateUp: LogEntry = { process: 'web.1', type: 'web', state: 'up', at: AT };
const LINES = [
  `${TIME} app[web.1]: hello`,
  ...SAMPLES.map(({ line }) => line),
  STATE,
  ...OTHER_LINES.filter((line) => /^\S+ (heroku|app)\[/.test(line)),
];
const EXPECTED: readonly LogEntry[] = LINES.flatMap((line) => parseHerokuLine(line) ?? []);
/** What an app prints, with newlines in it, is one message. */
const FORGED_INSIDE = `<190>1 ${TIME} host app web.1 - ${asMessage(memoryLine())}\n${asFrame(memoryLine())}`;
const frame = (message: string) => `${Buffer.byteLength(message)} ${message}`;

describe('a saved log', () => {
  it('of events holds each as often as it stands there, said twice or not', () => {
    const event = (at: string, size: number) =>
      `2026-01-05T12:0${at}.123Z {"event":"DynoSize","at":"2026-01-05T12:0${at}.100Z","app":"shop","process":"web.1",` +
      `"dyno":"${WEB_1}","size":${size},"units":"MB","swap":0,"quota":512}`;
    const lines = [
      event('0:00', 481.5),
      event('0:00', 481.5),
      event('1:00', 481.5),
      event('2:00', 600),
      event('2:00', 600),
    ];
    const { entries, log } = read([asLines(lines)]);
    expect(log.form).toBe('events');
    expect(log.apps.get('shop')).toBe(5);
    expect(entries.map((entry) => (isStateChange(entry) ? undefined : entry.total))).toEqual([
      481.5, 481.5, 481.5, 600, 600,
    ]);
  });

  it('holds the samples and the changes of state, whichever form it was saved in', () => {
    expect(EXPECTED.filter((entry) => !isStateChange(entry))).toHaveLength(SAMPLES.length);
    expect(EXPECTED).toContainEqual(stateUp);
    const forms = {
      heroku: asLines(LINES),
      drain: asLines(LINES.map(asMessage)),
      'drain-frames': Buffer.from(LINES.map(asFrame).join('')),
    };
    for (const [form, bytes] of Object.entries(forms)) {
      const { entries, log } = read([bytes]);
      expect(log).toMatchObject({ form, firstAt: AT, bytes: bytes.length, brokenAt: undefined });
      expect(entries).toEqual(EXPECTED);
    }
  });

  it('is the same, cut anywhere and as often as one likes', () => {
    const tooLong = 'x'.repeat(9000);
    const frames = [asFrame(STATE), frame(`<45>1 ${HEAD}`), ...LINES.map(asFrame), frame(FORGED_INSIDE)];
    const framed = Buffer.from([...frames, frame(`<45>1 ${tooLong}`), asFrame(STATE)].join(''));
    const lines = asLines([STATE, HEAD, ...LINES, tooLong, STATE]);
    fc.assert(
      fc.property(
        fc.constantFrom(framed, lines),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        (bytes, shares) => {
          const { entries, log } = read(
            cutAt(
              bytes,
              shares.map((share) => HEAD.length + Math.floor(share * (bytes.length - HEAD.length))),
            ),
          );
          expect(entries).toEqual([stateUp, ...EXPECTED, stateUp]);
          expect(log.brokenAt).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the same byte by byte', () => {
    const head = asFrame(STATE) + frame(`<45>1 ${HEAD}`);
    const frames = [head, ...LINES.map(asFrame), frame(FORGED_INSIDE), asFrame(STATE)].join('\n\r\n');
    const everywhere = Array.from({ length: frames.length - head.length }, (_, index) => head.length + index);
    const { entries } = read(cutAt(Buffer.from(frames), everywhere));
    expect(entries).toEqual([stateUp, ...EXPECTED, stateUp]);
  });

  it.each(IMPOSTORS)('holds no sample that the platform did not write: %s', (_, line) => {
    const first = `${TIME} app[web.1]: hello`;
    expect(read([asLines([first, line])]).entries).toEqual([]);
    expect(read([asLines([asMessage(first), asMessage(line)])]).entries).toEqual([]);
    expect(read([asLines([asMessage(first), line])]).entries).toEqual([]);
    const framed = [first, line].map((text) => frame(asMessage(text))).join('');
    if (!line.startsWith('heroku[')) expect(read([Buffer.from(framed)]).entries).toEqual([]);
  });

  it('takes nothing inside a message for another one, where messages tell their length', () => {
    const { entries, log } = read([Buffer.from(frame(FORGED_INSIDE) + asFrame(STATE))]);
    expect(entries).toEqual([stateUp]);
    expect(log.brokenAt).toBeUndefined();
  });

  it.each([
    ['too short', -1],
    ['too short by far', -100],
    ['too long', 5],
  ])('is read up to where a length is wrong: %s', (_, by) => {
    const good = asFrame(memoryLine());
    const wrong = `${Buffer.byteLength(asMessage(memoryLine())) + by} ${asMessage(memoryLine())}`;
    const bytes = Buffer.from(good + wrong + asFrame(memoryLine()) + asFrame(STATE));
    const { entries, log } = read([bytes]);
    expect(entries).toHaveLength(1);
    expect(log.brokenAt).toBeGreaterThan(good.length);
    expect(read(cutAt(bytes, [10, 700, 900])).log.brokenAt).toBe(log.brokenAt);
  });

  it('may be nothing at all', () => {
    const { entries, log } = read([]);
    expect({ entries, form: log.form }).toEqual({ entries: [], form: undefined });
  });

  it('must have a form that is known', () => {
    expect(() => read([Buffer.from('{"a":1}\nhello\n')])).toThrow(
      /has no form that is known\. Expected what heroku logs/,
    );
    expect(() => read([Buffer.alloc(100_000, 'x')])).toThrow(/no form that is known/);
  });

  it('counts in one form alone: a line of another form was written by somebody else', () => {
    const asHeroku = asLines([memoryLine(), asMessage(memoryLine({ name: 'web.2' })), asFrame(memoryLine())]);
    expect(read([asHeroku]).entries).toHaveLength(1);
    const asDrain = asLines([asMessage(memoryLine()), memoryLine({ name: 'web.2' })]);
    expect(read([asDrain]).entries).toHaveLength(1);
  });
});

describe("a drain's message", () => {
  const sample = memoryLine({ name: 'web.2', dyno: `heroku.1.${WEB_2}` }).replace(/^.*?: /, '');
  const message = (header: string, text = sample) => `${header}${text}`;

  it.each([
    ['by the host that logplex names', `<45>1 ${TIME} host heroku web.2 - `],
    ["by the drain's token", `<134>1 ${TIME} d.9173ea1f-6f14-4976-9cf0-7cd0dafdcdbc heroku web.2 - `],
    ['with the structured data that an archive puts in', `<45>1 ${TIME} host heroku web.2 - - `],
  ])('is the platform’s: %s', (_, header) => {
    expect(parseDrainMessage(message(header))).toMatchObject({
      process: 'web.2',
      at: AT,
      total: expect.any(Number),
    });
  });

  it.each([
    ['an app', `<45>1 ${TIME} host app web.2 - `],
    ['an app that calls itself heroku', `<45>1 ${TIME} host app heroku web.2 - `],
    ['another dyno', `<45>1 ${TIME} host heroku web.1 - `],
    ['the router', `<45>1 ${TIME} host heroku router - `],
    ['a name that breaks out of its place', `<45>1 ${TIME} host heroku web.2]:x[web.2 - `],
    ['a time that breaks out of its place', `<45>1 ${TIME}\u00a0heroku[web.2]: host heroku web.2 - `],
    ['an add-on', `<45>1 ${TIME} host heroku-postgres web.2 - `],
    ['no priority', `1 ${TIME} host heroku web.2 - `],
    ['another version', `<45>2 ${TIME} host heroku web.2 - `],
    ['no host', `<45>1 ${TIME} heroku web.2 - `],
    ['no message id', `<45>1 ${TIME} host heroku web.2 `],
    ['more structured data', `<45>1 ${TIME} host heroku web.2 - - - `],
    ['what comes before', ` <45>1 ${TIME} host heroku web.2 - `],
    ['a time that is none', '<45>1 yesterday host heroku web.2 - '],
  ])('is none where it comes from %s', (_, header) => {
    expect(parseDrainMessage(message(header))).toBeNull();
  });

  it.each(['\r', '\n', ' ', ' and more', '\nmore'])('is none where it goes on: %j', (end) => {
    expect(parseDrainMessage(message(`<45>1 ${TIME} host heroku web.2 - `) + end)).toBeNull();
  });

  it('says what the same line of a log session says, or nothing, whatever it is', () => {
    const any = fc.oneof(fc.constantFrom(...LINES, ...IMPOSTORS.map(([, line]) => line)), fc.string());
    fc.assert(
      fc.property(any, fc.string({ maxLength: 8 }), fc.nat(300), (line, added, where) => {
        const edited = line.slice(0, where) + added + line.slice(where);
        const entry = parseDrainMessage(asMessage(edited));
        // Put back into a line, a message is judged by the same grammar.
        if (entry !== null) expect(parseHerokuLine(edited.replace(/^(\S+ \S+\]: )- /, '$1'))).toEqual(entry);
        parseDrainMessage(edited);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a change of state', () => {
  it.each([
    `${TIME} app[web.1]: State changed from starting to up`,
    `${TIME} heroku[router]: State changed from starting to up`,
    `${TIME} heroku[web.1]: State changed from starting to up again`,
    `${TIME} heroku[web.1]: He said: State changed from starting to up`,
    'yesterday heroku[web.1]: State changed from starting to up',
  ])('is none: %s', (line) => {
    expect(parseHerokuLine(line)).toBeNull();
  });
});

describe('the function’s own events', () => {
  const event = (fields: object = {}) =>
    JSON.stringify({
      ...{ event: 'DynoSize', at: '2024-01-01T09:03:22.012Z', app: 'shop', process: 'web.1', dyno: WEB_1 },
      ...{ size: 906.01, units: 'MB', swap: 70.03, quota: 1024, ...fields },
    });
  const sample = {
    ...{ process: 'web.1', type: 'web', dyno: WEB_1, at: AT, total: 906.01 },
    ...{ rss: undefined, swap: 70.03, quota: 1024 },
  };

  it.each([
    ['as they were written', event()],
    ['exported to S3', `2024-01-01T09:03:22.123Z ${event()}`],
    ['by aws logs tail', `2024-01-01T09:03:22.123000+00:00 2024/01/01/[$LATEST]0a1b ${event()}`],
    ['by aws logs tail --format short', `2024-01-01T09:03:22 ${event()}`],
    [
      'by filter-log-events as text',
      `EVENTS\t3786\t1704099803000\t2024/01/01/[$LATEST]0a1b\t${event()}\t1704099802012`,
    ],
    ['by filter-log-events', `            "message": ${JSON.stringify(`${event()}\n`)},`],
  ])('are samples: %s', (_, line) => {
    expect(parseSizeEvent(line)).toEqual({ app: 'shop', sample });
    const other = line.replace('DynoSize', 'DynoSpared');
    const { entries, log } = read([asLines(['{ "events": [', other, line, other])]);
    expect(log.form).toBe('events');
    expect(entries).toEqual([sample]);
  });

  it.each([
    ['of another kind', event({ event: 'DynoSpared' })],
    ['quoted by another event', JSON.stringify({ event: 'AppFailed', at: 'x', message: event() })],
    ['of no process', event({ process: 'web' })],
    ['of no dyno', event({ dyno: 'web.1' })],
    ['without a size', event({ size: undefined })],
    ['of a negative size', event({ size: -1 })],
    ['in other units', event({ units: 'GB' })],
    ['at no time', event({ at: 'yesterday' })],
    ['of no app', event({ app: '' })],
    ['cut off', event().slice(0, -1)],
    ['printed by somebody else', `INFO ${event()}`],
  ])('are no samples: %s', (_, line) => {
    expect(parseSizeEvent(line)).toBeNull();
    expect(read([asLines([event({ process: 'web.9' }), line])]).entries).toHaveLength(1);
  });

  it('are those of one app, where one is named', () => {
    const bytes = asLines([event(), event({ app: 'blog', process: 'web.2' }), event({ process: 'web.3' })]);
    const { entries, log } = read([bytes], 'blog');
    expect(entries).toMatchObject([{ process: 'web.2' }]);
    expect([...log.apps]).toEqual([
      ['shop', 2],
      ['blog', 1],
    ]);
  });

  it('are taken for what they say, or for nothing, whatever they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSizeEvent(text)));
    fc.assert(fc.property(fc.json(), (text) => void expect(parseSizeEvent(text)).toBeNull()));
  });
});
