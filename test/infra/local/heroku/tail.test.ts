import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readUntil, startHeroku } from './client.ts';

describe('a tail', () => {
  it('gives the history, then every line at its virtual time, and NUL bytes in between', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    const app = heroku.addApp('shop', { logSession: { keepAliveSeconds: 5 } });
    app.scale('web', 2);
    clock.advance(60_000);
    const began = clock.now();
    const response = await fetch(await logUrl('shop', { source: 'heroku', lines: 1500, tail: true }));
    const stop = clock.run(500);
    const sampleTimes = (text: string) =>
      [...text.matchAll(/^\0*(\S{23})\S+ heroku\[web\.\d\]: \S+ \S+ sample#memory_total.*$/gm)].map((match) =>
        Date.parse(`${match[1]}Z`),
      );
    const fresh = (text: string) => sampleTimes(text).filter((time) => time > began);
    const text = await readUntil(response, (soFar) => fresh(soFar).length >= 6);
    stop();
    expect(sampleTimes(text).length).toBeGreaterThan(fresh(text).length);
    expect(text).toContain('\0');
    expect(clock.now() - Math.max(...fresh(text))).toBeLessThan(30_000);
  });

  it('brings traffic live too, filtered, every line once', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    heroku.addApp('busy', { routerLinesPerSecond: 200, appLinesPerSecond: 100 }).scale('web', 1);
    const response = await fetch(await logUrl('busy', { source: 'app', lines: 0, tail: true }));
    const step = () => clock.advance(1000);
    step();
    const text = await readUntil(response, (soFar) => soFar.split('\n').length > 500, step);
    const lines = text.replaceAll('\0', '').split('\n').slice(0, -1);
    expect(lines.every((line) => /^\S+ app\[web\.1\]: /.test(line))).toBe(true);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('cuts packets anywhere, inside a line too', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    const app = heroku.addApp('cut');
    const response = await fetch(await logUrl('cut', { tail: true, lines: 0 }));
    const step = () => {
      app.raw('0123456789', 'app');
      clock.advance(200);
    };
    step();
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(Buffer.from(chunk).toString());
      if (chunks.length === 30) break;
      step();
    }
    expect(chunks.join('')).toMatch(/^(0123456789\n)+0*/);
    expect(chunks.filter((chunk) => !chunk.endsWith('\n')).length).toBeGreaterThan(3);
  });

  it('never expires while it is read', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    const app = heroku.addApp('quiet');
    const url = await logUrl('quiet', { tail: true, lines: 0 });
    const response = await fetch(url);
    clock.advance(3_600_000);
    app.raw('still here', 'app');
    clock.advance(200);
    expect(await readUntil(response, (text) => text.includes('still here\n'))).toContain('still here');
    expect((await fetch(url)).status).toBe(200);
  });

  it('expires six minutes after its reader has gone', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    heroku.addApp('quiet');
    const url = await logUrl('quiet', { tail: true, lines: 0 });
    const abort = new AbortController();
    await fetch(url, { signal: abort.signal });
    abort.abort();
    await setTimeout(50);
    clock.advance(361_000);
    const stop = clock.run(1000);
    expect((await fetch(url)).status).toBe(404);
    stop();
  });

  it('tells a reader that is too slow how much it has missed', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    const app = heroku.addApp('flood');
    const response = await fetch(await logUrl('flood', { tail: true, lines: 0 }));
    const line = 'x'.repeat(64 * 1024);
    for (let count = 0; count < 400; count++) {
      app.raw(line, 'app');
      clock.advance(200);
    }
    const step = () => {
      app.raw('end', 'app');
      clock.advance(200);
    };
    const text = await readUntil(response, (soFar) => soFar.includes('dropped'), step);
    expect(text).toMatch(
      / heroku\[logplex\]: Error L11 \(Tail buffer overflow\) -> This tail session dropped \d+/,
    );
  });

  it('may be forbidden', async () => {
    const { heroku, logUrl } = await startHeroku();
    heroku.addApp('shop', { logSession: { tailForbidden: true } });
    const text = await (await fetch(await logUrl('shop', { tail: true }))).text();
    expect(text).toMatch(/^\S+ heroku\[logplex\]: Error L20 \(Tail sessions forbidden\)\n$/);
  });
});
