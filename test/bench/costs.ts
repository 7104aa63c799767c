/**
 * docs/costs.md, computed: the public prices, and what was measured (`npm run bench -- scale`). Run by
 * `npm run bench -- costs`; a test holds the page to it.
 *
 * What is assumed stands in the page, in the words of this file: billed time is the CPU that was measured, at the
 * share of a core that Lambda gives for the memory, and the time that is spent waiting on top, as if nothing of it
 * overlapped. So it errs to the dear side.
 */
import { writeFileSync } from 'node:fs';
import { EventLog } from '../../lib/events.ts';
import type { Load, Measured } from './measured.ts';

/** us-east-1, dollars. Source: the services' public price pages, November 2026. */
const PRICES = {
  schedulerInvocation: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecondArm: 0.0000133334,
  logsGb: 0.5,
  logsGbMonth: 0.03,
  busEvent: 1.0 / 1e6,
  sqsRequest: 0.4 / 1e6,
  alarmMonth: 0.1,
  dynamoWrite: 0.625 / 1e6,
  dynamoRead: 0.125 / 1e6,
} as const;

/** What is free each month, for ever. EventBridge grants nothing for events of one's own. */
const FREE = {
  schedulerInvocations: 14e6,
  lambdaRequests: 1e6,
  lambdaGbSeconds: 400_000,
  logsGb: 5,
  sqsRequests: 1e6,
  alarms: 10,
} as const;

const WATCHERS: readonly [name: string, dollars: number][] = [
  ['eco (sleeps, and shares its hours)', 5],
  ['basic', 7],
  ['standard-1X', 25],
];

const SCANS_A_MONTH = 60 * 24 * 30;
const MEMORY_GB = 0.25;
/** Lambda gives a whole core at 1,769 MB. */
const CORE_SHARE = 256 / 1769;
const DYNOS_PER_APP = 2;
const HEROKU_MS = 50;
const SSM_PAGE_MS = 25;
const APPS_PER_PAGE = 10;
/** How long a busy app is listened to: until the last of its dynos has spoken, which is most of a period. */
const LISTENING_MS = 20_000;
const ALONE_UP_TO = 1000;
const APPS_IN_BATCH = 100;
const RESTARTS_PER_APP_A_DAY = 1;
/** Of a restart in the table: reads, and writes (turn, claim, settled, turn given up). */
const [READS, WRITES] = [3, 4];
/** Lambda's own three lines about a run, and what CloudWatch counts on top of each line. */
const PLATFORM_BYTES = 1000;
const LINE_OVERHEAD_BYTES = 26;
const POLLS_A_MONTH = 5 * 3 * SCANS_A_MONTH;
const ALARMS = 6;

export interface Item {
  readonly what: string;
  readonly dollars: number;
  /** What of it is not covered by what is free. */
  readonly beyondFree: number;
}

interface Use {
  readonly gbSeconds: number;
  readonly invocations: number;
  readonly logBytes: number;
  readonly busEvents: number;
  readonly sqsRequests: number;
}

const APPS = [1, 10, 100, 1000, 10_000] as const;

/** CPU of so many apps in a warm function, milliseconds, between those that were measured. */
function cpuMs(apps: number, { alone }: Measured): number {
  const warm = alone.filter(({ cold }) => !cold).sort((a, b) => a.apps - b.apps);
  const [least] = warm;
  const most = warm.at(-1);
  if (least === undefined || most === undefined) throw new Error('Expected warm scans to have been measured');
  const upper = warm.find((scan) => scan.apps >= apps) ?? most;
  const lower = warm.findLast((scan) => scan.apps <= apps) ?? least;
  if (upper.apps === lower.apps) return upper.cpuMs;
  const share = (apps - lower.apps) / (upper.apps - lower.apps);
  return lower.cpuMs + share * (upper.cpuMs - lower.cpuMs);
}

/** CPU of an app that is listened to, milliseconds. */
function busyCpuMs({ busy }: Measured): number {
  return busy.cpuMs / busy.apps;
}

