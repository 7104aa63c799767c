/**
 * Everything that may go wrong between the function and what it talks to: one table, and one test over it. Two
 * apps have a dyno over its threshold, `sick` and `well`. A fault is of what is asked for `sick` wherever one app
 * can have it alone, and then `well` is restarted as if nothing were.
 *
 * Each case has a world of its own, and an environment of its own: many wait for time limits, all at once.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  awsError,
  brokenJson,
  byteASecond,
  type Fault,
  gigabytes,
  hang,
  hangInBody,
  htmlPage,
  megabyteLine,
  noSuchName,
  noTls,
  nulBytesForEver,
  refused,
  reset,
  resetInBody,
  status,
  wrongType,
} from './faulty-server.ts';
import {
  type FaultyScan,
  giveEachItsEnvironment,
  SERVICES,
  scanAgainst,
  takeEnvironmentsBack,
} from './faulty-world.ts';

/** What ends by the time alone gets little of it, for the test waits. */
const ENDLESS: readonly Fault[] = [hang, hangInBody, byteASecond, nulBytesForEver];
const LITTLE_MS = 4000;
const AMPLE_MS = 15_000;
/** An answer of 16 MiB is the most that is read, three times at most; what lies in buffers comes on top. */
const MOST_BYTES = 96 * 1024 * 1024;
/** Of the whole process: function, world and server. */
const MOST_GROWTH = 150 * 1024 * 1024;

/** The token, and what makes a log session's URL. */
const SECRET = /HRKU-|\/sessions\//;

/**
 * What becomes of it. In all cases but those where the scan rejects, `well` is restarted.
 *
 * - `fine`: `sick` is restarted, nothing is lost
 * - `refused`: the restart of `sick` ends in RestartFailed, and no claim is left
 * - `unknown`: it ends in RestartFailed, and the claim stays for a later scan to settle
 * - `silent`: `sick` ends in NoSamples
 * - `bus`: both are restarted, and BusFailed says what did not reach the bus
 * - `all …`: the scan rejects, for this reason
 * - `—`: cannot be
 * - any other: the reason of the AppFailed of `sick`
 */
type Outcome = 'fine' | 'refused' | 'unknown' | 'silent' | 'bus' | `all ${Reason | 'unread'}` | '—' | Reason;
type Reason =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'heroku'
  | 'timeout'
  | typeof table;
type Row = readonly [name: string, fault: Fault, ...outcomes: Outcome[]];

const unread = 'all unread';
const table = 'restarts-table';

/** Every way in which an AppFailed does not come of it. */
const OTHER_ENDINGS: readonly Outcome[] = ['fine', 'refused', 'unknown', 'silent', 'bus'];

