/**
 * The fleet of the day, as data: twelve apps such as one meets, from one dyno to thirty, with what their owners would
 * have told Whacamole and the Ruby gem. What surprises: the gem knows one threshold to an app, in MB. Where the
 * types of an app have dynos of different sizes, its owner has to choose which of them it is to watch.
 */

export type Range = readonly [low: number, high: number];

export interface DynoGroup {
  readonly type: string;
  readonly size: string;
  readonly count: number;
  /** Megabytes, once warm. */
  readonly restMb: number;
  /** At average load. Each slot has its own. */
  readonly leakMbPerHour: Range;
  /** Page cache that it would fill. */
  readonly cacheMb?: number;
  readonly spikes?: { readonly perDay: number; readonly byMb: Range; readonly minutes: Range };
  /** An autoscaler keeps its number between these, by load. */
  readonly scales?: Range;
}

export interface DayApp {
  readonly name: string;
  readonly groups: readonly DynoGroup[];
  readonly preboot?: boolean;
  readonly bootSeconds: number;
  /** Of router and app together, at the busiest hour. */
  readonly linesPerSecond: number;
  readonly deploysPerDay: number;
  /** One-off dynos that somebody or a scheduler runs, some of them large. */
  readonly oneOffsPerDay?: number;
  /** What its parameter says. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `dynos` and `restart_threshold` of the gem. */
  readonly gem: { readonly dynos: readonly string[]; readonly thresholdMb: number };
}

const WEB_2X = { dynos: ['web'], thresholdMb: 1000 };
const WEB_1X = { dynos: ['web'], thresholdMb: 500 };
const WEB_PERFORMANCE_M = { dynos: ['web'], thresholdMb: 2500 };
const WORKER_2X = { dynos: ['worker'], thresholdMb: 1000 };

export const FLEET: readonly DayApp[] = [
  {
    name: 'images',
    bootSeconds: 20,
    linesPerSecond: 5,
    deploysPerDay: 1,
    groups: [{ type: 'worker', size: 'standard-2X', count: 8, restMb: 350, leakMbPerHour: [250, 700] }],
    config: { dynos: ['worker'] },
    gem: WORKER_2X,
  },
  {
    name: 'legacy',
    bootSeconds: 20,
    linesPerSecond: 2,
    deploysPerDay: 0,
    groups: [{ type: 'web', size: 'standard-1X', count: 2, restMb: 300, leakMbPerHour: [180, 360] }],
    config: {},
    gem: WEB_1X,
  },
  {
    name: 'gateway',
    bootSeconds: 20,
    linesPerSecond: 150,
    deploysPerDay: 1,
    groups: [{ type: 'web', size: 'standard-2X', count: 10, restMb: 420, leakMbPerHour: [25, 90] }],
    config: {},
    gem: WEB_2X,
  },
  {
    name: 'api',
    bootSeconds: 30,
    linesPerSecond: 30,
    deploysPerDay: 2,
    oneOffsPerDay: 3,
    groups: [
      {
        ...{ type: 'web', size: 'standard-2X', count: 6, restMb: 380, leakMbPerHour: [30, 110] },
        scales: [4, 14],
      },
    ],
    config: {},
    gem: WEB_2X,
  },
  {
    name: 'chat',
    bootSeconds: 15,
    linesPerSecond: 10,
    deploysPerDay: 1,
    groups: [
      {
        ...{ type: 'web', size: 'standard-1X', count: 5, restMb: 300, leakMbPerHour: [3, 8] },
        spikes: { perDay: 3, byMb: [120, 300], minutes: [4, 15] },
      },
    ],
    config: {},
    gem: WEB_1X,
  },
  {
    name: 'checkout',
    preboot: true,
    bootSeconds: 40,
    linesPerSecond: 15,
    deploysPerDay: 2,
    groups: [{ type: 'web', size: 'performance-m', count: 6, restMb: 1200, leakMbPerHour: [60, 160] }],
    config: {},
    gem: WEB_PERFORMANCE_M,
  },
  {
    name: 'storefront',
    preboot: true,
    bootSeconds: 45,
    linesPerSecond: 120,
    deploysPerDay: 3,
    oneOffsPerDay: 4,
    groups: [{ type: 'web', size: 'standard-2X', count: 30, restMb: 450, leakMbPerHour: [12, 70] }],
    config: {},
    gem: WEB_2X,
  },
  {
    name: 'search',
    bootSeconds: 60,
    linesPerSecond: 8,
    deploysPerDay: 0,
    groups: [
      {
        ...{ type: 'web', size: 'performance-m', count: 4, restMb: 900, leakMbPerHour: [5, 20] },
        cacheMb: 1700,
      },
    ],
    // Its page cache fills what memory there is, and harms nobody.
    config: { measure: 'memory_rss+memory_swap' },
    gem: WEB_PERFORMANCE_M,
  },
  {
    name: 'reports',
    bootSeconds: 25,
    linesPerSecond: 6,
    deploysPerDay: 1,
    oneOffsPerDay: 24,
    groups: [
      { type: 'web', size: 'standard-2X', count: 3, restMb: 500, leakMbPerHour: [15, 50] },
      { type: 'worker', size: 'standard-1X', count: 4, restMb: 230, leakMbPerHour: [12, 40] },
    ],
    config: { dynos: ['web', 'worker'] },
    // 1000 MB suit its web dynos, 500 its workers.
    gem: WEB_2X,
  },
  {
    name: 'feeds',
    bootSeconds: 25,
    linesPerSecond: 12,
    deploysPerDay: 1,
    groups: [
      { type: 'worker', size: 'standard-2X', count: 12, restMb: 420, leakMbPerHour: [20, 60] },
      { type: 'clock', size: 'standard-1X', count: 1, restMb: 180, leakMbPerHour: [0, 1] },
    ],
    config: { dynos: ['worker', 'clock'] },
    gem: WORKER_2X,
  },
  {
    name: 'mailer',
    bootSeconds: 15,
    linesPerSecond: 3,
    deploysPerDay: 1,
    groups: [{ type: 'worker', size: 'standard-1X', count: 3, restMb: 260, leakMbPerHour: [10, 30] }],
    config: { dynos: ['worker'] },
    gem: { dynos: ['worker'], thresholdMb: 500 },
  },
  {
    name: 'admin',
    bootSeconds: 30,
    linesPerSecond: 1,
    deploysPerDay: 1,
    oneOffsPerDay: 6,
    groups: [{ type: 'web', size: 'standard-2X', count: 1, restMb: 600, leakMbPerHour: [15, 30] }],
    config: {},
    gem: WEB_2X,
  },
];
