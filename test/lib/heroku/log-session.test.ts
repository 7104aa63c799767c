import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ReadLogOptions, readLogSession } from '../../../lib/heroku/log-session.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { type Answer, hang, inTurn, reply, reset, serve } from '../serve.ts';
import { memoryLine } from './lines.ts';

const MEBIBYTE = 1024 * 1024;
const PATH = '/sessions/1b671a64-40d5-491e-99b0-da01ff1f3341?srv=1767614400';

const line = (seconds: number) =>
  `${memoryLine({ time: new Date(Date.UTC(2026, 0, 5) + seconds * 1000).toISOString() })}\n`;

/** The first few lines of a log, all of the second 1, make sure of when it begins. */
const BEGINNING = line(1)
  .replace(/source=.*/, 'State changed from starting to up')
  .repeat(5);

/** Reads the log session at `url`; says what came of it, and which samples, by their seconds. */
async function read(url: string, options: Partial<ReadLogOptions> = {}) {
  const samples: Sample[] = [];
  const result = await readLogSession(`${url}${PATH}`, {
    fetch,
    limit: AbortSignal.timeout(20_000),
    maximumBytes: MEBIBYTE,
    onSample: (sample) => samples.push(sample),
    ...options,
  });
  return { ...result, seconds: samples.map(({ at }) => (at - Date.UTC(2026, 0, 5)) / 1000) };
}

const logOf =
  (text: string, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close', ...headers });
    response.end(text);
  };

/** Sends this much, and then nothing. */
const tailOf =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200);
    response.write(text);
  };

/** Sends this much, and breaks off. */
const breakAfter =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200);
    response.write(text, () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
  };

describe('a log session', () => {
  it('is read from its URL as it stands, once, and without a token', async () => {
    const server = await serve(logOf(BEGINNING + line(1) + line(26)));
    expect(await read(server.url)).toMatchObject({
      ending: { kind: 'complete' },
      spanMs: 25_000,
      notices: [],
      seconds: [1, 26],
    });
    expect(server.asked).toMatchObject([{ method: 'GET', path: PATH, body: '' }]);
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
    expect(server.asked[0]?.headers.accept).toBe('text/plain');
  });

  it('may hold nothing', async () => {
    const server = await serve(logOf(''));
    expect(await read(server.url)).toMatchObject({ ending: { kind: 'complete' }, spanMs: 0, seconds: [] });
    expect(server.asked).toHaveLength(1);
  });

  it('may have no body', async () => {
    const server = await serve((response) => response.writeHead(204).end());
    expect(await read(server.url)).toMatchObject({ ending: { kind: 'complete' }, spanMs: 0, seconds: [] });
  });

  it('whose last line has no newline is read without it', async () => {
    const server = await serve(logOf(line(1) + line(2).trimEnd()));
    expect(await read(server.url)).toMatchObject({ ending: { kind: 'complete' }, seconds: [1] });
  });

  it('may be an event stream, whatever was asked for', async () => {
    const beginning = BEGINNING.replace(/^(?=.)/gm, 'data: ');
    const frames = `${beginning}id: 1\ndata: ${line(1)}\n: still here\n\nid: 2\ndata: ${line(30)}\n`;
    const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
    const server = await serve(logOf(frames, headers));
    expect(await read(server.url)).toMatchObject({ seconds: [1, 30], spanMs: 29_000 });
  });

  it('that is elsewhere by now is read there', async () => {
    const elsewhere = await serve(logOf(line(1)));
    const server = await serve(reply(307, '', { location: `${elsewhere.url}/moved` }));
    expect(await read(server.url)).toMatchObject({ ending: { kind: 'complete' }, seconds: [1] });
    expect(elsewhere.asked[0]?.headers.authorization).toBeUndefined();
  });
});

