/**
 * Many apps at a Heroku that answers each request after 50 ms, in a process of its own. Says where it is on standard
 * output, answers each line on standard input with what was asked of it since the one before, leaps on in time by the
 * milliseconds in the line, and ends with its parent.
 *
 * What surprises: this is not the simulated Heroku of infra/local, which would need gigabytes for ten thousand apps
 * of a thousand and a half lines. All apps have the same log here, written anew every few seconds; what tells them
 * apart is whether a dyno of theirs is over its threshold, and has been restarted.
 *
 * With a second argument, `busy`, all have so many requests that their last lines tell of no dyno: they must be
 * listened to. What a tail would tell in 20 s comes in less here, in packets as long as logplex's: what is measured
 * is the CPU that it takes.
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
const FINE_MB = 300;
const OVER_MB = 600;
const BUSY = process.argv[3] === 'busy';
/** At the 75 lines a second from which on an app has to be listened to. */
const TAIL_LINES = 1500;
const PACKET_LINES = 18;
/** Longer than a second: else the function takes it that the history would have done. */
const PACKET_EVERY_MS = 25;

const LogSession = z.object({ lines: z.number(), tail: z.boolean() });

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

function routerLine(at: string, index: number): string {
  return (
    `${at} heroku[router]: at=info method=GET path="/orders/${index}" host=shop.herokuapp.com ` +
    `request_id=${dynoIds[0]} fwd="203.0.113.9" dyno=web.1 connect=1ms service=${index}ms status=200 bytes=1829 protocol=https`
  );
}

function timeAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000+00:00');
}

/** The two lines that a dyno logs every 20 s. */
function sampleLines(
  at: string,
  dyno: number,
  megabytes: number,
  id: string | undefined,
): readonly [string, string] {
  const name = `web.${dyno + 1}`;
  const head = `${at} heroku[${name}]: source=${name} dyno=heroku.55116999.${id}`;
  return [
    `${head} sample#load_avg_1m=0.30 sample#load_avg_5m=0.28`,
    `${head} sample#memory_total=${megabytes}.25MB sample#memory_rss=${megabytes}.00MB sample#memory_cache=0.25MB ` +
      'sample#memory_swap=0.00MB sample#memory_pgpgin=485104pages sample#memory_pgpgout=282335pages sample#memory_quota=512.00MB',
  ];
}

/** So many lines, newest last: two of each dyno every 20 s, and as many of a router's in between. Or the router's alone. */
function history(firstMb: number, count: number): Buffer {
  const lines: string[] = [];
  const lineEveryMs = PERIOD_MS / (BUSY ? TAIL_LINES : 4 * DYNOS);
  for (let index = LINES - count; index < LINES; index++) {
    const at = timeAt(now() - (LINES - index) * lineEveryMs);
    const dyno = Math.floor(index / 4) % DYNOS;
    const samples = BUSY ? [] : sampleLines(at, dyno, dyno === 0 ? firstMb : FINE_MB, dynoIds[dyno]);
    lines.push(samples[index % 4] ?? routerLine(at, index));
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** What a busy app logs in 20 s: each dyno's sample is somewhere in it, the last one's at its end. */
async function tail(app: string, response: ServerResponse): Promise<void> {
  const packets = Math.ceil(TAIL_LINES / PACKET_LINES);
  for (let packet = 1; packet <= packets && !response.destroyed; packet++) {
    await wait(PACKET_EVERY_MS);
    const at = timeAt(now());
    const lines = Array.from({ length: PACKET_LINES }, (_, index) => routerLine(at, index));
    const dyno = Math.floor((packet * DYNOS) / packets) - 1;
    const isFirst = dyno > Math.floor(((packet - 1) * DYNOS) / packets) - 1;
    const id = restarts.get(`${app} web.${dyno + 1}`)?.id ?? dynoIds[dyno];
    if (isFirst) lines.push(...sampleLines(at, dyno, dyno === 0 ? firstMbOf(app) : FINE_MB, id));
    response.write(`${lines.join('\n')}\n`);
  }
}

/** Of its first dyno. */
function firstMbOf(app: string): number {
  return isOver(app) && !restarts.has(`${app} web.1`) ? OVER_MB : FINE_MB;
}

function historyOf(app: string, count: number): Buffer {
  if (now() - historiesAt > HISTORY_HOLDS_MS) {
    histories.clear();
    historiesAt = now();
  }
  const megabytes = firstMbOf(app);
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
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' });
    response.write(historyOf(app, Number(what)));
    if (name === 'tail') await tail(app, response);
    else response.end();
    return;
  }
  requests++;
  const send = (status: number, body: unknown) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'ratelimit-remaining': '4500' })
      .end(JSON.stringify(body));
  if (request.method === 'POST' && what === 'log-sessions') {
    const { lines, tail } = LogSession.parse(JSON.parse(body));
    const kind = tail ? 'tail' : 'history';
    send(201, { logplex_url: `${herokuUrl}/log/${app}/${lines}/${kind}/${randomUUID()}` });
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
  } else if (request.method === 'GET' && what === '') {
    send(200, { generation: { name: 'cedar' } });
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
