/**
 * Log lines in the forms that Heroku's apps have logged in public, 2013 to 2026, with made-up apps and dynos:
 * memory samples of all ages, what stands between them, and what only looks like them.
 */
import type { Sample } from '../../../lib/heroku/sample.ts';

export const WEB_1 = '5b1f0a0e-8e0c-4c34-9d5e-0d6f7c1f3a11';
export const WEB_2 = '0c9b7f52-1f6d-4a8b-bb0a-62c1c7d0e922';
export const WORKER_1 = 'e1c6a3d4-77f0-4a0c-8f2e-b5d9a4c81733';
export const RUN = '9a8b7c6d-5e4f-4321-8fed-cba987654321';

const MEASURED =
  'sample#memory_total=906.01MB sample#memory_rss=835.69MB sample#memory_cache=0.29MB sample#memory_swap=70.03MB ' +
  'sample#memory_pgpgin=485104pages sample#memory_pgpgout=282335pages sample#memory_quota=1024.00MB';

export const TIME = '2024-01-01T09:03:22.012194+00:00';
export const AT = Date.UTC(2024, 0, 1, 9, 3, 22, 12);

/** A memory line as Heroku writes it today, but for what is given. */
export function memoryLine(
  parts: { time?: string; name?: string; source?: string; dyno?: string; measured?: string } = {},
): string {
  const { time = TIME, name = 'web.1', measured = MEASURED } = parts;
  const { source = name, dyno = `heroku.103402527.${WEB_1}` } = parts;
  return `${time} heroku[${name}]: source=${source} dyno=${dyno} ${measured}`;
}

