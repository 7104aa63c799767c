import { describe, expect, it } from 'vitest';
import type { FaultAction } from '../../../../infra/local/heroku/faults.ts';
import { startHeroku } from './client.ts';

async function startFaulty(action: FaultAction, times = 1) {
  const started = await startHeroku();
  const app = started.heroku.addApp('shop');
  app.scale('web', 1);
  started.clock.advance(60_000);
  const url = await started.logUrl('shop', { lines: 1500 });
  started.heroku.faults.push({
    match: ({ kind }) => kind === 'restart' || kind === 'log-url',
    times,
    do: action,
  });
  const restart = (signal?: AbortSignal) =>
    started.call('/apps/shop/dynos/web.1', { method: 'DELETE', ...(signal ? { signal } : {}) });
  return { ...started, app, url, restart, last: () => started.heroku.requests.at(-1) };
}

const soon = () => AbortSignal.timeout(60);

describe('a fault', () => {
  it('strikes as often as it is told, what it matches alone, and does nothing that was asked', async () => {
    const { heroku, restart, dynos } = await startFaulty({ status: 503, headers: { 'retry-after': '7' } }, 2);
    expect(await dynos('shop')).toHaveLength(1);
    for (let time = 0; time < 2; time++) {
      const answer = await restart();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await answer.json()).toMatchObject({ id: expect.any(String), message: expect.any(String) });
    }
    expect(heroku.restarts).toEqual([]);
    expect((await restart()).status).toBe(202);
    expect(heroku.restarts).toHaveLength(1);
  });

  it('answers what a test wants, JSON or not', async () => {
    const { heroku, restart, url } = await startFaulty({ status: 502, body: '<html>' });
    expect(await (await restart()).text()).toBe('<html>');
    heroku.faults.unshift({
      match: ({ app, kind }) => app === 'shop' && kind !== 'log-url',
      do: { status: 402, body: { id: 'delinquent' } },
    });
    expect(await (await restart()).json()).toEqual({ id: 'delinquent' });
    expect((await fetch(url)).status).toBe(200);
  });

  it('may do what was asked and then answer otherwise', async () => {
    const { heroku, restart, last } = await startFaulty({ performThen: { status: 500 } });
    expect((await restart()).status).toBe(500);
    expect(last()?.status).toBe(500);
    expect(heroku.restarts).toHaveLength(1);
  });

  it('may do what was asked and never answer', async () => {
    const { heroku, restart, last } = await startFaulty({ performThenHang: true });
    await expect(restart(soon())).rejects.toThrow();
    expect(last()?.status).toBeUndefined();
    expect(heroku.restarts).toHaveLength(1);
  });

  it('may hang, on the API and on a log URL', async () => {
    const { heroku, restart, url } = await startFaulty('hang', 2);
    await expect(restart(soon())).rejects.toThrow();
    await expect(fetch(url, { signal: soon() })).rejects.toThrow();
    expect(heroku.restarts).toEqual([]);
  });

  it('may reset the connection', async () => {
    const { heroku, restart, url } = await startFaulty('reset', 2);
    await expect(restart()).rejects.toThrow('fetch failed');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(heroku.restarts).toEqual([]);
  });

  it.each([['resetAfterBytes'], ['hangAfterBytes']])('may break off a body by %s', async (name) => {
    const action = name === 'resetAfterBytes' ? { resetAfterBytes: 100 } : { hangAfterBytes: 100 };
    const { url } = await startFaulty(action);
    const response = await fetch(url, { signal: AbortSignal.timeout(150) });
    let bytes = 0;
    const read = async () => {
      for await (const chunk of response.body ?? []) bytes += chunk.length;
    };
    await expect(read()).rejects.toThrow(name === 'resetAfterBytes' ? 'terminated' : 'timeout');
    expect(bytes).toBe(100);
  });

  it('may break off the answer of the API too', async () => {
    const { heroku, call } = await startFaulty('hang');
    heroku.faults.unshift({ match: ({ kind }) => kind === 'dynos', do: { resetAfterBytes: 20 } });
    const response = await call('/apps/shop/dynos');
    await expect(response.text()).rejects.toThrow();
  });

  it('may let a body trickle', async () => {
    const { url } = await startFaulty({ trickle: 10_000 });
    const began = performance.now();
    const text = await (await fetch(url)).text();
    const seconds = (performance.now() - began) / 1000;
    expect(text.length).toBeGreaterThan(1000);
    expect(seconds).toBeGreaterThan((text.length / 10_000) * 0.8);
  });

  it('may send NUL bytes for ever', async () => {
    const { url } = await startFaulty('nul-bytes-for-ever');
    const response = await fetch(url);
    let bytes = Buffer.alloc(0);
    for await (const chunk of response.body ?? []) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length > 3) break;
    }
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('may only delay', async () => {
    const { restart, heroku } = await startFaulty({ delayMs: 50 });
    const began = performance.now();
    expect((await restart()).status).toBe(202);
    expect(performance.now() - began).toBeGreaterThan(45);
    expect(heroku.restarts).toHaveLength(1);
  });
});

it('closes at once, whatever hangs', async () => {
  const { heroku, restart, logUrl } = await startFaulty('hang', 1);
  const hanging = restart();
  const tail = await fetch(await logUrl('shop', { tail: true }));
  const rejections = Promise.allSettled([hanging, tail.text()]);
  const began = performance.now();
  await heroku.close();
  expect(performance.now() - began).toBeLessThan(500);
  expect((await rejections).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
