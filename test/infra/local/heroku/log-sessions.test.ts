import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startHeroku, TOKEN } from './client.ts';

const SAMPLE =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5,6}\+00:00 heroku\[(web\.\d)\]: source=\1 dyno=heroku\.\d+\.[0-9a-f-]{36} sample#memory_total=[\d.]+MB sample#memory_rss=[\d.]+MB sample#memory_cache=[\d.]+MB sample#memory_swap=[\d.]+MB sample#memory_pgpgin=\d+pages sample#memory_pgpgout=\d+pages sample#memory_quota=512\.00MB$/;
const LOAD =
  /^\S+ heroku\[(web\.\d)\]: source=\1 dyno=heroku\.\d+\.[0-9a-f-]{36}( sample#load_avg_\d+m=\d+\.\d\d){1,3}$/;

describe('the history of an app', () => {
  it('holds a load line and a memory line of every dyno, every 20 seconds or so', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku.addApp('shop').scale('web', 3, { baseMb: 300 });
    clock.advance(10 * 60_000);
    const log = await lines('shop', { source: 'heroku', lines: 1500 });
    const samples = log.filter((line) => SAMPLE.test(line));
    expect(samples.length).toBeGreaterThan(3 * 26);
    expect(samples.length).toBeLessThan(3 * 32);
    expect(log.filter((line) => LOAD.test(line))).toHaveLength(samples.length);
    const times = samples
      .filter((line) => line.includes('[web.2]'))
      .map((line) => Date.parse(line.slice(0, 23)));
    const gaps = times.slice(1).map((time, place) => time - (times[place] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(19_000);
    expect(Math.max(...gaps)).toBeLessThan(23_000);
  });

  it('names the UUID that the dyno list names, and a total that is the sum of its parts', async () => {
    const { heroku, clock, lines, dynos } = await startHeroku();
    heroku.addApp('shop').scale('web', 1, { baseMb: 480, cacheMb: 20.5, leakMbPerMinute: 7, jitterMb: 2 });
    clock.advance(5 * 60_000);
    const newest = (await lines('shop')).filter((line) => SAMPLE.test(line)).at(-1) ?? '';
    const [dyno] = await dynos('shop');
    expect(newest).toContain(`.${dyno?.id} `);
    const number = (name: string) => Number(new RegExp(`memory_${name}=([\\d.]+)`).exec(newest)?.[1]);
    expect(number('total')).toBeGreaterThan(512);
    expect(number('rss') + number('cache') + number('swap')).toBeCloseTo(number('total'), 5);
    expect(number('swap')).toBeCloseTo(number('total') - 512, 5);
  });

  it('is the last lines of the whole app, filtered only afterwards', async () => {
    const { heroku, clock, lines } = await startHeroku();
    const app = heroku.addApp('busy', { routerLinesPerSecond: 60, appLinesPerSecond: 40 });
    app.scale('web', 1);
    clock.advance(60_000);
    app.log({ source: 'heroku', process: 'web.1', message: 'the last but 1,500' });
    clock.advance(15_000);
    expect((await lines('busy')).length).toBe(1500);
    app.setTraffic({ routerLinesPerSecond: 0, appLinesPerSecond: 0 });
    for (let count = 0; count < 9; count++) app.log({ source: 'app', process: 'web.1', message: `${count}` });
    const heroku10 = await lines('busy', { source: 'heroku', lines: 10 });
    expect(heroku10).toHaveLength(1);
    expect(await lines('busy', { source: 'app', dyno_name: 'web.1', lines: 5 })).toHaveLength(5);
    const all = await lines('busy');
    expect(all.some((line) => line.endsWith('the last but 1,500'))).toBe(false);
    expect(all.slice(-9).map((line) => line.at(-1))).toEqual([...'012345678']);
  });

  it('loses the samples of an app that logs more than 1,500 lines in their period', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku.addApp('busy', { routerLinesPerSecond: 500 }).scale('web', 1);
    clock.advance(24 * 3600_000);
    const samples = (await lines('busy')).filter((line) => SAMPLE.test(line));
    expect(samples.length).toBeLessThanOrEqual(1);
  });

  it('shows what a visitor has put into a URL as a line of the router', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku
      .addApp('busy', { routerLinesPerSecond: 10, routerPath: '/?measure=memory_total&val=99999' })
      .scale('web', 2);
    clock.advance(60_000);
    const router = (await lines('busy', { source: 'heroku', lines: 300 })).filter((line) =>
      / heroku\[router\]: /.test(line),
    );
    expect(router.length).toBeGreaterThan(250);
    expect(router[0]).toMatch(
      / heroku\[router\]: at=info method=\S+ path="\/\?measure=memory_total&val=99999" .* dyno=web\.[12] /,
    );
  });

  it('is in order of time, traffic and dynos together', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku.addApp('busy', { routerLinesPerSecond: 7, appLinesPerSecond: 3 }).scale('web', 5);
    clock.advance(120_000);
    const times = (await lines('busy')).map((line) => line.slice(0, 23));
    expect(times.length).toBeGreaterThan(1100);
    expect(times).toEqual(times.toSorted());
  });

  it('narrows to a dyno and to a process type', async () => {
    const { heroku, clock, lines } = await startHeroku();
    const app = heroku.addApp('shop');
    app.scale('web', 2);
    app.scale('worker', 1);
    clock.advance(60_000);
    const web1 = await lines('shop', { dyno_name: 'web.1', lines: 1500 });
    expect(web1.length).toBeGreaterThan(2);
    expect(web1.every((line) => line.includes(' heroku[web.1]: '))).toBe(true);
    const workers = await lines('shop', { type: 'worker', lines: 1500 });
    expect(workers.every((line) => line.includes(' heroku[worker.1]: '))).toBe(true);
    expect(await lines('shop', { dyno: 'web.1', lines: 1500 })).toEqual(web1);
    expect(await lines('shop', { dyno: 'worker', lines: 1500 })).toEqual(workers);
  });

  it('has no samples without log-runtime-metrics, and R14 none the less', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku.addApp('shop', { runtimeMetrics: false }).scale('web', 1, { baseMb: 531.4 });
    clock.advance(60_000);
    const log = await lines('shop');
    expect(log.some((line) => line.includes('sample#'))).toBe(false);
    expect(log.some((line) => line.endsWith('heroku[web.1]: Process running mem=531M(103.8%)'))).toBe(true);
    expect(log.some((line) => line.endsWith('heroku[web.1]: Error R14 (Memory quota exceeded)'))).toBe(true);
  });

  it('is empty on Fir', async () => {
    const { heroku, clock, lines } = await startHeroku();
    heroku.addApp('fir', { generation: 'fir' }).scale('web', 1);
    clock.advance(60_000);
    expect(await lines('fir')).toEqual([]);
    expect(heroku.app('fir').dynos()[0]?.name).toMatch(/^web-[0-9a-f]{9}-[0-9a-f]{5}$/);
  });

  it('gives raw bytes as they are, and the time that a line claims', async () => {
    const { heroku, logUrl } = await startHeroku();
    const app = heroku.addApp('odd');
    app.log({ source: 'app', process: 'web.1', message: 'late', at: Date.UTC(2020, 0, 1) });
    app.raw('no time\nat all', 'app');
    app.raw(new Uint8Array([0, 255, 0]), 'heroku');
    const bytes = Buffer.from(await (await fetch(await logUrl('odd', {}))).arrayBuffer());
    expect(bytes.toString('latin1')).toMatch(
      /^2020-01-01T00:00:00\.000\d+\+00:00 app\[web\.1\]: late\nno time\nat all\n\0ÿ\0\n$/,
    );
  });
});