/** One run that uses so much CPU, and asks Parameter Store so often. */
function billedMs(load: Load, cpu: number, pages: number): number {
  const asking = 2 * HEROKU_MS + (load === 'busy' ? LISTENING_MS : 0);
  return pages * SSM_PAGE_MS + asking + cpu / CORE_SHARE;
}

function use(apps: number, load: Load, measured: Measured): Use {
  const dynoBytes = apps * DYNOS_PER_APP * (lineBytes('DynoSize') + LINE_OVERHEAD_BYTES);
  const endBytes = lineBytes('ScanDone') + LINE_OVERHEAD_BYTES + PLATFORM_BYTES;
  if (apps <= ALONE_UP_TO) {
    const cpu = load === 'busy' ? apps * busyCpuMs(measured) : cpuMs(apps, measured);
    const billed = billedMs(load, cpu, Math.ceil(apps / APPS_PER_PAGE) + 1);
    return {
      gbSeconds: (SCANS_A_MONTH * billed * MEMORY_GB) / 1000,
      invocations: SCANS_A_MONTH,
      logBytes: SCANS_A_MONTH * (dynoBytes + endBytes),
      busEvents: SCANS_A_MONTH,
      sqsRequests: 0,
    };
  }
  const batches = apps / APPS_IN_BATCH;
  const { queue } = measured;
  const listing = (apps / APPS_PER_PAGE) * SSM_PAGE_MS + queue.sendingCpuMs / CORE_SHARE;
  // Each time other apps: a batch's function is taken to remember none of them.
  const appCpu = load === 'busy' ? busyCpuMs(measured) : queue.workersCpuMs / queue.apps;
  const batch = billedMs(load, APPS_IN_BATCH * appCpu, 1);
  return {
    gbSeconds: (SCANS_A_MONTH * (listing + batches * batch) * MEMORY_GB) / 1000,
    invocations: SCANS_A_MONTH * (1 + batches),
    logBytes: SCANS_A_MONTH * (dynoBytes + endBytes * (1 + batches)),
    busEvents: SCANS_A_MONTH * (1 + batches),
    // Sent, received, deleted; and asked for in vain.
    sqsRequests: SCANS_A_MONTH * batches * 3 + POLLS_A_MONTH,
  };
}

/** A month, item by item. */
export function month(apps: number, load: Load, measured: Measured): Item[] {
  const { gbSeconds, invocations, logBytes, busEvents, sqsRequests } = use(apps, load, measured);
  const logsGb = logBytes / 1e9;
  const restarts = apps * RESTARTS_PER_APP_A_DAY * 30;
  const alarms = ALARMS + (apps > ALONE_UP_TO ? 1 : 0);
  const item = (what: string, amount: number, price: number, free = 0): Item => ({
    what,
    dollars: amount * price,
    beyondFree: Math.max(0, amount - free) * price,
  });
  return [
    item('Scheduler', SCANS_A_MONTH, PRICES.schedulerInvocation, FREE.schedulerInvocations),
    item('Lambda, time', gbSeconds, PRICES.lambdaGbSecondArm, FREE.lambdaGbSeconds),
    item('Lambda, requests', invocations, PRICES.lambdaRequest, FREE.lambdaRequests),
    item('CloudWatch Logs', logsGb, PRICES.logsGb + PRICES.logsGbMonth, FREE.logsGb),
    item('EventBridge', busEvents, PRICES.busEvent),
    item('DynamoDB', restarts, READS * PRICES.dynamoRead + WRITES * PRICES.dynamoWrite),
    item('SQS', sqsRequests, PRICES.sqsRequest, FREE.sqsRequests),
    item('Alarms', alarms, PRICES.alarmMonth, FREE.alarms),
  ];
}

const ALARMS_ITEM = 'Alarms';

/** What it costs to run; the alarms are counted apart, for they can be done without. */
export function runningCost(items: readonly Item[], field: 'dollars' | 'beyondFree' = 'dollars'): number {
  return items.filter(({ what }) => what !== ALARMS_ITEM).reduce((sum, item) => sum + item[field], 0);
}

