/** What takes time on its way: requests through a network, and those that only time can answer. */
import { expect, it } from 'vitest';
import type { RequestRecord } from '../../../../infra/local/heroku/simulated-heroku.ts';
import { readUntil, startHeroku } from './client.ts';

/** Everything waits until a test lets it go on. */
function slowNetwork() {
  const waiting: { readonly kind: string; readonly arrive: () => void }[] = [];
  return {
    waiting,
    travel: ({ kind }: RequestRecord) =>
      new Promise<void>((arrive) => {
        waiting.push({ kind, arrive });
      }),
  };
}

it('a restart happens when its request has arrived, and is answered when its answer has', async () => {
  const network = slowNetwork();
  const { heroku, clock, call } = await startHeroku({ network });
  heroku.addApp('shop').scale('web', 1);
  clock.advance(60_000);
  let answered = false;
  const request = call('/apps/shop/dynos/web.1', { method: 'DELETE' }).then(({ status }) => {
    answered = true;
    return status;
  });
  await expect.poll(() => network.waiting.length).toBe(1);
  expect(heroku.restarts).toHaveLength(0);
  network.waiting.shift()?.arrive();
  await expect.poll(() => network.waiting.length).toBe(1);
  expect(heroku.restarts).toHaveLength(1);
  expect(answered).toBe(false);
  network.waiting.shift()?.arrive();
  expect(await request).toBe(202);
});

it('a tail that has said all there is waits for time alone, until its reader has gone', async () => {
  const { heroku, clock, logUrl } = await startHeroku();
  heroku.addApp('shop').scale('web', 1);
  clock.advance(60_000);
  const url = await logUrl('shop', { source: 'heroku', tail: true });
  expect(heroku.waitingForTime).toBe(0);
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  await expect.poll(() => heroku.waitingForTime).toBe(1);
  await readUntil(response, (text) => text.includes('up'));
  leaving.abort();
  await expect.poll(() => heroku.waitingForTime).toBe(0);
});

it('an unknown log URL waits for the time that its answer takes', async () => {
  const { heroku, clock, url } = await startHeroku();
  const response = fetch(`${url}/sessions/00000000-0000-4000-8000-000000000000`);
  await expect.poll(() => heroku.waitingForTime).toBe(1);
  clock.advance(1000);
  expect((await response).status).toBe(404);
  expect(heroku.waitingForTime).toBe(0);
});
