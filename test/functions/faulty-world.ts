/**
 * A world in which one service fails, each app in a way of its own but `well`. All of them have a dyno over its
 * threshold. What one app cannot have alone, all have.
 *
 * What surprises: the SDK's clients read their endpoints from the process's environment, of which there is one.
 * For worlds that exist at the same time, each has its own on top.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHandler } from '../../functions/scan.ts';
import type { World } from '../../infra/local/world.ts';
import {
  askRight,
  type Fault,
  type FaultyRequest,
  type FaultyServer,
  type FaultyServerOptions,
  startFaultyServer,
} from './faulty-server.ts';
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
  /** The state of each app's claim in the table: `claimed`, `done`. */
  readonly claims: ReadonlyMap<unknown, unknown>;
  /** Which apps the fault has reached. */
  readonly struck: ReadonlySet<string>;
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

/** Whether all apps have this fault, for none can have it alone. */
export function isEverybodys(service: Service, fault: Fault): boolean {
  return service === 'SSM' || service === 'EventBridge' || 'url' in fault || 'instead' in fault;
}

/** One scan, in so much time; afterwards its world is gone. */
export type PreparedScan = (remainingMs: number) => Promise<FaultyScan>;

/**
 * A world of its own for one scan.
 *
 * @param faults by app; `well` is added, without one
 */
export function prepareScan(service: Service, faults: ReadonlyMap<string, Fault>): Promise<PreparedScan> {
  const own = {};
  return environments.run(own, async () => {
    const scene = await startScene(async () => createHandler);
    addApps(scene, [...faults.keys(), 'well']);
    const faulty = await startFaultyServer({ faults, ...between(service, faults, scene.world) });
    const closing = [scene.world, faulty];
    const environment: Record<string, string> = { [VARIABLES[service]]: faulty.url };
    if (service === 'EventBridge') environment.EVENT_BUS_NAME = 'bus';
    if (service === 'log URL') {
      const front = await startFront(scene.world, faults, faulty.url);
      closing.push(front);
      environment.HEROKU_API_URL = front.url;
    }
    Object.assign(process.env, environment);
    const scan = (remainingMs: number) =>
      scanOnce(scene, faulty, environment, remainingMs).finally(() =>
        Promise.all(closing.map((one) => one.close())),
      );
    return (remainingMs: number) => environments.run(own, () => scan(remainingMs));
  });
}

async function scanOnce(
  scene: Scene,
  faulty: FaultyServer,
  environment: Record<string, string>,
  remainingMs: number,
): Promise<FaultyScan> {
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
    claims: new Map(
      items.filter(({ process: name }) => name === 'web.1').map(({ app, state }) => [app, state]),
    ),
    struck: faulty.struck,
    sentBytes: faulty.sentBytes,
    grownBytes: largest - before,
  };
}

function addApps({ heroku, world, clock }: Scene, apps: readonly string[]): void {
  for (const name of apps) {
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

/** The requests that fail, and whose they are. */
const OF_APP = {
  'log-session': /^POST \/apps\/([^/]+)\/log-sessions$/,
  dynos: /^GET \/apps\/([^/]+)\/dynos$/,
  restart: /^DELETE \/apps\/([^/]+)\/dynos\/web\.1$/,
} as const;

const appIn = (pattern: RegExp, { method, path }: FaultyRequest) => pattern.exec(`${method} ${path}`)?.[1];

/** Whose request it is, and who knows the right answer. */
function between(
  service: Service,
  faults: ReadonlyMap<string, Fault>,
  { environment }: World,
): Omit<FaultyServerOptions, 'faults'> {
  const rightFrom = (variable: string) => (request: FaultyRequest) =>
    askRight(environment[variable] ?? '', request);
  const [everybody] = faults.keys();
  switch (service) {
    case 'log-session':
    case 'dynos':
    case 'restart':
      return {
        appOf: (request) => appIn(OF_APP[service], request),
        right: rightFrom('HEROKU_API_URL'),
      };
    case 'log URL':
      return {
        appOf: ({ path }) => path.split('/')[1],
        right: ({ path, ...request }) =>
          rightFrom('HEROKU_API_URL')({ ...request, path: path.slice(path.indexOf('/', 1)) }),
      };
    case 'SSM':
      return { appOf: () => everybody, right: rightFrom('AWS_ENDPOINT_URL_SSM') };
    case 'DynamoDB':
      return {
        appOf: ({ body }) => [...faults.keys()].find((app) => body.includes(`"${app}"`)),
        right: rightFrom('AWS_ENDPOINT_URL_DYNAMODB'),
      };
    case 'EventBridge':
      return {
        appOf: () => everybody,
        right: async () => ({ status: 200, headers: {}, body: '{"FailedEntryCount":0,"Entries":[]}' }),
      };
    default:
      return service satisfies never;
  }
}

/** The Platform API, but that the logs of all apps with a fault are elsewhere: `<log URL>/<app>/…`. */
function startFront({ environment }: World, faults: ReadonlyMap<string, Fault>, logUrl: string) {
  const { HEROKU_API_URL = '' } = environment;
  const elsewhere = (app: string): Fault => ({
    alter: (answer) => ({ ...answer, body: answer.body.replaceAll(HEROKU_API_URL, `${logUrl}/${app}`) }),
  });
  return startFaultyServer({
    faults: new Map([...faults.keys()].map((app) => [app, elsewhere(app)])),
    appOf: (request) => appIn(OF_APP['log-session'], request),
    right: (request) => askRight(HEROKU_API_URL, request),
  });
}