describe('a log session that fails', () => {
  it.concurrent.for<[string, Answer]>([
    ['is not known yet', reply(404)],
    ['is refused by a server in trouble', reply(503)],
    ['breaks off', breakAfter(line(1).slice(0, 100))],
    ['is reset', reset],
  ])('at first is read once more: where it %s', async ([, failure], { expect, onTestFinished }) => {
    const server = await serve(inTurn(failure, logOf(line(1))), onTestFinished);
    expect(await read(server.url)).toMatchObject({ ending: { kind: 'complete' }, seconds: [1] });
    expect(server.asked).toHaveLength(2);
  });

  it.concurrent.for<[string, Answer, string]>([
    ['is not known', reply(404), 'The log session answered 404.'],
    ['is refused by a server in trouble', reply(503), 'The log session answered 503.'],
    ['breaks off', breakAfter('some'), 'The log session broke off: '],
    ['is reset', reset, 'The log session broke off: '],
  ])(
    'twice is given up, and why is said without its URL: where it %s',
    async ([, failure, why], { expect, onTestFinished }) => {
      const server = await serve(failure, onTestFinished);
      const { ending } = await read(server.url);
      expect(ending).toMatchObject({ kind: 'failed', reason: 'heroku' });
      const message = ending.kind === 'failed' ? ending.message : '';
      expect(message).toContain(why);
      expect(message).not.toContain('1b671a64');
      expect(server.asked).toHaveLength(2);
    },
  );

  it.concurrent('is worth the whole lines that it brought', async ({ expect, onTestFinished }) => {
    const server = await serve(
      breakAfter(BEGINNING + line(1) + line(27) + line(28).slice(0, -1)),
      onTestFinished,
    );
    const result = await read(server.url);
    expect(result).toMatchObject({ ending: { kind: 'failed' }, spanMs: 26_000 });
    expect(result.seconds).toEqual([1, 27, 1, 27]);
  });

  it.concurrent('because nobody listens there is given up', async ({ expect }) => {
    const result = await read('http://127.0.0.1:9');
    expect(result).toMatchObject({ ending: { kind: 'failed', reason: 'heroku' }, spanMs: 0, seconds: [] });
  });

  it.concurrent('is not read again when time is up meanwhile', async ({ expect, onTestFinished }) => {
    const server = await serve(reply(503), onTestFinished);
    const { ending } = await read(server.url, { limit: AbortSignal.timeout(200) });
    expect(ending).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('a log session that takes too long', () => {
  it.each<[string, Answer, number[]]>([
    ['it does not answer', hang, []],
    ['it sends NULs and no end', tailOf('\0\0\0'), []],
    ['it sends lines and no end', tailOf(line(1) + line(2).slice(0, 200)), [1]],
  ])('ends in time, and is not read again: %s', async (_, answer, seconds) => {
    const server = await serve(answer);
    expect(await read(server.url, { limit: AbortSignal.timeout(150) })).toMatchObject({
      ending: { kind: 'failed', reason: 'timeout', message: 'The log session did not end in time.' },
      seconds,
    });
    await server.clientGone;
    expect(server.asked).toHaveLength(1);
  });

  it('is not even asked for where time was up before', async () => {
    const server = await serve(logOf(line(1)));
    const { ending } = await read(server.url, { limit: AbortSignal.abort() });
    expect(ending).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(server.asked).toEqual([]);
  });
});

describe('a log session that holds too much', () => {
  it('is read no further, and not again', async () => {
    const server = await serve((response) => {
      response.writeHead(200);
      response.write(line(1));
      const more = () => {
        while (response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const { ending, seconds } = await read(server.url, { maximumBytes: 2 * MEBIBYTE });
    expect(ending).toMatchObject({ kind: 'failed', reason: 'heroku' });
    expect(ending.kind === 'failed' && ending.message).toContain('more than 2 MiB');
    expect(seconds).toEqual([1]);
    await server.clientGone;
    expect(server.asked).toHaveLength(1);
  });

  it('may hold exactly as much as it may', async () => {
    const server = await serve(logOf(line(1)));
    const bytes = Buffer.byteLength(line(1));
    expect(await read(server.url, { maximumBytes: bytes })).toMatchObject({ ending: { kind: 'complete' } });
    expect(await read(server.url, { maximumBytes: bytes - 1 })).toMatchObject({ ending: { kind: 'failed' } });
  });
});

describe('a live log session', () => {
  it('is left when enough was heard', async () => {
    const enough = new AbortController();
    const server = await serve(tailOf(BEGINNING + line(1) + line(2) + line(3)));
    const seen: number[] = [];
    const { ending, spanMs } = await read(server.url, {
      until: enough.signal,
      onSample: ({ at }) => {
        seen.push(at);
        if (seen.length === 2) enough.abort();
      },
    });
    expect(ending).toEqual({ kind: 'stopped' });
    expect(spanMs).toBeGreaterThan(0);
    await server.clientGone;
    expect(server.asked).toHaveLength(1);
  });

  it('that the server ends is complete', async () => {
    const server = await serve(logOf(line(1)));
    const result = await read(server.url, { until: new AbortController().signal });
    expect(result).toMatchObject({ ending: { kind: 'complete' }, seconds: [1] });
  });

  it('that fails when enough was heard is not read again', async () => {
    const enough = new AbortController();
    const server = await serve((response, asked, index) => {
      enough.abort();
      reply(503)(response, asked, index);
    });
    const { ending } = await read(server.url, { until: enough.signal });
    expect(['stopped', 'failed']).toContain(ending.kind);
    await turn();
    expect(server.asked).toHaveLength(1);
  });

  it('runs out of time before it runs out of patience', async () => {
    const server = await serve(tailOf(line(1)));
    const limit = AbortSignal.timeout(100);
    const { ending } = await read(server.url, { limit, until: new AbortController().signal });
    expect(ending).toMatchObject({ kind: 'failed', reason: 'timeout' });
  });
});

describe('what logplex says about itself', () => {
  const L10 =
    '2017-08-31T14:47:14+00:00 heroku[logplex]: Error L10 (output buffer overflow): 2 messages dropped since 2017-08-31T14:44:12+00:00.\n';
  const L11 =
    'heroku[logplex]: Error L11 (Tail buffer overflow) -> This tail session dropped 1 messages since [...] UTC.\n';
  const L20 = 'heroku[logplex]: Error L20 (Tail sessions forbidden)\n';

  it.each([
    ['lines of the app dropped', L10, 'logplex dropped lines of the app (L10)'],
    ['lines of the session dropped', L11, 'logplex dropped lines of this log session (L11)'],
    ['no tailing', L20, 'logplex forbids tailing this app (L20)'],
  ])('is noticed once in a live log: %s', async (_, notice, meaning) => {
    const server = await serve(logOf(notice + line(1) + notice));
    const result = await read(server.url, { until: new AbortController().signal });
    expect(result).toMatchObject({ notices: [meaning], seconds: [1] });
  });

  it('is old news in a history', async () => {
    const server = await serve(logOf(L10 + L11 + L20));
    expect(await read(server.url)).toMatchObject({ notices: [] });
  });

  it('is noticed wherever it was cut', async () => {
    for (const [cut, mark] of [1, 4, 8].map((length) => [L10.indexOf('Error L10') + length, length])) {
      const server = await serve((response) => {
        response.writeHead(200);
        response.write(L10.slice(0, cut), () => setTimeout(() => response.end(L10.slice(cut)), 20));
      });
      const { notices } = await read(server.url, { until: new AbortController().signal });
      expect([mark, ...notices]).toEqual([mark, 'logplex dropped lines of the app (L10)']);
    }
  });

  it('in a header is noticed', async () => {
    const warning = 'log history discarded due to excessive volume';
    const server = await serve(logOf(line(1), { 'x-heroku-warning': warning }));
    expect(await read(server.url)).toMatchObject({ notices: [`logplex warns: ${warning}`] });
  });
});