/* biome-ignore format: a table */
const ROWS: readonly Row[] = [
  //                                          log-session   dynos      restart    log URL    SSM     DynamoDB  EventBridge
  ['a refused connection', refused,           'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a port without TLS', noTls,               'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a name that is nobody’s', noSuchName,     'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a reset before the first byte', reset,    'heroku',     'heroku',  'unknown', 'heroku',  unread, table,    'bus'],
  ['a reset in the middle', resetInBody,      'heroku',     'heroku',  'fine',    'heroku',  unread, table,    'bus'],
  ['no byte at all', hang,                    'timeout',    'timeout', 'unknown', 'timeout', unread, 'timeout', 'bus'],
  ['a body that stops', hangInBody,           'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['one byte a second', byteASecond,          'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['NUL bytes for ever', nulBytesForEver,     'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['a line of 1 MB', megabyteLine,            'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  // No gigabytes from AWS: the SDK holds whatever comes until the time is up.
  ['gigabytes', gigabytes(),                  'heroku',     'heroku',  'fine',    'heroku',  '—',    '—',      '—'],
  ['a refusal of gigabytes', gigabytes(403),  'forbidden',  'forbidden', 'refused', 'heroku', '—',   '—',      '—'],
  ['gigabytes of server error', gigabytes(500), 'heroku',   'heroku',  'unknown', 'heroku',  '—',    '—',      '—'],
  ['the right answer under a wrong type', wrongType, 'fine', 'fine',   'fine',    'fine',    'fine', 'fine',   'fine'],
  ['a web page', htmlPage,                    'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  ['broken JSON', brokenJson,                 'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  ['throttling', awsError('ThrottlingException'), '—',      '—',       '—',       '—',       unread, table,    'bus'],
  ['too much for its throughput', awsError('ProvisionedThroughputExceededException'), '—', '—', '—', '—', '—', table, '—'],
  ['an expired token', awsError('ExpiredTokenException'), '—', '—',    '—',       '—',       unread, table,    'bus'],
  ['an internal error', awsError('InternalServerError'), '—', '—',     '—',       '—',       unread, table,    'bus'],
  ...[300, 302, 304, 400, 406, 409, 410, 418, 422, 451].map((code) => answers(code, 'heroku', 'refused')),
  answers(401, 'unauthorized', 'refused'),
  answers(402, 'forbidden', 'refused'),
  answers(403, 'forbidden', 'refused'),
  answers(404, 'not-found', 'refused'),
  answers(429, 'rate-limited', 'refused'),
  ...[408, 500, 501, 502, 503, 504, 599].map((code) => answers(code, 'heroku', 'unknown')),
];

function answers(code: number, api: Outcome, restart: Outcome): Row {
  return [`a status of ${code}`, status(code), api, api, restart, 'heroku', unread, table, 'bus'];
}

type Case = (typeof CASES)[number];
const CASES = ROWS.flatMap(([name, fault, ...outcomes]) =>
  SERVICES.flatMap((service, index) => {
    const outcome = outcomes[index] ?? '—';
    const remainingMs = ENDLESS.includes(fault) ? LITTLE_MS : AMPLE_MS;
    return outcome === '—' ? [] : [{ name, fault, service, outcome, remainingMs }];
  }),
);

const TITLE = '$name from $service ends in: $outcome';

// They wait more than they work.
vi.setConfig({ maxConcurrency: 14 });

describe('whatever goes wrong with what is asked', () => {
  beforeAll(async () => {
    giveEachItsEnvironment();
    // The first scan of a process is slow, and would be for all that begin with it.
    await scanAgainst('DynamoDB', wrongType, AMPLE_MS);
  });
  afterAll(takeEnvironmentsBack);

  it.concurrent.each(CASES.filter((one) => !isBusy(one)))(TITLE, async (one) => {
    await check(one);
  });
  it.each(CASES.filter(isBusy))(TITLE, async (one) => {
    const { grownBytes } = await check(one);
    expect(grownBytes).toBeLessThan(MOST_GROWTH);
  });
});

/** Takes so many turns of the event loop that it has it for itself: gigabytes, and listening in virtual time. */
function isBusy({ name, outcome }: Case): boolean {
  return name.includes('gigabytes') || outcome === 'silent';
}

async function check({ fault, service, outcome, remainingMs }: Case): Promise<FaultyScan> {
  const scan = await scanAgainst(service, fault, remainingMs);
  const { inTime, record, restarted, claimOfSick, struck, sentBytes } = scan;
  expect(inTime, 'whether the handler has settled before its time is up').toBe(true);
  expect(sentBytes).toBeLessThan(MOST_BYTES);
  expect(`${record.output} ${record.error}`).not.toMatch(SECRET);
  if (!('url' in fault)) expect(struck).toBeGreaterThan(0);

  const failed = record
    .of('AppFailed')
    .map(({ app, reason }) => `${app} ${reason}`)
    .sort();
  if (outcome.startsWith('all')) {
    const reason = outcome.slice('all '.length);
    expect(record.error?.message).toMatch(
      reason === 'unread' ? 'could not be read' : `Every app failed (2): ${reason}.`,
    );
    expect(failed).toEqual(reason === 'unread' ? [] : [`sick ${reason}`, `well ${reason}`]);
    expect(restarted).toEqual([]);
    return scan;
  }
  expect(record.error).toBeUndefined();
  expect(failed).toEqual(OTHER_ENDINGS.some((other) => other === outcome) ? [] : [`sick ${outcome}`]);
  expect(record.of('DynoRestart', 'well')).toMatchObject([{ process: 'web.1' }]);
  expect(restarted).toContain('well web.1');
  const happened = outcome === 'fine' || outcome === 'bus';
  expect(record.of('DynoRestart', 'sick')).toHaveLength(happened ? 1 : 0);
  expect(record.of('NoSamples').map(({ app }) => app)).toEqual(outcome === 'silent' ? ['sick'] : []);
  expect(record.of('BusFailed')).toHaveLength(outcome === 'bus' ? 1 : 0);
  const unhappy = outcome === 'refused' || outcome === 'unknown';
  expect(record.of('RestartFailed').map(({ app }) => app)).toEqual(unhappy ? ['sick'] : []);
  expect(claimOfSick).toBe(happened ? 'done' : outcome === 'unknown' ? 'claimed' : undefined);
  const failures = happened || outcome === 'silent' ? 0 : 1;
  expect(record.of('ScanDone')).toMatchObject([{ apps: 2, failures, restarts: happened ? 2 : 1 }]);
  return scan;
}
