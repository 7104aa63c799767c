/** What the doctor makes of what is known: tables of cases, without anybody to ask. */
import { describe, expect, it } from 'vitest';
import { type Finding, known } from '../../../../infra/cli/doctor/checks.ts';
import { accountsOf, judgeAccount } from '../../../../infra/cli/doctor/judge-account.ts';
import { judgeDeployment } from '../../../../infra/cli/doctor/judge-deployment.ts';
import { judgeSamples } from '../../../../infra/cli/doctor/judge-samples.ts';
import { judgeThresholds } from '../../../../infra/cli/doctor/judge-thresholds.ts';
import { parseAppConfig } from '../../../../lib/config/app-config.ts';
import type { Dyno } from '../../../../lib/heroku/answers.ts';
import type { Sample } from '../../../../lib/heroku/sample.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;

const configOf = (config: unknown) => parseAppConfig('shop', JSON.stringify(config));
const dyno = (name: string, minutesOld: number): Dyno => ({
  ...{ id: `id of ${name}`, name, type: name.replace(/\..*/, ''), state: 'up' },
  ...{ createdAt: NOW - minutesOld * MINUTE, changedAt: NOW - minutesOld * MINUTE },
});
const sample = (process: string, more: Partial<Sample> = {}): Sample => ({
  ...{ process, type: process.replace(/\..*/, ''), dyno: `id of ${process}`, at: NOW - 10_000 },
  ...{ total: 300, rss: 290, swap: 0, quota: 512, ...more },
});
const said = (findings: readonly Finding[]) => findings.map(({ state, found }) => `${state}: ${found}`);