/** Bytes of a line, as the function really writes it. */
function lineBytes(event: 'DynoSize' | 'ScanDone'): number {
  let bytes = 0;
  const log = new EventLog({
    now: () => Date.UTC(2026, 10, 1),
    write: (line) => {
      bytes = Buffer.byteLength(line);
    },
  });
  if (event === 'DynoSize') {
    log.emit({
      ...{ event, app: 'a-usual-name', process: 'web.1', dyno: 'd72a0fcf-23c8-4919-b268-d0656f7b4d6d' },
      ...{ size: 481.5, units: 'MB', swap: 0, quota: 512 },
    });
  } else {
    log.emit({
      ...{ event, apps: 10, dynos: 20, restarts: 0, spared: 0, failures: 0, durationMs: 640 },
      ...{ herokuRequests: 2, herokuRequestsLeft: 4498, batches: undefined },
    });
  }
  return bytes;
}

const dollars = (amount: number) => (amount < 0.005 ? '0.00' : amount.toFixed(2));

function table(load: Load, measured: Measured): string {
  const months = APPS.map((apps) => month(apps, load, measured));
  const names = months[0]?.map(({ what }) => what) ?? [];
  const row = (name: string, cells: readonly string[]) => `| ${[name, ...cells].join(' | ')} |`;
  const running = names.filter((name) => name !== ALARMS_ITEM);
  const cell = (name: string) =>
    months.map((items) => dollars(items.find(({ what }) => what === name)?.dollars ?? 0));
  return [
    row(
      load,
      APPS.map((apps) => `${apps.toLocaleString('en')} app${apps === 1 ? '' : 's'}`),
    ),
    row(
      '---',
      APPS.map(() => '--:'),
    ),
    ...running.map((name) => row(name, cell(name))),
    row(
      '**to run it, a month**',
      months.map((items) => `**${dollars(runningCost(items))}**`),
    ),
    row(
      'the same, beyond what is free',
      months.map((items) => dollars(runningCost(items, 'beyondFree'))),
    ),
    row('alarms, of which ten are free', cell(ALARMS_ITEM)),
  ].join('\n');
}

export function costsPage(measured: Measured): string {
  const ten = month(10, 'quiet', measured);
  const bus = ten.find(({ what }) => what === 'EventBridge')?.dollars ?? 0;
  return `# What it costs

Dollars a month in us-east-1, by the public prices of November 2026 and by what was measured on
${measured.at.slice(0, 10)} (docs/scale.md). \`npm run bench -- costs\` computes this page anew.

${table('quiet', measured)}

A quiet app's log tells of all of its dynos at once. A busy one, at more than some 75 lines a second, has to be
listened to for most of half a minute each minute, all busy ones at the same time: so it is the first busy app
that costs most, and each of the others little.

${table('busy', measured)}

To compare: a Heroku dyno that runs a watcher instead costs ${WATCHERS.map(([name, price]) => `${price} as ${name}`).join(', ')}.

## What is assumed

- A scan each minute, ${SCANS_A_MONTH.toLocaleString('en')} a month, at 256 MB on arm64, which is ${CORE_SHARE.toFixed(3)} of a core. Billed is the
  CPU that was measured at that share, and all waiting on top: ${HEROKU_MS} ms for an answer of Heroku's, ${SSM_PAGE_MS} ms for ten
  parameters, and ${LISTENING_MS / 1000} s of listening where an app is busy.
- ${DYNOS_PER_APP} dynos an app, and a restart of one of them each day. Each dyno's size is a line in the log, each scan two or
  three more, kept for a month.
- More than ${ALONE_UP_TO.toLocaleString('en')} apps go through the queue (\`fanOutAbove\`), ${APPS_IN_BATCH} to a batch.
- One event a scan goes to the event bus, which is ${dollars(bus)} a month, and the one thing that is not free within the
  free tier: \`-c eventBusName=off\` does without.
- Parameter Store is free for 10,000 standard parameters.
- What is free is free for ever, and shared with all else in the account. Alarms are listed apart: they are 0.10 each
  where other things have used up the ten.
`;
}

export function writeCostsPage(measured: Measured): void {
  writeFileSync(new URL('../../docs/costs.md', import.meta.url), costsPage(measured));
}
