import { describe, expect, it } from 'vitest';
import { type Event, EventLog } from '../../lib/events.ts';

const AT = '2026-01-05T12:00:00.000Z';

/** A log, all that it writes, and all that it sends to a bus. */
function open() {
  const lines: string[] = [];
  const sent: { name: string; json: string }[] = [];
  const bus = { put: (name: string, json: string) => sent.push({ name, json }) };
  const write = (line: string) => lines.push(line);
  const log = new EventLog({ now: () => Date.parse(AT), write, bus });
  return { log, lines, sent };
}

const dyno = { app: 'shop', process: 'web.1', dyno: '5b1f0a0e-8e0c-4c34-9d5e-0d6f7c1f3a11' };
const measured = { ...dyno, size: 600.5, units: 'MB', threshold: 500, measure: 'memory_total' } as const;

const EVENTS: readonly Event[] = [
  { event: 'DynoSize', ...dyno, size: 600.5, units: 'MB', swap: 0, quota: 512 },
  { event: 'DynoRestart', ...measured, reason: 'memory' },
  { event: 'DynoSpared', ...measured, reason: 'within-window', message: 'It was restarted 10 s ago.' },
  { event: 'RestartFailed', ...dyno, status: 503, message: 'Heroku answered 503.' },
  { event: 'RestartsNotHelping', app: 'shop', process: 'web.1', size: 600.5, restarts: 3, message: 'Look.' },
  { event: 'NoSamples', app: 'shop', processes: ['web.1', 'web.2'], message: 'Check.' },
  { event: 'AppFailed', app: 'shop', reason: 'not-found', message: 'There is no app shop.' },
  {
    event: 'BudgetLow',
    token: 'default',
    apps: 400,
    waiting: 100,
    unwatchedSeconds: 120,
    message: 'It does not last.',
  },
  { event: 'BatchDropped', reason: 'late', apps: ['shop'], message: 'It is late.' },
  { event: 'BusFailed', events: 2, message: '2 event(s) could not be put.' },
  {
    event: 'ScanDone',
    apps: 1,
    dynos: 2,
    restarts: 1,
    spared: 1,
    failures: 2,
    durationMs: 10,
    herokuRequests: 4,
    herokuRequestsLeft: 4496,
    batches: undefined,
  },
];

describe('an event', () => {
  it.each(EVENTS.map((event) => [event.event, event] as const))('is a line of JSON: %s', (name, event) => {
    const { log, lines } = open();
    const returned = log.emit(event);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const written: unknown = JSON.parse(lines[0] ?? '');
    expect(written).toEqual({ ...event, at: AT });
    expect(returned).toEqual({ ...event, at: AT });
    expect(lines[0]?.startsWith(`{"event":"${name}","at":"${AT}"`)).toBe(true);
  });

  it.each(EVENTS.map((event) => [event.event, event] as const))(
    'goes to the bus as it was written: %s',
    (name, event) => {
      const { log, lines, sent } = open();
      log.emit(event);
      const isForTheLogAlone = name === 'DynoSize' || name === 'BusFailed';
      expect(sent).toEqual(isForTheLogAlone ? [] : [{ name, json: lines[0]?.trimEnd() }]);
    },
  );

  it('is written where there is no bus', () => {
    const lines: string[] = [];
    const log = new EventLog({ now: () => Date.parse(AT), write: (line) => lines.push(line) });
    for (const event of EVENTS) log.emit(event);
    expect(lines).toHaveLength(EVENTS.length);
  });

  it('does not say what it does not know', () => {
    const { log, lines } = open();
    log.emit({ event: 'DynoSize', ...dyno, size: 1, units: 'MB', swap: undefined, quota: undefined });
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual([
      'event',
      'at',
      'app',
      'process',
      'dyno',
      'size',
      'units',
    ]);
    log.emit({ event: 'RestartFailed', ...dyno, status: null, message: 'No answer.' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ status: null });
  });

  it('stays on one line, whatever its message quotes', () => {
    const { log, lines } = open();
    log.emit({ event: 'AppFailed', app: 'shop', reason: 'heroku', message: 'one\ntwo\r\n"three"\u2028' });
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'one\ntwo\r\n"three"\u2028' });
  });
});

