import { describe, expect, it, type onTestFinished, vi } from 'vitest';
import { Deadline } from '../../../lib/deadline.ts';
import { AppError } from '../../../lib/errors.ts';
import { PlatformApi } from '../../../lib/heroku/platform-api.ts';
import { RateBudget } from '../../../lib/heroku/rate-budget.ts';
import { inTurns, type Turns } from '../../../lib/turns.ts';
import { type Answer, hang, inTurn, reply, reset, type Served, serve } from '../serve.ts';

const TOKEN = 'HRKU-7b0c2f2e-0000-4f6e-9a77-5d3f1c9e4b21';
const SESSION = { id: 'x', logplex_url: 'https://logs.example.com/sessions/6d1f?srv=1' };
const DYNO = {
  id: '5B1F0A0E-8e0c-4c34-9d5e-0d6f7c1f3a11',
  name: 'web.1',
  type: 'web',
  state: 'up',
  size: 'standard-1X',
  created_at: '2026-01-05T12:00:00Z',
  updated_at: '2026-01-05T12:01:00Z',
  command: 'bundle exec puma',
};

/** The answer to whatever is asked. */
const fine: Answer = (response, asked, index) => {
  const body = asked.path.endsWith('/log-sessions') ? SESSION : asked.path.endsWith('/dynos') ? [DYNO] : {};
  reply(200, body)(response, asked, index);
};

async function open(answer: Answer, atEnd?: typeof onTestFinished, turns?: Turns) {
  const server = await serve(answer, atEnd);
  const budget = new RateBudget();
  return { server, budget, api: apiAt(server, { budget, ...(turns && { turns }) }) };
}

function apiAt(
  server: Served,
  options: { app?: string; budget?: RateBudget; turns?: Turns } = {},
): PlatformApi {
  const { app = 'shop', budget = new RateBudget(), turns = inTurns(1, 20_000) } = options;
  return new PlatformApi(app, {
    baseUrl: server.url,
    token: TOKEN,
    tokenName: 'default',
    budget,
    turns,
    fetch,
  });
}

/** Enough for one try, too little for another. */
const briefly = () => new Deadline(1300);
const patiently = () => new Deadline(20_000);

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError, found ${error}`);
  expect(error.message).not.toContain(TOKEN);
  return error;
}

/** Each way to ask for something, and what it asks for. */
const QUESTIONS = [
  {
    name: 'POST log-sessions',
    method: 'POST',
    path: '/apps/shop/log-sessions',
    ask: (api: PlatformApi, deadline: Deadline): Promise<unknown> =>
      api.openLogSession({ lines: 1500, tail: false }, deadline),
  },
  {
    name: 'GET dynos',
    method: 'GET',
    path: '/apps/shop/dynos',
    ask: (api: PlatformApi, deadline: Deadline): Promise<unknown> => api.listDynos(deadline),
  },
  {
    name: 'GET app',
    method: 'GET',
    path: '/apps/shop',
    ask: (api: PlatformApi, deadline: Deadline): Promise<unknown> => api.generation(deadline),
  },
] as const;

describe('a request', () => {
  it.each(QUESTIONS)('$name carries the token and the API version', async ({ method, path, ask }) => {
    const { api, server, budget } = await open(fine);
    await ask(api, patiently());
    expect(server.asked).toMatchObject([{ method, path }]);
    expect(server.asked[0]?.headers).toMatchObject({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'whacamole',
    });
    expect(budget.requests).toBe(1);
  });

  it('for a restart carries them too, and no body', async () => {
    const { api, server, budget } = await open(reply(202));
    expect(await api.restartDyno('web.1', 5000)).toEqual({ outcome: 'accepted' });
    expect(server.asked).toMatchObject([{ method: 'DELETE', path: '/apps/shop/dynos/web.1', body: '' }]);
    expect(server.asked[0]?.headers).toMatchObject({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${TOKEN}`,
    });
    expect(server.asked[0]?.headers['content-type']).toBeUndefined();
    expect(budget.requests).toBe(1);
  });

  it.each([true, false])(
    'for a log session asks for the platform’s 1,500 newest lines, tail: %s',
    async (tail) => {
      const { api, server } = await open(fine);
      expect(await api.openLogSession({ lines: 1500, tail }, patiently())).toBe(SESSION.logplex_url);
      expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ source: 'heroku', lines: 1500, tail });
      expect(server.asked[0]?.headers['content-type']).toBe('application/json');
    },
  );

  it('for the first log session waits for its turn in the budget', async () => {
    const { api, budget, server } = await open(reply(201, SESSION, { 'ratelimit-remaining': '0' }));
    await api.admit(patiently());
    await api.admit(patiently());
    expect(await api.openLogSession({ lines: 1500, tail: false }, patiently())).toBe(SESSION.logplex_url);
    const next = apiAt(server, { budget, app: 'next' });
    expect(await failure(next.admit(patiently()))).toMatchObject({ reason: 'rate-limited' });
    expect(server.asked).toHaveLength(1);
  });

  it('cannot be led elsewhere by the name of an app or a dyno', async () => {
    const { server } = await open(fine);
    const api = apiAt(server, { app: '../account?x=#' });
    await api.listDynos(patiently());
    await api.restartDyno('web.1/../../x?y', 5000);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/apps/..%2Faccount%3Fx%3D%23/dynos',
      '/apps/..%2Faccount%3Fx%3D%23/dynos/web.1%2F..%2F..%2Fx%3Fy',
    ]);
  });
});

