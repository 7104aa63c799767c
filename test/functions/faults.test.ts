/**
 * Everything that may go wrong between the function and what it talks to: one table, and one test over it. Every
 * app has a dyno over its threshold. A fault is of what is asked for one app alone wherever it can be; `well` has
 * none, and is restarted as if nothing were.
 *
 * Where apps can have their faults side by side, they are scanned together; otherwise a fault has a world, and an
 * environment, of its own. Many wait for time limits, all at once.
 */
import { STATUS_CODES } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  awsError,
  brokenJson,
  byteASecond,
  emptyAnswer,
  expiredCertificate,
  type Fault,
  gigabytes,
  hang,
  hangInBody,
  htmlPage,
  megabyteLine,
  noContent,
  noSuchName,
  noTls,
  nulBytesForEver,
  partialRefusal,
  redirectLoop,
  refused,
  reset,
  resetInBody,
  silentTls,
  status,
  unknownCertificate,
  wrongType,
} from './faulty-server.ts';
import {
  type FaultyScan,
  giveEachItsEnvironment,
  isEverybodys,
  type PreparedScan,
  prepareScan,
  SERVICES,
  type Service,
  takeEnvironmentsBack,
} from './faulty-world.ts';

/** What ends by the time alone gets little of it, for the test waits: less than a write to the table may take. */
const ENDLESS: readonly Fault[] = [silentTls, hang, hangInBody, byteASecond, nulBytesForEver];
const LITTLE_MS = 6000;
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

/** What else has a name, and some that Heroku's proxies and others made up. */
const NAMED = Object.keys(STATUS_CODES).map(Number);
const OWN_MEANING = [401, 402, 403, 404, 407, 408, 429];
const OTHER_STATUSES = [...NAMED.filter((code) => code >= 300 && code < 500), 306, 499].filter(
  (code) => !OWN_MEANING.includes(code),
);
const SERVER_ERRORS = [...NAMED.filter((code) => code >= 500), 520, 530, 599];