describe('a threshold', () => {
  const judge = (
    config: unknown,
    samples: readonly Sample[],
    { size = 'standard-1X', minutesOld = 300 } = {},
  ) =>
    said(
      judgeThresholds({
        config: configOf(config),
        formation: [{ type: 'web', quantity: 1, size }],
        dynos: [dyno('web.1', minutesOld)],
        ...{ samples, now: NOW },
      }),
    );
  const old = [sample('web.1')];

  it.each<[string, unknown, readonly Sample[], { size?: string; minutesOld?: number }, string]>([
    [
      'by default',
      {},
      old,
      {},
      'ok: web restarts above 500 MB, of 512 (standard-1X); the largest is at 300 MB',
    ],
    ['of a dyno that nobody has heard of', {}, [], {}, 'ok: web restarts above 500 MB, of 512 (standard-1X)'],
    [
      'above the quota',
      { restartThreshold: 1000 },
      [],
      { size: 'Standard-1X' },
      'problem: web: 1000 MB is above the quota of 512 MB (Standard-1X): it acts only once the dyno swaps, and crawls. "90%" would act before',
    ],
    [
      'above the quota that a sample says',
      { restartThreshold: 800 },
      [sample('web.1', { quota: 700 })],
      { size: 'standard-2X' },
      'problem: web: 800 MB is above the quota of 700 MB (standard-2X): it acts only once the dyno swaps, and crawls. "90%" would act before',
    ],
    [
      'above the quota, as a share',
      { restartThreshold: '120%' },
      old,
      {},
      'note: web: "120%" is above the quota of 512 MB (standard-1X): it acts only once the dyno swaps, and crawls',
    ],
    [
      'at which Heroku kills',
      { restartThreshold: '200%' },
      old,
      {},
      'problem: web: "200%" is above the quota of 512 MB (standard-1X), and at 1024 MB Heroku itself kills the dyno (R15). Try "90%"',
    ],
    [
      'at which Heroku kills a large dyno',
      { restartThreshold: '130%' },
      [],
      { size: 'performance-xl' },
      'problem: web: "130%" is above the quota of 63488 MB (performance-xl), and at 76186 MB Heroku itself kills the dyno (R15). Try "90%"',
    ],
    [
      'at which Heroku kills a dyno in a Private Space',
      { restartThreshold: '105%' },
      [sample('web.1', { quota: 1024 })],
      { size: 'Private-S' },
      'problem: web: "105%" is above the quota of 1024 MB (Private-S), and at 1024 MB Heroku itself kills the dyno (R15). Try "90%"',
    ],
    [
      'of swap, which there is none of in a Private Space',
      { swapThreshold: 50 },
      [sample('web.1', { quota: 1024 })],
      { size: 'private-m' },
      'problem: web: swapThreshold 50 MB is never reached: a dyno of size private-m has no swap',
    ],
    [
      'of rss above the quota',
      { restartThreshold: 600, measure: 'memory_rss' },
      old,
      {},
      'problem: web: 600 MB is above the quota of 512 MB (standard-1X), and memory_rss never is: nothing is restarted. Try "90%"',
    ],
    [
      'of swap that is never reached',
      { swapThreshold: '100%' },
      old,
      {},
      'problem: web: swapThreshold "100%" is never reached: at 512 MB of swap Heroku itself kills the dyno (R15)',
    ],
    [
      'as a share of a quota that the samples do not say',
      { restartThreshold: '80%' },
      [sample('web.1', { quota: undefined })],
      {},
      'problem: web.1: its samples do not say its quota, which restartThreshold "80%" is a share of: give MB',
    ],
    [
      'of a size that nobody knows',
      {},
      [],
      { size: 'private-s' },
      'note: web: how much memory a dyno of size private-s has is not known, and no sample says it',
    ],
    [
      'that a dyno is over within its window',
      { restartThreshold: 250, restartWindow: 600 },
      old,
      { minutesOld: 9 },
      'problem: web.1 is at 300 MB, over 250 (memory_total), only 8 min 50 s after its start: it would be restarted for ever, as often as restartWindow (10 min) allows. Raise the threshold, or take a larger dyno',
    ],
    [
      'that a dyno is over after its window, paused or not',
      { restartThreshold: 250, restartWindow: 600, sustainedSamples: 5, paused: true },
      old,
      { minutesOld: 12 },
      'note: web.1 is at 300 MB, over 250 (memory_total), after 11 min 50 s',
    ],
    [
      'that a dyno was over minutes ago',
      { restartThreshold: 250 },
      [sample('web.1', { at: NOW - 5 * MINUTE })],
      {},
      'ok: web restarts above 250 MB, of 512 (standard-1X); the largest is at 300 MB',
    ],
    [
      'that another dyno of the name was over',
      { restartThreshold: 250 },
      [sample('web.1', { dyno: 'the one before' })],
      {},
      'ok: web restarts above 250 MB, of 512 (standard-1X)',
    ],
  ])('%s', (_case, config, samples, options, expected) => {
    expect(judge(config, samples, options)).toEqual([expected]);
  });

  it('in MB for dynos of different sizes fits one of them', () => {
    const formation = [
      { type: 'web', quantity: 2, size: 'standard-2X' },
      { type: 'worker', quantity: 1, size: 'standard-1X' },
      { type: 'clock', quantity: 0, size: 'basic' },
    ];
    const judgeAll = (restartThreshold: unknown) => {
      const config = configOf({ restartThreshold, dynos: ['web', 'worker', 'clock'] });
      return said(judgeThresholds({ config, formation, dynos: [], samples: [], now: NOW }));
    };
    expect(judgeAll(400)).toEqual([
      'ok: web restarts above 400 MB, of 1024 (standard-2X)',
      'ok: worker restarts above 400 MB, of 512 (standard-1X)',
      'note: one threshold of 400 MB for web of 1024 MB and worker of 512 MB: a share, such as "90%", would fit each',
    ]);
    expect(judgeAll('40%')).toHaveLength(2);
  });
});

describe('samples', () => {
  const judge = (
    dynos: readonly Dyno[],
    log: {
      spanMs?: number;
      lastAgoMs?: number | undefined;
      samples?: readonly Sample[];
      notices?: readonly string[];
    },
  ) => {
    const { spanMs = 90_000, samples = [], notices = [] } = log;
    const lastAt =
      'lastAgoMs' in log && log.lastAgoMs === undefined ? undefined : NOW - (log.lastAgoMs ?? 1000);
    return said([
      judgeSamples({
        ...{ config: configOf({}), metrics: { enabled: true, justNow: false }, dynos },
        ...{ log: { spanMs, lastAt, samples, notices }, now: NOW },
      }),
    ])[0];
  };
  const two = [dyno('web.1', 60), dyno('web.2', 60)];
  const one = { samples: [sample('web.1')] };

  it.each<[string, readonly Dyno[], Parameters<typeof judge>[1], string]>([
    [
      'of all dynos',
      two,
      { samples: [sample('web.1'), sample('web.2', { at: NOW - 30_000 })] },
      'ok: all 2 dynos that are up are heard of, in the last 30 s',
    ],
    ['of the only one', two.slice(0, 1), one, 'ok: the dyno that is up is heard of, in the last 10 s'],
    ['of one too few', two, one, 'problem: nothing is heard of web.2, though up. Dynos that'],
    [
      'too old',
      two.slice(0, 1),
      { samples: [sample('web.1', { at: NOW - 3 * MINUTE })] },
      'problem: nothing is',
    ],
    ['in a busy log', two, { ...one, spanMs: 3000 }, "note: the app is busy: its log's history spans 3 s"],
    ['in a log that is empty', two, { spanMs: 0, lastAgoMs: undefined }, 'note: the app is busy'],
    [
      'in a short log of long ago',
      two,
      { spanMs: 9000, lastAgoMs: 10 * MINUTE },
      'problem: nothing is heard of web.1, web.2',
    ],
    ['dropped', two, { ...one, notices: ['L10'] }, 'problem: nothing is heard of web.2, though up (L10). '],
    [
      'of a dyno that has just come up',
      [dyno('web.1', 0.3)],
      {},
      'note: no watched dyno has been up for long',
    ],
    [
      'of a type that is not watched',
      [dyno('worker.1', 60)],
      {},
      'note: no watched dyno has been up for long',
    ],
  ])('%s', (_case, dynos, log, expected) => {
    expect(judge(dynos, log)?.slice(0, expected.length)).toBe(expected);
  });
});