describe('the body of a log', () => {
  it('comes in chunks of exactly the size that was asked for', async () => {
    const { heroku, logUrl } = await startHeroku();
    const app = heroku.addApp('cut', { chunkBytes: 7 });
    for (let count = 0; count < 20; count++)
      app.log({ source: 'app', process: 'web.1', message: `line ${count}` });
    const url = await logUrl('cut', {});
    const sizes = await new Promise<number[]>((resolve, reject) => {
      // fetch may put chunks together that have arrived before anybody reads; node:http does not.
      const reading = get(url, (response) => {
        const seen: number[] = [];
        response.on('data', (chunk: Buffer) => seen.push(chunk.length));
        response.on('end', () => resolve(seen));
      });
      reading.on('error', reject);
    });
    expect(sizes.length).toBeGreaterThan(100);
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([7]));
  });

  it('is made of server-sent events for who accepts nothing else', async () => {
    const { heroku, logUrl } = await startHeroku();
    const app = heroku.addApp('shop', { logSession: { warning: 'log history discarded' } });
    app.raw('one', 'app');
    app.raw('two', 'app');
    const response = await fetch(await logUrl('shop', {}), { headers: { accept: 'text/event-stream' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-heroku-warning')).toBe('log history discarded');
    expect(await response.text()).toBe('id: 1\ndata: one\n\nid: 2\ndata: two\n\n');
  });

  it('is plain lines on a connection that closes', async () => {
    const { heroku, logUrl } = await startHeroku();
    heroku.addApp('shop');
    const response = await fetch(await logUrl('shop', {}));
    expect(response.headers.get('connection')).toBe('close');
    expect(response.headers.get('content-length')).toBeNull();
    expect(await response.text()).toBe('');
  });
});

describe('a log session', () => {
  it('can be read again, until it has not been used for six minutes', async () => {
    const { heroku, clock, logUrl } = await startHeroku();
    heroku.addApp('shop');
    const url = await logUrl('shop', {});
    for (let times = 0; times < 2; times++) {
      clock.advance(359_000);
      expect((await fetch(url)).status).toBe(200);
    }
    clock.advance(361_000);
    const late = fetch(url);
    const stop = clock.run(1000);
    expect((await late).status).toBe(404);
    expect((await fetch(`${url.replace(/-.*/, '')}-guessed`)).status).toBe(404);
    stop();
  });

  it('refuses, and counts, a token sent to its URL', async () => {
    const { heroku, logUrl } = await startHeroku();
    heroku.addApp('shop');
    const url = await logUrl('shop', {});
    expect((await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(400);
    expect(heroku.authorizationLeaks).toBe(1);
    expect((await fetch(url)).status).toBe(200);
    expect(heroku.authorizationLeaks).toBe(1);
  });

  it.each([{ lines: '1500' }, { lines: -1 }, { lines: 1.5 }, { tail: 'yes' }, { source: 7 }, []])(
    'is not made from %j',
    async (body) => {
      const { heroku, call } = await startHeroku();
      heroku.addApp('shop');
      const response = await call('/apps/shop/log-sessions', { method: 'POST', body: JSON.stringify(body) });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ id: 'invalid_params' });
    },
  );
});
