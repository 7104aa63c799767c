import { describe, expect, it } from 'vitest';
import { ACCEPT, startHeroku, TOKEN } from './client.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('who may call', () => {
  it('is answered 401 without a token, and with one that is unknown or revoked', async () => {
    const { heroku, url, call } = await startHeroku();
    expect((await fetch(`${url}/apps`, { headers: { accept: ACCEPT } })).status).toBe(401);
    const unknown = await call('/apps', { headers: { authorization: 'Bearer guessed' } });
    expect(unknown.status).toBe(401);
    expect(await unknown.json()).toMatchObject({ id: 'unauthorized', message: expect.any(String) });
    heroku.revokeToken(TOKEN);
    expect((await call('/apps')).status).toBe(401);
    expect(heroku.requests.map(({ status, withoutToken }) => [status, withoutToken])).toEqual([
      [401, true],
      [401, false],
      [401, false],
    ]);
  });

  it.each([
    ['application/json'],
    ['*/*'],
    ['application/vnd.heroku+json'],
    ['application/vnd.heroku+json; version=2'],
    ['application/vnd.heroku+json; version=30'],
  ])('is answered 406 for Accept: %s', async (accept) => {
    const { call } = await startHeroku();
    expect((await call('/apps', { headers: { accept } })).status).toBe(406);
  });

  it('may ask for a variant of the version, as the Heroku CLI does', async () => {
    const { call } = await startHeroku();
    const accept = 'application/vnd.heroku+json; version=3.sdk';
    expect((await call('/apps', { headers: { accept } })).status).toBe(200);
  });

  it('sees its own apps alone', async () => {
    const { heroku, call } = await startHeroku();
    heroku.addApp('ours', { access: ['alice', 'bob'] });
    heroku.addApp('theirs', { access: ['bob'] });
    heroku.addApp('secret', { access: ['bob'], refusal: 404 });
    expect(await (await call('/apps')).json()).toMatchObject([{ name: 'ours' }]);
    const refused = await call('/apps/theirs/dynos');
    expect([refused.status, await refused.json()]).toMatchObject([403, { id: 'forbidden' }]);
    expect((await call('/apps/secret')).status).toBe(404);
    expect((await call('/apps/nowhere')).status).toBe(404);
  });
});

describe('the rate limit', () => {
  it('runs out, answers 429, and fills up again with time', async () => {
    const { heroku, clock, call } = await startHeroku({ rateLimit: { capacity: 3, perMinute: 2 } });
    heroku.addApp('shop');
    const statuses = async (times: number) => {
      const seen: [number, string | null][] = [];
      for (let time = 0; time < times; time++) {
        const response = await call('/apps/shop');
        seen.push([response.status, response.headers.get('ratelimit-remaining')]);
      }
      return seen;
    };
    expect(await statuses(4)).toEqual([
      [200, '2'],
      [200, '1'],
      [200, '0'],
      [429, '0'],
    ]);
    expect(await (await call('/apps/shop')).json()).toMatchObject({ id: 'rate_limit' });
    clock.advance(60_000);
    expect(await statuses(3)).toEqual([
      [200, '1'],
      [200, '0'],
      [429, '0'],
    ]);
    clock.advance(3600_000);
    expect(await (await call('/account/rate-limits')).json()).toEqual({ remaining: 3 });
  });

  it('is each account’s own, and spares rate-limits and log URLs', async () => {
    const { heroku, call, logUrl } = await startHeroku({ rateLimit: { capacity: 2, perMinute: 1 } });
    heroku.addApp('shop');
    heroku.addToken('HRKU-the-login-of-bob', 'bob');
    const url = await logUrl('shop', {});
    for (let times = 0; times < 3; times++) await (await fetch(url)).text();
    expect(await (await call('/account/rate-limits')).json()).toEqual({ remaining: 1 });
    expect((await call('/account')).status).toBe(200);
    expect((await call('/account')).status).toBe(429);
    expect(
      (await call('/account', { headers: { authorization: 'Bearer HRKU-the-login-of-bob' } })).status,
    ).toBe(200);
  });

  it('starts at 4,500', async () => {
    const { call } = await startHeroku();
    expect((await call('/account')).headers.get('ratelimit-remaining')).toBe('4499');
  });
});