describe('a request budget', () => {
  const judge = (apps: number, busy: number, requestsLeft: number | null) => {
    const account = { account: 'a', tokens: ['default'], apps, busy, requestsLeft };
    return said(judgeAccount(account))[0];
  };

  it.each([
    [
      300,
      0,
      4400,
      'ok: 300 apps need about 60 requests a minute; Heroku refills 75, and 4400 of 4500 are left',
    ],
    [1, 1, null, 'ok: 1 app needs about 1.2 requests a minute (1 busy); Heroku refills 75'],
    [
      100,
      70,
      4400,
      'problem: 100 apps need about 90 requests a minute (70 busy); Heroku refills 75, and 4400 of 4500 are left: apps have to wait',
    ],
    [
      1,
      0,
      10,
      'problem: 1 app needs about 0.2 requests a minute; Heroku refills 75, and 10 of 4500 are left: apps have to wait',
    ],
    [
      1,
      0,
      449,
      'note: 1 app needs about 0.2 requests a minute; Heroku refills 75, and 449 of 4500 are left: somebody uses it up',
    ],
  ])('of %s apps, %s of them busy, with %s left', (apps, busy, left, expected) => {
    expect(judge(apps, busy, left)?.slice(0, expected.length)).toBe(expected);
  });

  it('is that of an account, whichever token it was asked by', () => {
    const token = (name: string, account: string | null, requestsLeft: number | null) => ({
      ...{ name, account, requestsLeft },
    });
    const tokens = [
      token('a', 'jane@example.com', 7),
      token('b', 'jane@example.com', 8),
      token('c', null, null),
    ];
    const names = new Map([
      ...([
        ['one', 'a'],
        ['two', 'b'],
        ['three', 'c'],
        ['four', 'unasked'],
      ] as const),
    ]);
    expect(accountsOf(tokens, names, ['two', 'three'])).toEqual([
      { account: 'jane@example.com', tokens: ['a', 'b'], apps: 2, busy: 1, requestsLeft: 7 },
      { account: 'of the token c', tokens: ['c'], apps: 1, busy: 1, requestsLeft: null },
    ]);
  });
});

it('hands out a command that enables a schedule and keeps what it does', () => {
  const checks = judgeDeployment(
    {
      stack: known({ restartsTable: 't', functionName: 'f', logGroup: 'l' }),
      function: known({
        name: 'f',
        state: 'Inactive',
        reservedConcurrency: 5,
        parameterPrefix: '/whacamole',
      }),
      schedule: known({ name: 'S', enabled: false, expression: 'rate(2 minutes)' }),
      table: known({ name: 't', status: 'DELETING' }),
      lastScan: known({
        lookedBackMs: 600_000,
        logGroup: 'l',
        scan: { at: NOW - 90_000, apps: 2, failures: 0 },
      }),
    },
    { stack: 'Whacamole', parameterPrefix: '/whacamole', now: NOW },
  );
  expect(said(checks)).toEqual([
    'ok: Whacamole is there',
    'ok: f can run, and reads its apps under /whacamole',
    'problem: S (rate(2 minutes)) is disabled: nothing is scanned',
    'problem: t is DELETING: nothing can be restarted',
    'ok: 1 min 30 s ago, of 2 apps',
  ]);
  expect(checks[2]?.remedy).toEqual([
    "aws scheduler update-schedule --name S --state ENABLED --schedule-expression 'rate(2 minutes)' " +
      '--flexible-time-window Mode=OFF --target "$(aws scheduler get-schedule --name S --query Target --output json)"',
  ]);
});