describe('an answer', () => {
  it('that lists dynos gives what is needed of them, UUIDs as the log writes them', async () => {
    const odd = { ...DYNO, id: 'b', name: 'run.9', type: 'run', state: 'who knows' };
    const { api } = await open(reply(200, [DYNO, odd]));
    const createdAt = Date.UTC(2026, 0, 5, 12);
    expect(await api.listDynos(patiently())).toMatchObject([
      { id: DYNO.id.toLowerCase(), name: 'web.1', type: 'web', state: 'up', createdAt },
      { id: 'b', name: 'run.9', type: 'run', state: 'who knows', createdAt },
    ]);
  });

  it.each([
    ['when a dyno came into its state', { updated_at: '2026-01-05T12:01:00Z' }, 60_000],
    ['only when it was created', { updated_at: undefined }, 0],
  ])('says %s', async (_, times, afterCreation) => {
    const { api } = await open(reply(200, [{ ...DYNO, ...times }]));
    expect(await api.listDynos(patiently())).toMatchObject([
      { changedAt: Date.UTC(2026, 0, 5, 12) + afterCreation },
    ]);
  });

  it('that is a part of a long list is followed by the others', async () => {
    const part = (name: string, headers: Record<string, string> = {}) =>
      reply(206, [{ ...DYNO, name }], headers);
    const { api, server, budget } = await open(
      inTurn(
        part('web.1', { 'next-range': 'id ]a..; max=200' }),
        part('web.2', { 'next-range': 'id ]b..; max=200' }),
        part('web.3'),
      ),
    );
    const dynos = await api.listDynos(patiently());
    expect(dynos.map(({ name }) => name)).toEqual(['web.1', 'web.2', 'web.3']);
    const ranges = server.asked.map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'id ]a..; max=200', 'id ]b..; max=200']);
    expect(budget.requests).toBe(3);
  });

  it('that is a part of a list whose other part is refused is no list', async () => {
    const first = reply(206, [DYNO], { 'next-range': 'id ]a..' });
    const { api } = await open(inTurn(first, reply(403)));
    expect(await failure(api.listDynos(patiently()))).toMatchObject({ reason: 'forbidden' });
  });

  it('that is a part of a list without an end is given up', async () => {
    const { api, server } = await open(reply(206, [DYNO], { 'next-range': 'id ]a..' }));
    expect(await failure(api.listDynos(patiently()))).toMatchObject({ reason: 'heroku' });
    expect(server.asked.length).toBeLessThan(100);
  });

  it('may list no dyno', async () => {
    const { api } = await open(reply(200, []));
    expect(await api.listDynos(patiently())).toEqual([]);
  });

  it.each([
    ['a string', { generation: 'fir' }, 'fir'],
    ['an object', { generation: { id: 'x', name: 'cedar' } }, 'cedar'],
    ['null', { generation: null }, null],
    ['nothing', { name: 'shop' }, null],
  ])('names the generation of an app as %s', async (_, body, generation) => {
    const { api } = await open(reply(200, body));
    expect(await api.generation(patiently())).toBe(generation);
  });

  it.each<[string, string, (api: PlatformApi) => Promise<unknown>, string]>([
    [
      'no JSON',
      'logplex_url=https://secret.example',
      (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()),
      'the answer',
    ],
    [
      'JSON that is cut',
      '{"logplex_url":"https://secr',
      (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()),
      'the answer',
    ],
    ['nothing', '', (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()), 'the answer'],
    [
      'no URL',
      '{"id":"secret"}',
      (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()),
      'logplex_url',
    ],
    [
      'a URL of another kind',
      '{"logplex_url":"file:///secret"}',
      (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()),
      'logplex_url',
    ],
    [
      'half a URL',
      '{"logplex_url":"/sessions/secret"}',
      (api) => api.openLogSession({ lines: 1500, tail: true }, briefly()),
      'logplex_url',
    ],
    ['an object for a list', '{"secret":1}', (api) => api.listDynos(briefly()), 'the answer'],
    ['null', 'null', (api) => api.listDynos(briefly()), 'the answer'],
    [
      'dynos without a UUID',
      JSON.stringify([{ ...DYNO, id: undefined }]),
      (api) => api.listDynos(briefly()),
      '0.id',
    ],
    [
      'dynos from no time',
      JSON.stringify([DYNO, { ...DYNO, created_at: 'secret' }]),
      (api) => api.listDynos(briefly()),
      '1.created_at',
    ],
    [
      'dynos in no state',
      JSON.stringify([{ ...DYNO, state: null }]),
      (api) => api.listDynos(briefly()),
      '0.state',
    ],
    ['a generation that is a number', '{"generation":2}', (api) => api.generation(briefly()), 'generation'],
  ])('that is %s is refused, by its places and not by its words', async (_, body, ask, place) => {
    const { api, server } = await open(reply(200, body));
    const error = await failure(ask(api));
    expect(error.reason).toBe('heroku');
    expect(error.message).toContain(`unexpected ${place}`);
    expect(error.message).not.toContain('secret');
    expect(server.asked).toHaveLength(1);
  });

  it('that names five hundred wrong places is refused with the first few', async () => {
    const { api } = await open(
      reply(
        200,
        Array.from({ length: 500 }, () => ({})),
      ),
    );
    const error = await failure(api.listDynos(briefly()));
    expect(error.message.length).toBeLessThan(300);
  });

  it('that ends too early is no answer', async () => {
    const { api } = await open((response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('[]', () => setTimeout(() => response.socket?.resetAndDestroy(), 10));
    });
    expect(await failure(api.listDynos(briefly()))).toMatchObject({ reason: 'heroku' });
  });
});