/* biome-ignore format: a table */
const ROWS: readonly Row[] = [
  //                                          log-session   dynos      restart    log URL    SSM     DynamoDB  EventBridge
  ['a refused connection', refused,           'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a port without TLS', noTls,               'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a certificate that has expired', expiredCertificate, 'all heroku', '—', '—',  'heroku',  unread, `all ${table}`, 'bus'],
  ['a certificate nobody vouches for', unknownCertificate, 'all heroku', '—', '—', 'heroku', unread, `all ${table}`, 'bus'],
  ['TLS that never begins', silentTls,        'all timeout', '—',      '—',       'timeout', unread, 'all timeout', 'bus'],
  ['a name that is nobody’s', noSuchName,     'all heroku', '—',       '—',       'heroku',  unread, `all ${table}`, 'bus'],
  ['a reset before the first byte', reset,    'heroku',     'heroku',  'unknown', 'heroku',  unread, table,    'bus'],
  ['a reset in the middle', resetInBody,      'heroku',     'heroku',  'fine',    'heroku',  unread, table,    'bus'],
  ['no byte at all', hang,                    'timeout',    'timeout', 'unknown', 'timeout', unread, 'timeout', 'bus'],
  ['a body that stops', hangInBody,           'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['one byte a second', byteASecond,          'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['NUL bytes for ever', nulBytesForEver,     'timeout',    'timeout', 'fine',    'timeout', unread, 'timeout', 'bus'],
  ['a line of 1 MB', megabyteLine,            'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  ['gigabytes', gigabytes(),                  'heroku',     'heroku',  'fine',    'heroku',  unread, table,    'bus'],
  ['a refusal of gigabytes', gigabytes(403),  'forbidden',  'forbidden', 'refused', 'heroku', unread, table,   'bus'],
  ['gigabytes of server error', gigabytes(500), 'heroku',   'heroku',  'unknown', 'heroku',  unread, table,    'bus'],
  ['an empty answer', emptyAnswer,            'heroku',     'heroku',  'fine',    'silent',  unread, table,    'fine'],
  ['no content', noContent,                   'heroku',     'heroku',  'fine',    'silent',  unread, table,    'fine'],
  ['a redirect to itself', redirectLoop,      'heroku',     'heroku',  'refused', 'heroku',  unread, table,    'bus'],
  ['the right answer under a wrong type', wrongType, 'fine', 'fine',   'fine',    'fine',    'fine', 'fine',   'fine'],
  ['a web page', htmlPage,                    'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  ['broken JSON', brokenJson,                 'heroku',     'heroku',  'fine',    'silent',  unread, table,    'bus'],
  ['throttling', awsError('ThrottlingException'), '—',      '—',       '—',       '—',       unread, table,    'bus'],
  ['too much for its throughput', awsError('ProvisionedThroughputExceededException'), '—', '—', '—', '—', '—', table, '—'],
  ['an expired token', awsError('ExpiredTokenException'), '—', '—',    '—',       '—',       unread, table,    'bus'],
  ['an internal error', awsError('InternalServerError'), '—', '—',     '—',       '—',       unread, table,    'bus'],
  ['all entries but one', partialRefusal,     '—',          '—',       '—',       '—',       '—',    '—',      'bus'],
  ...OTHER_STATUSES.map((code) => answers(code, 'heroku', 'refused')),
  // fetch, as browsers do, hides this one.
  answers(407, 'heroku', 'unknown'),
  answers(401, 'unauthorized', 'refused'),
  answers(402, 'forbidden', 'refused'),
  answers(403, 'forbidden', 'refused'),
  answers(404, 'not-found', 'refused'),
  answers(429, 'rate-limited', 'refused'),
  ...[408, ...SERVER_ERRORS].map((code) => answers(code, 'heroku', 'unknown')),
];

function answers(code: number, api: Outcome, restart: Outcome): Row {
  return [`a status of ${code}`, status(code), api, api, restart, 'heroku', unread, table, 'bus'];
}

/** One cell of the table, and the app that has its fault. */
interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly service: Service;
  readonly outcome: Outcome;
  readonly app: string;
}

const CASES: readonly Case[] = ROWS.flatMap(([name, fault, ...outcomes], row) =>
  SERVICES.flatMap((service, index) => {
    const outcome = outcomes[index] ?? '—';
    return outcome === '—' ? [] : [{ name, fault, service, outcome, app: `sick-${row}` }];
  }),
);

/** One scan, and the cases that it is of. */
class Trial {
  readonly cases: readonly Case[];
  readonly #service: Service;
  #prepared: Promise<PreparedScan> | undefined;
  #scan: Promise<FaultyScan> | undefined;

  constructor(service: Service, cases: readonly Case[]) {
    this.#service = service;
    this.cases = cases;
  }

  /** Its world, for building it takes the machine's time. */
  prepare(): Promise<PreparedScan> {
    const faults = new Map(this.cases.map(({ app, fault }) => [app, fault]));
    this.#prepared ??= prepareScan(this.#service, faults);
    return this.#prepared;
  }

  /** The same scan, however often it is asked for. */
  scan(): Promise<FaultyScan> {
    this.#scan ??= this.prepare().then((scan) => scan(this.isEndless ? LITTLE_MS : AMPLE_MS));
    return this.#scan;
  }

  get isEndless(): boolean {
    return this.cases.some(isEndless);
  }
}

const isEndless = ({ fault }: Case) => ENDLESS.includes(fault);
/** It takes so many turns of the event loop that it has it for itself. */
const isBusy = ({ name }: Case) => name.includes('gigabytes');
const isAlone = (one: Case) => isBusy(one) || isEverybodys(one.service, one.fault);

const ALONE = CASES.filter(isAlone).map((one) => new Trial(one.service, [one]));
const TOGETHER = SERVICES.flatMap((service) =>
  [true, false].map((endless) => {
    const cases = CASES.filter(
      (one) => one.service === service && isEndless(one) === endless && !isAlone(one),
    );
    return new Trial(service, cases);
  }),
);
const TRIALS = [...TOGETHER, ...ALONE];
const TRIED = TRIALS.flatMap((trial) => trial.cases.map((one) => ({ ...one, trial })));

const TITLE = '$name from $service ends in: $outcome';

// They wait more than they work.
vi.setConfig({ maxConcurrency: 14 });

describe('whatever goes wrong with what is asked', () => {
  beforeAll(async () => {
    giveEachItsEnvironment();
    // The first scan of a process is slow, and would be for all that begin with it.
    await new Trial('DynamoDB', []).scan();
    // Those that have little time must not share it with what keeps the machine busy.
    const endless = TRIALS.filter((trial) => trial.isEndless);
    for (const trial of endless) await trial.prepare();
    await Promise.all(endless.map((trial) => trial.scan()));
  }, 60_000);
  afterAll(takeEnvironmentsBack);

  it.concurrent.each(TRIED.filter((one) => !isBusy(one)))(TITLE, async ({ trial, ...one }) => {
    check(one, trial.cases, await trial.scan());
  });
  it.each(TRIED.filter(isBusy))(TITLE, async ({ trial, ...one }) => {
    const scan = await trial.scan();
    check(one, trial.cases, scan);
    expect(scan.grownBytes).toBeLessThan(MOST_GROWTH);
  });
});

function check({ fault, outcome, app }: Case, cases: readonly Case[], scan: FaultyScan): void {
  const { inTime, record, restarted, claims, struck, sentBytes } = scan;
  expect(inTime, 'whether the handler has settled before its time is up').toBe(true);
  expect(sentBytes).toBeLessThan(MOST_BYTES);
  expect(`${record.output} ${record.error}`).not.toMatch(SECRET);
  if (!('url' in fault || 'instead' in fault)) expect(struck).toContain(app);

  const failed = record.of('AppFailed').map((event) => `${event.app} ${event.reason}`);
  if (outcome.startsWith('all')) {
    const reason = outcome.slice('all '.length);
    expect(record.error?.message).toMatch(
      reason === 'unread' ? 'could not be read' : `Every app failed (2): ${reason}.`,
    );
    expect(failed.sort()).toEqual(reason === 'unread' ? [] : [`${app} ${reason}`, `well ${reason}`]);
    expect(restarted).toEqual([]);
    return;
  }
  expect(record.error).toBeUndefined();
  expect(record.of('DynoRestart', 'well')).toMatchObject([{ process: 'web.1' }]);
  expect(restarted).toContain('well web.1');
  expect(record.of('BusFailed')).toHaveLength(outcome === 'bus' ? 1 : 0);
  expect(record.of('ScanDone')).toMatchObject([
    {
      apps: cases.length + 1,
      failures: cases.filter((one) => isFailure(one.outcome)).length,
      restarts: cases.filter((one) => isRestart(one.outcome)).length + 1,
    },
  ]);

  const isUnhappy = outcome === 'refused' || outcome === 'unknown';
  expect(failed.filter((one) => one.startsWith(`${app} `))).toEqual(
    isFailure(outcome) && !isUnhappy ? [`${app} ${outcome}`] : [],
  );
  expect(record.of('DynoRestart', app)).toHaveLength(isRestart(outcome) ? 1 : 0);
  expect(record.of('NoSamples', app)).toHaveLength(outcome === 'silent' ? 1 : 0);
  expect(record.of('RestartFailed', app)).toHaveLength(isUnhappy ? 1 : 0);
  expect(claims.get(app)).toBe(isRestart(outcome) ? 'done' : outcome === 'unknown' ? 'claimed' : undefined);
}

const isRestart = (outcome: Outcome) => outcome === 'fine' || outcome === 'bus';
const isFailure = (outcome: Outcome) => !isRestart(outcome) && outcome !== 'silent';