describe('the counts', () => {
  it('are of restarts, of dynos spared, and of all that failed', () => {
    const { log } = open();
    expect(log.counts).toEqual({ restarts: 0, spared: 0, failures: 0 });
    for (const event of [...EVENTS, ...EVENTS]) log.emit(event);
    expect(log.counts).toEqual({ restarts: 2, spared: 2, failures: 4 });
  });
});

describe('a secret', () => {
  const SECRET = 'HRKU-$&."x\\(7b0c)';

  it('is taken out of every message, wherever and however often it stands there', () => {
    const { log, lines, sent } = open();
    log.keepSecret(SECRET);
    const message = `${SECRET}: Bearer ${SECRET}${SECRET} at https://x/?t=${SECRET}`;
    for (const event of EVENTS) {
      if (!('message' in event)) continue;
      const returned = log.emit({ ...event, message });
      expect(returned).toMatchObject({
        message: '(withheld): Bearer (withheld)(withheld) at https://x/?t=(withheld)',
      });
    }
    expect(lines.length).toBeGreaterThan(4);
    const everything = `${lines.join('')}${sent.map(({ json }) => json).join('')}`;
    expect(everything).not.toContain('7b0c');
    expect(everything).not.toContain('HRKU');
  });

  it('is taken out of messages alone: what is looked for by name stays as it is', () => {
    const { log, lines } = open();
    for (const secret of ['shop-1', 'web.100', 'not-found', 'AppFailed', AT, 'message'])
      log.keepSecret(secret);
    log.emit({ event: 'AppFailed', app: 'shop-1', reason: 'not-found', message: 'no shop-1' });
    log.emit({ event: 'NoSamples', app: 'shop-1', processes: ['web.100'], message: 'not from web.100' });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'AppFailed', at: AT, app: 'shop-1', reason: 'not-found', message: 'no (withheld)' },
      { event: 'NoSamples', at: AT, app: 'shop-1', processes: ['web.100'], message: 'not from (withheld)' },
    ]);
  });

  it('may be one of many', () => {
    const { log } = open();
    for (const secret of ['first-secret', 'second-secret', 'third-secret']) log.keepSecret(secret);
    expect(log.redact('third-secret, first-secret, fourth-secret')).toBe(
      '(withheld), (withheld), fourth-secret',
    );
  });

  it('is taken out whole where another is a part of it', () => {
    for (const secrets of [
      ['part-of-it', 'part-of-it-and-more'],
      ['part-of-it-and-more', 'part-of-it'],
      ['/streams/of-this-app', 'https://x/streams/of-this-app?token=1234'],
    ]) {
      const { log } = open();
      for (const secret of secrets) log.keepSecret(secret);
      for (const secret of secrets) expect(log.redact(`at ${secret}.`)).toBe('at (withheld).');
    }
  });

  it('is taken out of a message before that is cut', () => {
    const { log, lines, sent } = open();
    const secret = 'HRKU-0123456789abcdef';
    log.keepSecret(secret);
    for (let before = 15_980; before <= 16_005; before++) {
      const message = `${'x'.repeat(before)}${secret}`.padEnd(1_000_000, '.');
      log.emit({ event: 'AppFailed', app: 'shop', reason: 'heroku', message });
    }
    expect(lines.join('')).not.toContain('HRKU');
    // A bus takes 256 KB in ten events.
    expect(Math.max(...sent.map(({ json }) => json.length))).toBeLessThan(25_000);
  });

  it.each(['', 'a', 'short'])('that is a word like others is none: %j', (secret) => {
    const { log } = open();
    log.keepSecret(secret);
    expect(log.redact('a short message')).toBe('a short message');
  });
});
