/**
 * A world in which one thing fails in one way. Two apps have a dyno over its threshold, `sick` and `well`. The
 * fault is of what is asked for `sick`, wherever one app can have it alone.
 *
 * What surprises: the SDK's clients read their endpoints from the process's environment, of which there is one.
 * For worlds that exist at the same time, each has its own on top.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHandler } from '../../functions/scan.ts';
import type { World } from '../../infra/local/world.ts';
import { askRight, type Fault, type FaultyServerOptions, startFaultyServer } from './faulty-server.ts';
import { type ScanRecord, type Scene, startScene } from './scene.ts';

export const SERVICES = [
  'log-session',
  'dynos',
  'restart',
  'log URL',
  'SSM',
  'DynamoDB',
  'EventBridge',
] as const;
export type Service = (typeof SERVICES)[number];

export interface FaultyScan {
  readonly record: ScanRecord;
  /** Whether the handler settled before its remaining time was over. */
  readonly inTime: boolean;
  /** What Heroku has restarted: `well web.1`. */
  readonly restarted: readonly string[];
  /** The state of its claim in the table: `claimed`, `done`; undefined where there is none. */
  readonly claimOfSick: unknown;
  readonly struck: number;
  readonly sentBytes: number;
  /** By how much the process was larger at its largest, in physical memory. */
  readonly grownBytes: number;
}

const environments = new AsyncLocalStorage<Record<string, string>>();
const processEnvironment = process.env;

export function giveEachItsEnvironment(): void {
  process.env = new Proxy(processEnvironment, {
    get: (target, name) => environments.getStore()?.[String(name)] ?? Reflect.get(target, name),
    set: (target, name, value) => Reflect.set(environments.getStore() ?? target, name, value),
  });
}

export function takeEnvironmentsBack(): void {
  process.env = processEnvironment;
}

/** One scan of a world of its own, in so much time. */
export function scanAgainst(service: Service, fault: Fault, remainingMs: number): Promise<FaultyScan> {
  return environments.run({}, async () => {
    const scene = await startScene(async () => createHandler);
    addApps(scene);
    const closing: (() => Promise<void>)[] = [() => scene.world.close()];
    try {
      const faulty = await startFaultyServer({ fault, ...between(service, scene.world) });
      closing.push(() => faulty.close());
      const environment: Record<string, string> = { [VARIABLES[service]]: faulty.url };
      if (service === 'EventBridge') environment.EVENT_BUS_NAME = 'bus';
      if (service === 'log URL') {
        const front = await startFront(scene.world, faulty.url);
        closing.push(() => front.close());
        environment.HEROKU_API_URL = front.url;
      }
      Object.assign(process.env, environment);
      const before = process.memoryUsage.rss();
      let largest = before;
      const watching = setInterval(() => {
        largest = Math.max(largest, process.memoryUsage.rss());
      }, 20);
      // Set before the scan's own limits are: that one comes first does not depend on how busy the machine is.
      let over = false;
      const startedAt = performance.now();
      const timer = setTimeout(() => {
        over = true;
      }, remainingMs);
      const record = await scene.coldScan(environment, remainingMs);
      // A function that keeps the machine busy beyond its time would keep the timer waiting, too.
      const inTime = !over && performance.now() - startedAt < 2 * remainingMs;
      clearTimeout(timer);
      clearInterval(watching);
      const items = await scene.world.table.items();
      return {
        record,
        inTime,
        restarted: scene.heroku.restarts.map(({ app, process: name }) => `${app} ${name}`),
        claimOfSick: items.find((item) => item.app === 'sick' && item.process === 'web.1')?.state,
        struck: faulty.struck,
        sentBytes: faulty.sentBytes,
        grownBytes: largest - before,
      };
    } finally {
      await Promise.all(closing.map((close) => close()));
    }
  });
}

function addApps({ heroku, world, clock }: Scene): void {
  for (const name of ['sick', 'well']) {
    heroku.addApp(name).scale('web', 2, (index) => ({ baseMb: index === 1 ? 600 : 300 }));
    world.configure(name);
  }
  clock.advance(600_000);
}

const VARIABLES: Readonly<Record<Service, string>> = {
  'log-session': 'HEROKU_API_URL',
  dynos: 'HEROKU_API_URL',
  restart: 'HEROKU_API_URL',
  'log URL': 'LOG_URL',
  SSM: 'AWS_ENDPOINT_URL_SSM',
  DynamoDB: 'AWS_ENDPOINT_URL_DYNAMODB',
  EventBridge: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
};

const OF_SICK = {
  'log-session': 'POST /apps/sick/log-sessions',
  dynos: 'GET /apps/sick/dynos',
  restart: 'DELETE /apps/sick/dynos/web.1',
} as const;

/** What is struck, and who knows the right answer. */
function between(service: Service, { environment }: World): Omit<FaultyServerOptions, 'fault'> {
  const rightFrom = (variable: string) => (request: Parameters<typeof askRight>[1]) =>
    askRight(environment[variable] ?? '', request);
  switch (service) {
    case 'log-session':
    case 'dynos':
    case 'restart':
      return {
        strikes: ({ method, path }) => `${method} ${path}` === OF_SICK[service],
        right: rightFrom('HEROKU_API_URL'),
      };
    case 'log URL':
      return { strikes: () => true, right: rightFrom('HEROKU_API_URL') };
    case 'SSM':
      return { strikes: () => true, right: rightFrom('AWS_ENDPOINT_URL_SSM') };
    case 'DynamoDB':
      return {
        strikes: ({ body }) => body.includes('"sick"'),
        right: rightFrom('AWS_ENDPOINT_URL_DYNAMODB'),
      };
    case 'EventBridge':
      return {
        strikes: () => true,
        right: async () => ({ status: 200, headers: {}, body: '{"FailedEntryCount":0,"Entries":[]}' }),
      };
    default:
      return service satisfies never;
  }
}

/** The Platform API, but that the log of `sick` is elsewhere. */
function startFront({ environment }: World, logUrl: string) {
  const { HEROKU_API_URL = '' } = environment;
  return startFaultyServer({
    fault: { alter: (answer) => ({ ...answer, body: answer.body.replaceAll(HEROKU_API_URL, logUrl) }) },
    strikes: ({ method, path }) => `${method} ${path}` === OF_SICK['log-session'],
    right: (request) => askRight(HEROKU_API_URL, request),
  });
}
