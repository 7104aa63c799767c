/**
 * Many apps at a Heroku that answers each request after 50 ms, in a process of its own. Says where it is on standard
 * output, answers each line on standard input with what was asked of it since the one before, leaps on in time by the
 * milliseconds in the line, and ends with its parent.
 *
 * What surprises: this is not the simulated Heroku of infra/local, which would need gigabytes for ten thousand apps
 * of a thousand and a half lines. All apps have the same log here, written anew every few seconds; what tells them
 * apart is whether a dyno of theirs is over its threshold, and has been restarted.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod/mini';
import { listenOnLoopback, readBody } from '../../infra/local/loopback.ts';
import { DYNOS, isOver, LINES } from './scale-fleet.ts';

const HEROKU_ANSWERS_AFTER_MS = 50;
const HISTORY_HOLDS_MS = 5000;
const PERIOD_MS = 20_000;

const born = new Date(Date.now() - 24 * 3600_000).toISOString();
const dynoIds = Array.from({ length: DYNOS }, () => randomUUID());
/** By app and process: how often it was restarted, and the UUID that it has since. */
const restarts = new Map<string, { times: number; id: string; at: string }>();
let requests = 0;
let leaptMs = 0;
const now = () => Date.now() + leaptMs;

/** By size and number of lines: all apps are alike. */
const histories = new Map<string, Buffer>();
let historiesAt = 0;

/** So many lines, newest last: two of each dyno every 20 s, and as many of a router's in between. */
function history(overMb: number, count: number): Buffer {
  const lines: string[] = [];
  for (let index = LINES - count; index < LINES; index++) {
    const at = new Date(now() - ((LINES - index) * PERIOD_MS) / (4 * DYNOS))
      .toISOString()
      .replace('Z', '000+00:00');
    const dyno = Math.floor(index / 4) % DYNOS;
    const name = `web.${dyno + 1}`;
    const head = `${at} heroku[${name}]: source=${name} dyno=heroku.55116999.${dynoIds[dyno]}`;
    const megabytes = dyno === 0 ? overMb : 300;
    if (index % 4 === 0) lines.push(`${head} sample#load_avg_1m=0.30 sample#load_avg_5m=0.28`);
    else if (index % 4 === 1)
      lines.push(
        `${head} sample#memory_total=${megabytes}.25MB sample#memory_rss=${megabytes}.00MB sample#memory_cache=0.25MB ` +
          'sample#memory_swap=0.00MB sample#memory_pgpgin=485104pages sample#memory_pgpgout=282335pages sample#memory_quota=512.00MB',
      );
    else
      lines.push(
        `${at} heroku[router]: at=info method=GET path="/orders/${index}" host=shop.herokuapp.com ` +
          `request_id=${dynoIds[dyno]} fwd="203.0.113.9" dyno=${name} connect=1ms service=${index}ms status=200 bytes=1829 protocol=https`,
      );
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

function historyOf(app: string, count: number): Buffer {
  if (now() - historiesAt > HISTORY_HOLDS_MS) {
    histories.clear();
    historiesAt = now();
  }
  const megabytes = isOver(app) && !restarts.has(`${app} web.1`) ? 600 : 300;
  const key = `${megabytes} ${count}`;
  const known = histories.get(key) ?? history(megabytes, count);
  histories.set(key, known);
  return known;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  await wait(HEROKU_ANSWERS_AFTER_MS);
  const [, first, app = '', what = '', name = ''] = (request.url ?? '').split('/');
  if (first === 'log') {
    response
      .writeHead(200, { 'content-type': 'text/plain', connection: 'close' })
      .end(historyOf(app, Number(what)));
    return;
  }
  requests++;
  const send = (status: number, body: unknown) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'ratelimit-remaining': '4500' })
      .end(JSON.stringify(body));
  if (request.method === 'POST' && what === 'log-sessions') {
    const { lines } = z.object({ lines: z.number() }).parse(JSON.parse(body));
    send(201, { logplex_url: `${herokuUrl}/log/${app}/${lines}/${randomUUID()}` });
  } else if (request.method === 'GET' && what === 'dynos') {
    send(
      200,
      dynoIds.map((id, index) => listed(app, `web.${index + 1}`, id)),
    );
  } else if (request.method === 'DELETE' && what === 'dynos') {
    const key = `${app} ${name}`;
    const times = (restarts.get(key)?.times ?? 0) + 1;
    restarts.set(key, { times, id: randomUUID(), at: new Date(now()).toISOString() });
    send(202, {});
  } else {
    send(404, { id: 'not_found', message: 'There is nothing here.' });
  }
}

function listed(app: string, name: string, id: string): unknown {
  const { id: current, at } = restarts.get(`${app} ${name}`) ?? { id, at: born };
  return { id: current, name, type: 'web', state: 'up', created_at: at, updated_at: at };
}

const herokuUrl = await listenOnLoopback(createServer((request, response) => void answer(request, response)));
const say = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);
say({ HEROKU_API_URL: herokuUrl });
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const times = [...restarts.values()].map((one) => one.times);
    say({ requests, restarted: times.length, twice: times.filter((count) => count > 1).length });
    requests = 0;
    leaptMs += Number(line);
  })
  .on('close', () => process.exit(0));