/** Every form that is a sample, with what it says. */
export const SAMPLES: readonly { readonly form: string; readonly line: string; readonly sample: Sample }[] = [
  {
    form: 'of today, with its swap in use',
    line: memoryLine(),
    sample: {
      process: 'web.1',
      type: 'web',
      dyno: WEB_1,
      at: AT,
      total: 906.01,
      rss: 835.69,
      swap: 70.03,
      quota: 1024,
    },
  },
  {
    form: 'with 3 digits of a second',
    line: `2021-04-28T12:11:08.937+00:00 heroku[web.2]: source=web.2 dyno=heroku.145151706.${WEB_2} sample#memory_total=62.33MB sample#memory_rss=62.33MB sample#memory_cache=0.00MB sample#memory_swap=0.00MB sample#memory_pgpgin=19047pages sample#memory_pgpgout=3090pages sample#memory_quota=512.00MB`,
    sample: {
      process: 'web.2',
      type: 'web',
      dyno: WEB_2,
      at: Date.UTC(2021, 3, 28, 12, 11, 8, 937),
      total: 62.33,
      rss: 62.33,
      swap: 0,
      quota: 512,
    },
  },
  {
    form: 'with 5 digits of a second',
    line: `2020-05-21T13:38:13.88587+00:00 heroku[worker.1]: source=worker.1 dyno=heroku.80178655.${WORKER_1} sample#memory_total=409.36MB sample#memory_rss=394.02MB sample#memory_cache=15.34MB sample#memory_swap=0.00MB sample#memory_pgpgin=129906pages sample#memory_pgpgout=27666pages sample#memory_quota=512.00MB`,
    sample: {
      process: 'worker.1',
      type: 'worker',
      dyno: WORKER_1,
      at: Date.UTC(2020, 4, 21, 13, 38, 13, 885),
      total: 409.36,
      rss: 394.02,
      swap: 0,
      quota: 512,
    },
  },
  {
    form: 'without digits of a second, on the largest dyno',
    line: `2025-11-02T23:59:59+00:00 heroku[web.12]: source=web.12 dyno=heroku.7.${WEB_1} sample#memory_total=129024.00MB sample#memory_rss=120000.51MB sample#memory_cache=9023.49MB sample#memory_swap=0.00MB sample#memory_pgpgin=48510400000pages sample#memory_pgpgout=28233500000pages sample#memory_quota=129024.00MB`,
    sample: {
      process: 'web.12',
      type: 'web',
      dyno: WEB_1,
      at: Date.UTC(2025, 10, 2, 23, 59, 59),
      total: 129024,
      rss: 120000.51,
      swap: 0,
      quota: 129024,
    },
  },
  {
    form: 'of 2013, without its quota',
    line: `2013-08-22T16:39:22.919536+00:00 heroku[web.2]: source=web.2 dyno=heroku.772639.${WEB_2} sample#memory_total=581.95MB sample#memory_rss=581.75MB sample#memory_cache=0.16MB sample#memory_swap=0.03MB sample#memory_pgpgin=0pages sample#memory_pgpgout=179329pages`,
    sample: {
      process: 'web.2',
      type: 'web',
      dyno: WEB_2,
      at: Date.UTC(2013, 7, 22, 16, 39, 22, 919),
      total: 581.95,
      rss: 581.75,
      swap: 0.03,
      quota: undefined,
    },
  },
  {
    form: 'of August 2013, without decimals, and with older names for pages',
    line: `2013-08-14T21:11:09+00:00 heroku[web.1]: source=web.1 dyno=heroku.2808254.${WEB_1} sample#memory_total=21MB sample#memory_rss=21.22MB sample#memory_cache=0.00MB sample#memory_swap=0.00MB sample#memory_pgin=348836pages sample#memory_pgout=343403pages`,
    sample: {
      process: 'web.1',
      type: 'web',
      dyno: WEB_1,
      at: Date.UTC(2013, 7, 14, 21, 11, 9),
      total: 21,
      rss: 21.22,
      swap: 0,
      quota: undefined,
    },
  },
  {
    form: 'of a one-off dyno, which is a sample, though nobody watches it',
    line: `2014-04-09T08:01:47.421738+00:00 heroku[run.7166]: source=run.7166 dyno=heroku.19497443.${RUN} sample#memory_total=88.32MB sample#memory_rss=87.66MB sample#memory_cache=0.66MB sample#memory_swap=0.00MB sample#memory_pgpgin=218756pages sample#memory_pgpgout=196145pages`,
    sample: {
      process: 'run.7166',
      type: 'run',
      dyno: RUN,
      at: Date.UTC(2014, 3, 9, 8, 1, 47, 421),
      total: 88.32,
      rss: 87.66,
      swap: 0,
      quota: undefined,
    },
  },
  {
    form: 'of a process type with "_", "-", digits and capitals, elsewhere than in UTC',
    line: `2024-01-01T11:33:22.5+02:30 heroku[Mail_worker-2.10]: source=Mail_worker-2.10 dyno=heroku.1.${WORKER_1} sample#memory_total=1.00MB sample#memory_quota=512.00MB`,
    sample: {
      process: 'Mail_worker-2.10',
      type: 'Mail_worker-2',
      dyno: WORKER_1,
      at: Date.UTC(2024, 0, 1, 9, 3, 22, 500),
      total: 1,
      rss: undefined,
      swap: undefined,
      quota: 512,
    },
  },
  {
    form: 'with measurements that Heroku may think of one day',
    line: memoryLine({
      time: '2030-01-01T00:00:00Z',
      measured:
        'sample#memory_total=100.00MB sample#memory_pressure=0.25 sample#memory_zswap=5MB sample#memory_quota=512.00MB',
    }),
    sample: {
      process: 'web.1',
      type: 'web',
      dyno: WEB_1,
      at: Date.UTC(2030, 0, 1),
      total: 100,
      rss: undefined,
      swap: undefined,
      quota: 512,
    },
  },
  {
    form: 'with a quota of nothing, which is none',
    line: memoryLine({ measured: 'sample#memory_total=3.5MB sample#memory_quota=0.00MB' }),
    sample: {
      process: 'web.1',
      type: 'web',
      dyno: WEB_1,
      at: AT,
      total: 3.5,
      rss: undefined,
      swap: undefined,
      quota: undefined,
    },
  },
  {
    form: 'of a dyno that uses no memory at all',
    line: memoryLine({ measured: 'sample#memory_total=0.00MB' }),
    sample: {
      process: 'web.1',
      type: 'web',
      dyno: WEB_1,
      at: AT,
      total: 0,
      rss: undefined,
      swap: undefined,
      quota: undefined,
    },
  },
];

/** What an app logs besides: none of it is a sample. */
export const OTHER_LINES: readonly string[] = [
  `2020-05-21T09:23:13.271104+00:00 heroku[web.1]: source=web.1 dyno=heroku.103402527.${WEB_1} sample#load_avg_1m=0.00 sample#load_avg_5m=0.01 sample#load_avg_15m=0.06`,
  `2013-08-22T16:39:22.919773+00:00 heroku[web.2]: source=web.2 dyno=heroku.772639.${WEB_2} sample#diskmbytes=0MB`,
  '2025-01-02T00:51:32.759454+00:00 heroku[web.1]: Process running mem=807M(157.7%)',
  '2025-01-02T00:51:32.761835+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)',
  '2022-01-10T10:58:37.192749+00:00 heroku[worker.1]: Error R15 (Memory quota vastly exceeded)',
  '2026-06-09T15:40:51.257101+00:00 heroku[web.1]: State changed from up to starting',
  '2026-06-09T15:40:52.985279+00:00 heroku[web.1]: Starting process with command `bundle exec puma -C- -p 15522`',
  '2026-06-09T15:40:50.967266+00:00 app[api]: Rollback to v9 by user developer@example.com',
  '2020-01-13T08:05:00.405389+00:00 heroku[scheduler.8317]: State changed from up to complete',
  'heroku[logplex]: Error L11 (Tail buffer overflow) -> This tail session dropped 1 messages since 2020-01-13T08:05:00+00:00.',
  '',
];