describe('what is answered', () => {
  it('describes an app, its generation and its formation', async () => {
    const { heroku, call } = await startHeroku();
    const app = heroku.addApp('fir', { generation: 'fir', maintenance: true });
    app.scale('web', 2, { size: 'standard-2X' });
    const answer = await call(`/apps/${app.id}`);
    expect(answer.headers.get('request-id')).toMatch(UUID);
    expect(await answer.json()).toMatchObject({
      id: expect.stringMatching(UUID),
      name: 'fir',
      maintenance: true,
      generation: { id: expect.stringMatching(UUID), name: 'fir' },
    });
    expect(await (await call('/apps/fir/formation')).json()).toMatchObject([
      { type: 'web', quantity: 2, size: 'standard-2X' },
    ]);
    expect(await (await call('/apps/fir/formation/web')).json()).toMatchObject({
      dyno_size: { name: 'standard-2X' },
    });
    expect((await call('/apps/fir/formation/worker')).status).toBe(404);
  });

  it('lists dynos as the schema has them, and each by its name and its UUID', async () => {
    const { heroku, clock, call } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 2, { command: 'puma' });
    clock.advance(15_000);
    app.runOneOff({ number: 4711 });
    const dynos = await (await call('/apps/shop/dynos')).json();
    expect(dynos).toMatchObject([
      { name: 'web.1', type: 'web', state: 'up' },
      { name: 'web.2', type: 'web', state: 'up' },
      { name: 'run.4711', type: 'run', state: 'starting' },
    ]);
    const { id } = app.dyno('web.1');
    for (const identity of ['web.1', id]) {
      expect(await (await call(`/apps/shop/dynos/${identity}`)).json()).toEqual({
        attach_url: null,
        command: 'puma',
        created_at: '2026-01-05T12:00:00Z',
        id,
        name: 'web.1',
        release: { id: expect.stringMatching(UUID), version: 1 },
        app: { name: 'shop', id: app.id },
        size: 'standard-1X',
        state: 'up',
        type: 'web',
        updated_at: '2026-01-05T12:00:10Z',
      });
    }
    expect((await call('/apps/shop/dynos/web.3')).status).toBe(404);
  });

  it('turns features on and off, runtime metrics from the next restart on', async () => {
    const { heroku, clock, call, lines } = await startHeroku();
    const app = heroku.addApp('shop', { runtimeMetrics: false });
    app.scale('web', 1);
    const path = '/apps/shop/features/log-runtime-metrics';
    expect(await (await call(path)).json()).toMatchObject({ name: 'log-runtime-metrics', enabled: false });
    const patched = await call(path, { method: 'PATCH', body: '{"enabled":true}' });
    expect(await patched.json()).toMatchObject({ enabled: true });
    expect(await (await call('/apps/shop/features')).json()).toMatchObject([
      { enabled: true },
      { name: 'preboot', enabled: false },
    ]);
    const sampled = async () => (await lines('shop')).some((line) => line.includes('sample#memory_total'));
    clock.advance(60_000);
    expect(await sampled()).toBe(false);
    app.restart('web.1');
    clock.advance(60_000);
    expect(await sampled()).toBe(true);
    expect((await call(path, { method: 'PATCH', body: '{}' })).status).toBe(422);
    expect((await call('/apps/shop/features/none')).status).toBe(404);
  });

  it('tells an account of itself, which has no features of its own', async () => {
    const { call } = await startHeroku();
    const account = await (await call('/account')).json();
    expect(account).toMatchObject({ id: expect.stringMatching(UUID), email: 'alice', verified: true });
    expect(await (await call('/account/features')).json()).toEqual([]);
    expect((await call('/account/features/log-runtime-metrics')).status).toBe(404);
  });

  it('is 404 for what is not simulated, and 400 for what is no JSON', async () => {
    const { heroku, call } = await startHeroku();
    heroku.addApp('shop');
    expect((await call('/apps/shop', { method: 'DELETE' })).status).toBe(404);
    expect((await call('/apps/shop/log-sessions', { method: 'POST', body: '{' })).status).toBe(400);
  });

  it('is the same for the same seed', async () => {
    const ids = async (seed: number) => {
      const { heroku, clock, lines } = await startHeroku({ seed });
      heroku.addApp('shop', { routerLinesPerSecond: 5 }).scale('web', 2, { jitterMb: 5 });
      clock.advance(60_000);
      return lines('shop');
    };
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });
});
