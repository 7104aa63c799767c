import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ACCEPT, startHeroku, TOKEN } from './client.ts';

const Authorization = z.object({
  id: z.string(),
  description: z.string(),
  scope: z.array(z.string()),
  access_token: z.object({ token: z.string(), expires_in: z.nullable(z.number()) }),
});

async function start() {
  const started = await startHeroku();
  const { heroku, clock, call } = started;
  heroku.addApp('shop').scale('web', 1);
  clock.advance(60_000);
  return {
    ...started,
    async authorize(body: Record<string, unknown>) {
      const response = await call('/oauth/authorizations', { method: 'POST', body: JSON.stringify(body) });
      expect(response.status).toBe(201);
      return Authorization.parse(await response.json());
    },
    /** The status of a request with another token. */
    async status(token: string, method: string, path: string) {
      const headers = { authorization: `Bearer ${token}`, accept: ACCEPT };
      return (await call(path, { method, headers, ...(method === 'POST' && { body: '{}' }) })).status;
    },
  };
}

describe('an authorization', () => {
  it('is made, listed and shown, and gives a token of the same account', async () => {
    const { heroku, call, authorize, status } = await start();
    const made = await authorize({ description: 'Whacamole', scope: ['read', 'write'] });
    expect(made).toMatchObject({ description: 'Whacamole', scope: ['read', 'write'] });
    expect(made.access_token).toMatchObject({ token: expect.stringMatching(/^HRKU-/), expires_in: null });
    const listed = z.array(Authorization).parse(await (await call('/oauth/authorizations')).json());
    expect(listed.map(({ scope }) => scope)).toEqual([['global'], ['read', 'write']]);
    expect(await (await call(`/oauth/authorizations/${made.id}`)).json()).toMatchObject({ id: made.id });
    expect(await status(made.access_token.token, 'GET', '/apps/shop/dynos')).toBe(200);
    expect(heroku.requests.at(-1)?.account).toBe('alice');
  });

  it('is over when it is revoked, and another’s cannot be', async () => {
    const { heroku, call, authorize, status } = await start();
    const { id, access_token } = await authorize({ scope: ['read'] });
    heroku.addToken('HRKU-the-login-of-bob', 'bob');
    expect(await status('HRKU-the-login-of-bob', 'DELETE', `/oauth/authorizations/${id}`)).toBe(404);
    expect(await status(access_token.token, 'GET', '/apps/shop')).toBe(200);
    expect((await call(`/oauth/authorizations/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect(await status(access_token.token, 'GET', '/apps/shop')).toBe(401);
  });

  it('expires where that was asked for, in the text that the CLI sends', async () => {
    const { clock, authorize, status } = await start();
    const { access_token } = await authorize({ scope: ['read'], expires_in: '3600' });
    expect(access_token.expires_in).toBe(3600);
    clock.advance(3_599_000);
    expect(await status(access_token.token, 'GET', '/apps/shop')).toBe(200);
    clock.advance(1000);
    expect(await status(access_token.token, 'GET', '/apps/shop')).toBe(401);
  });

  it.each([{ scope: ['everything'] }, { expires_in: 'soon' }, { expires_in: -1 }])(
    'is refused with %j',
    async (body) => {
      const { call } = await start();
      const init = { method: 'POST', body: JSON.stringify(body) };
      expect((await call('/oauth/authorizations', init)).status).toBe(422);
    },
  );

  it.each([
    [['global'], { app: 200, logs: 201, restart: 202, account: 200, authorizations: 200 }],
    [['read', 'write'], { app: 200, logs: 201, restart: 202, account: 403, authorizations: 403 }],
    [['read'], { app: 200, logs: 201, restart: 403, account: 403, authorizations: 403 }],
    [['write'], { app: 403, logs: 403, restart: 202, account: 403, authorizations: 403 }],
    [['identity'], { app: 403, logs: 403, restart: 403, account: 200, authorizations: 403 }],
  ])('of scope %j may do that much', async (scope, expected) => {
    const { authorize, status } = await start();
    const { token } = (await authorize({ scope })).access_token;
    expect({
      app: await status(token, 'GET', '/apps/shop'),
      logs: await status(token, 'POST', '/apps/shop/log-sessions'),
      restart: await status(token, 'DELETE', '/apps/shop/dynos/web.1'),
      account: await status(token, 'GET', '/account'),
      authorizations: await status(token, 'GET', '/oauth/authorizations'),
    }).toEqual(expected);
  });
});

it('takes no token that the tests would not know for one', async () => {
  const { heroku } = await startHeroku();
  expect(() => heroku.addToken('hush')).toThrow('Expected a token to begin with HRKU-');
});

it('names all its secrets, those that are over too', async () => {
  const { heroku, authorize, logUrl } = await start();
  const { access_token } = await authorize({});
  const { pathname } = new URL(await logUrl('shop', {}));
  heroku.revokeToken(access_token.token);
  expect(heroku.secrets).toEqual([TOKEN, access_token.token, pathname]);
});