/** What looks like a sample, and is not Heroku's word, or not as Heroku wrote it. */
export const IMPOSTORS: readonly (readonly [what: string, line: string])[] = [
  [
    'a visitor, in a path',
    `2024-01-01T09:03:22.012194+00:00 heroku[router]: at=info method=GET path="/?measure=memory_total&val=99999" host=shop.example.com request_id=5d5c2a1e fwd="203.0.113.9" dyno=web.3 connect=0ms service=1ms status=200 bytes=13 protocol=https`,
  ],
  [
    'a visitor who knows the grammar, in a path',
    `2024-01-01T09:03:22.012194+00:00 heroku[router]: at=info method=GET path="/?source=web.1 dyno=heroku.1.${WEB_1} sample#memory_total=99999.00MB" host=shop.example.com dyno=web.1`,
  ],
  [
    'a visitor who closes the quote, at the end of a path',
    `2024-01-01T09:03:22.012194+00:00 heroku[router]: at=info method=GET path="/" ${memoryLine()}`,
  ],
  ['an app that prints a perfect sample', `2024-01-01T09:03:22.012194+00:00 app[web.1]: ${memoryLine()}`],
  ['an app that prints the end of one', memoryLine().replace('heroku[web.1]', 'app[web.1]')],
  [
    "an app that receives a drain and prints another dyno's",
    `2016-06-09T07:32:16.527056+00:00 app[web.1]: 339 <45>1 2016-06-09T07:32:16.163266+00:00 host heroku web.2 - source=web.2 dyno=heroku.32934028.${WEB_2} sample#memory_total=247.22MB sample#memory_rss=204.91MB sample#memory_cache=41.48MB sample#memory_swap=0.82MB sample#memory_pgpgin=2377742pages sample#memory_pgpgout=2339192pages sample#memory_quota=1024.00MB`,
  ],
  [
    'a frame of a drain, after another that was not ended',
    `142 <172>1 2017-08-31T14:47:14+00:00 host heroku logplex - Error L10 (output buffer overflow): 2 messages dropped since 2017-08-31T14:44:12+00:00.203 <45>1 2017-08-31T14:47:13.830178+00:00 host heroku web.1 - source=web.1 dyno=heroku.55681600.${WEB_1} sample#memory_total=900.00MB sample#memory_quota=1024.00MB`,
  ],
  [
    'an L10 notice that a sample was glued to',
    `2017-08-31T14:47:14+00:00 heroku[logplex]: Error L10 (output buffer overflow): 2 messages dropped since 2017-08-31T14:44:12+00:00.${memoryLine()}`,
  ],
  ['two samples without a newline between them', `${memoryLine()}${memoryLine()}`],
  ['two samples with a space between them', `${memoryLine()} ${memoryLine()}`],
  [
    'the form of early 2013, total',
    `2013-07-31T05:49:32.155432+00:00 heroku[web.1]: source=heroku.772639.web.1.${WEB_1} measure=memory_total val=509.38 units=MB`,
  ],
  [
    'the form of early 2013, with its names in today’s order',
    `2013-07-31T05:49:32.155432+00:00 heroku[web.1]: source=web.1 dyno=heroku.772639.${WEB_1} measure=memory_total val=99999 units=MB`,
  ],
  [
    'a line without its time and its source',
    `source=web.1 dyno=heroku.2808254.${WEB_1} sample#memory_total=21MB sample#memory_rss=21.22MB`,
  ],
  [
    'a line without a dyno',
    '2024-01-01T09:03:22.845449+00:00 heroku[normal_worker.1]: sample#memory_total=100.00MB',
  ],
  [
    'an impossible time, without a dyno',
    '2024-99-99T99:99:99.845449+00:00 heroku[normal_worker.1]: sample#memory_total=100.00MB',
  ],
];