describe('a refusal', () => {
  it.each([
    [301, 'heroku'],
    [400, 'heroku'],
    [401, 'unauthorized'],
    [402, 'forbidden'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [406, 'heroku'],
    [418, 'heroku'],
    [422, 'heroku'],
    [429, 'rate-limited'],
    [500, 'heroku'],
    [502, 'heroku'],
    [503, 'heroku'],
  ])('by %i has the reason %s, in Heroku’s own words', async (status, reason) => {
    const answer = reply(status, { id: 'its_id', message: 'Its message.' }, { 'request-id': 'req-4711' });
    for (const { ask, method, path } of QUESTIONS) {
      const { api, server } = await open(answer);
      const error = await failure(ask(api, briefly()));
      expect(error.reason).toBe(reason);
      expect(error.message).toContain(
        `${method} ${path}: Heroku answered ${status} its_id: Its message (Request-Id req-4711).`,
      );
      expect(server.asked).toHaveLength(1);
    }
  });

  it.each([
    [401, 'The token "default" is wrong, revoked or expired'],
    [403, 'The account of the token "default" may not do this on shop'],
    [404, 'There is no app shop that the token "default" can see'],
  ])('by %i comes with advice', async (status, advice) => {
    const { api } = await open(reply(status));
    expect((await failure(api.listDynos(briefly()))).message).toContain(advice);
  });

  it.each([
    ['is no JSON', '<html>Go away</html>'],
    ['is empty', ''],
    ['is longer than any refusal', JSON.stringify({ id: 'x', message: 'y'.repeat(1_000_000) })],
    ['has words of another kind', '{"id":5,"message":["x"]}'],
  ])('that %s is known by its status', async (_, body) => {
    const { api } = await open(reply(403, body));
    const error = await failure(api.listDynos(briefly()));
    expect(error.reason).toBe('forbidden');
    expect(error.message).toContain('GET /apps/shop/dynos: Heroku answered 403. ');
  });
});

describe('a question', () => {
  const TROUBLES: readonly (readonly [string, Answer])[] = [
    ['429', reply(429, { id: 'rate_limit' })],
    ['500', reply(500)],
    ['503', reply(503)],
    ['reset', reset],
  ];
  const cases = QUESTIONS.flatMap(({ name, ask }) =>
    TROUBLES.map(([problem, trouble]) => [`${name}, ${problem}`, ask, trouble] as const),
  );

  it.concurrent.for(cases)(
    'that found trouble is asked again: %s',
    async ([, ask, trouble], { expect, onTestFinished }) => {
      const { api, server, budget } = await open(inTurn(trouble, fine), onTestFinished);
      await ask(api, patiently());
      expect(server.asked).toHaveLength(2);
      expect(new Set(server.asked.map((asked) => JSON.stringify(asked))).size).toBe(1);
      expect(budget.requests).toBe(2);
    },
  );

  it.concurrent.for([
    ['429', reply(429), 'rate-limited'],
    ['503', reply(503), 'heroku'],
    ['reset', reset, 'heroku'],
  ] as const)(
    'that finds trouble three times is given up: %s',
    async ([, trouble, reason], { expect, onTestFinished }) => {
      const { api, server } = await open(trouble, onTestFinished);
      expect(await failure(api.listDynos(patiently()))).toMatchObject({ reason });
      expect(server.asked).toHaveLength(3);
    },
  );

  it.concurrent('whose answer has a size that none has is given up', async ({ onTestFinished }) => {
    const piece = '['.repeat(256 * 1024);
    const { api, server } = await open((response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(piece));
      };
      response.on('drain', more);
      more();
    }, onTestFinished);
    const error = await failure(api.listDynos(patiently()));
    expect(error.reason).toBe('heroku');
    expect(error.message).toContain('longer than 16777216 bytes');
    await server.clientGone;
  });

  it.each(TROUBLES)('that found trouble is not asked again where time runs out: %s', async (_, trouble) => {
    const { api, server } = await open(trouble);
    await failure(api.listDynos(briefly()));
    expect(server.asked).toHaveLength(1);
  });

  it.each(QUESTIONS)('that is never answered ends in time: $name', async ({ ask }) => {
    const { api, server } = await open(hang);
    expect(await failure(ask(api, new Deadline(100)))).toMatchObject({ reason: 'timeout' });
    await server.clientGone;
    expect(server.asked).toHaveLength(1);
  });

  it('whose answer begins and never ends, ends in time', async () => {
    const { api } = await open((response) => {
      response.writeHead(200);
      response.write('[');
    });
    expect(await failure(api.listDynos(new Deadline(100)))).toMatchObject({ reason: 'timeout' });
  });

  it('whose refusal begins and never ends, is refused in time', async () => {
    const { api } = await open((response) => {
      response.writeHead(404);
      response.write('{');
    });
    expect(await failure(api.listDynos(new Deadline(100)))).toMatchObject({ reason: 'not-found' });
  });

  it('that is asked when time is up ends at once', async () => {
    const { api } = await open(hang);
    expect(await failure(api.listDynos(new Deadline(0)))).toMatchObject({ reason: 'timeout' });
  });

  it('waits its turn among the apps, and neither a restart nor its list does', async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const server = await serve(async (response, asked, index) => {
      if (asked.path.startsWith('/apps/slow')) await goOn;
      fine(response, asked, index);
    });
    const budget = new RateBudget();
    const turns = inTurns(2, 20_000);
    const [first, ...others] = ['fine', 'slow-1', 'slow-2', 'fine-too'].map((app) =>
      apiAt(server, { app, budget, turns }),
    );
    await first?.listDynos(patiently());
    const lists = others.map((api) => api.listDynos(patiently()));
    await vi.waitFor(() => expect(server.asked).toHaveLength(3));
    expect(await first?.listDynos(patiently(), true)).toHaveLength(1);
    expect(await first?.restartDyno('web.1', 5000)).toEqual({ outcome: 'accepted' });
    expect(server.asked.map(({ path }) => path)).not.toContain('/apps/fine-too/dynos');
    resolve();
    expect(await Promise.all(lists)).toHaveLength(3);
    expect(server.asked.map(({ path }) => path)).toContain('/apps/fine-too/dynos');
  });

  it("that is a token's first waits for no turn, for all of its apps wait for that", async () => {
    const { api, server } = await open(fine, undefined, () => new Promise(() => undefined));
    expect(await api.listDynos(patiently())).toHaveLength(1);
    expect(server.asked).toHaveLength(1);
  });

  it('whose turn comes when time is up is not sent', async () => {
    const { api, server } = await open(fine);
    expect(await failure(api.listDynos(new Deadline(0)))).toMatchObject({
      reason: 'timeout',
      message: 'GET /apps/shop/dynos: time ran out before Heroku was asked.',
    });
    expect(server.asked).toHaveLength(0);
  });

  it('to nobody says whom it asked', async () => {
    const options = {
      baseUrl: 'http://127.0.0.1:9',
      token: TOKEN,
      tokenName: 'default',
      budget: new RateBudget(),
      turns: inTurns(1, 20_000),
    };
    const api = new PlatformApi('shop', { ...options, fetch });
    const error = await failure(api.listDynos(briefly()));
    expect(error).toMatchObject({ reason: 'heroku' });
    expect(error.message).toContain('GET /apps/shop/dynos: fetch failed: ');
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe('a restart', () => {
  it.each([200, 202, 204])('is accepted by %i', async (status) => {
    const { api, server } = await open((response) => {
      response.writeHead(status);
      response.end();
    });
    expect(await api.restartDyno('web.1', 5000)).toEqual({ outcome: 'accepted' });
    expect(server.asked).toHaveLength(1);
  });

  it('is accepted by its status, whatever comes of the body', async () => {
    const { api } = await open((response) => {
      response.writeHead(202);
      response.write('{');
    });
    expect(await api.restartDyno('web.1', 5000)).toEqual({ outcome: 'accepted' });
  });

  it.each([
    ...[301, 302, 307, 400, 401, 402, 403, 404, 406, 409, 422, 429].map(
      (status) => [status, 'refused'] as const,
    ),
    ...[408, 500, 502, 503, 504].map((status) => [status, 'unknown'] as const),
  ])('that is answered with %i is %s, and not asked for again', async (status, outcome) => {
    const answer = reply(status, { id: 'its_id', message: 'Its message.' }, { 'request-id': 'req-1' });
    const { api, server } = await open(answer);
    expect(await api.restartDyno('web.1', 5000)).toEqual({
      outcome,
      status,
      message: `DELETE dyno: Heroku answered ${status} its_id: Its message (Request-Id req-1).`,
    });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['is reset', reset],
    [
      'is no HTTP',
      (response) => {
        response.socket?.end('Hello\r\n\r\n');
      },
    ],
  ])('whose answer %s has an unknown outcome, and is not asked for again', async (_, answer) => {
    const { api, server } = await open(answer);
    const result = await api.restartDyno('web.1', 5000);
    expect(result).toMatchObject({ outcome: 'unknown', status: null });
    expect(result.outcome === 'unknown' && result.message).toMatch(/^DELETE dyno: ./);
    expect(server.asked).toHaveLength(1);
  });

  it('that is never answered has an unknown outcome', async () => {
    const { api, server } = await open(hang);
    expect(await api.restartDyno('web.1', 100)).toEqual({
      outcome: 'unknown',
      status: null,
      message: expect.stringContaining('DELETE dyno: no answer in time'),
    });
    await server.clientGone;
    expect(server.asked).toHaveLength(1);
  });

  it('that was refused with a body that never ends was refused', async () => {
    const { api } = await open((response) => {
      response.writeHead(422);
      response.write('{');
    });
    expect(await api.restartDyno('web.1', 100)).toMatchObject({ outcome: 'refused', status: 422 });
  });

  it.each([0, -1])('for which no time is left is not even asked for: %i ms', async (limitMs) => {
    const { api, server } = await open(hang);
    expect(await api.restartDyno('web.1', limitMs)).toMatchObject({ outcome: 'refused', status: null });
    expect(server.asked).toEqual([]);
  });
});

describe('the token', () => {
  it.each([301, 302, 303, 307, 308])('follows no redirect to another host: %i', async (status) => {
    const other = await serve(fine);
    const { api, server } = await open((response, asked) => {
      response.writeHead(status, { location: `${other.url}${asked.path}` });
      response.end();
    });
    for (const { ask } of QUESTIONS) await failure(ask(api, briefly()));
    expect(await api.restartDyno('web.1', 5000)).toMatchObject({ outcome: 'refused', status });
    expect(server.asked).toHaveLength(QUESTIONS.length + 1);
    expect(other.asked).toEqual([]);
  });
});

describe('the budget', () => {
  it('hears what every answer says, refusals and restarts included', async () => {
    const answer = inTurn(
      reply(404, {}, { 'ratelimit-remaining': '700' }),
      reply(202, {}, { 'ratelimit-remaining': '0' }),
    );
    const { api, budget } = await open(answer);
    await failure(api.listDynos(briefly()));
    await expect(budget.admit('default', patiently())).resolves.toBeUndefined();
    await api.restartDyno('web.1', 5000);
    await expect(budget.admit('default', patiently())).rejects.toMatchObject({ reason: 'rate-limited' });
  });
});
