/**
 * A scene: the simulated Heroku, the parameters and the table on loopback, and the handler that runs in their
 * time. The same laws are tested on the sources and on the bundle, which differ in how they are loaded alone.
 */
import { pathToFileURL } from 'node:url';
import type { Context, Machine } from '../../functions/sandbox.ts';
import type { Handler } from '../../functions/scan.ts';
import type { SimulatedHerokuOptions } from '../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { WaitingClock } from '../../infra/local/waiting-clock.ts';
import { startWorld, type World } from '../../infra/local/world.ts';
import { watch } from '../secrets/watch.ts';

/** An event as it was written: one JSON object to a line. */
export type WrittenEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export interface ScanRecord {
  readonly events: readonly WrittenEvent[];
  /** What the handler resolved to. */
  readonly done: unknown;
  /** What it rejected with. */
  readonly error: Error | undefined;
  /** All that was written. */
  readonly output: string;
  /** The events of this name, and of this app where one is given. */
  of(name: string, app?: string): WrittenEvent[];
}

export type CreateHandler = (machine: Machine) => Handler;

/** How the handler can be loaded. */
export const LOADERS: readonly (readonly [name: string, load: () => Promise<CreateHandler>])[] = [
  ['the sources', async () => (await import('../../functions/scan.ts')).createHandler],
  [
    'the bundle',
    async () => {
      const bundle = pathToFileURL('dist/scan/index.mjs').href;
      return (await import(/* @vite-ignore */ bundle)).createHandler;
    },
  ],
];

const MINUTE = 60_000;

export class Scene {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly #create: CreateHandler;
  readonly #handler: Handler;
  #lines = '';

  constructor(clock: VirtualClock, world: World, create: CreateHandler) {
    this.clock = clock;
    this.world = world;
    this.#create = create;
    this.#handler = this.handler((line) => {
      this.#lines += line;
    });
  }

  get heroku() {
    return this.world.heroku;
  }

  /** Another handler, as a cold start or a concurrent run would have it. */
  handler(write: (line: string) => void, environment: Record<string, string> = {}): Handler {
    return this.#create({
      environment: { ...this.world.environment, ...environment },
      clock: new WaitingClock(this.clock, 60),
      write: (line) => write(watch(line)),
    });
  }

  /** One scan of the function that stays warm. */
  async scan(context: Context = { getRemainingTimeInMillis: () => 55_000 }): Promise<ScanRecord> {
    this.#lines = '';
    const result = await settle(this.#handler({}, context));
    return record(this.#lines, result);
  }

  /** One scan of a function that has just started. */
  async coldScan(environment: Record<string, string> = {}, remainingMs = 55_000): Promise<ScanRecord> {
    let lines = '';
    const handler = this.handler((line) => {
      lines += line;
    }, environment);
    const result = await settle(handler({}, { getRemainingTimeInMillis: () => remainingMs }));
    return record(lines, result);
  }

  /** A scan each minute, for so many minutes. */
  async scanMinutes(minutes: number): Promise<ScanRecord[]> {
    const records: ScanRecord[] = [];
    for (let minute = 0; minute < minutes; minute++) {
      const startedAt = this.clock.now();
      records.push(await this.scan());
      this.clock.advance(Math.max(0, startedAt + MINUTE - this.clock.now()));
    }
    return records;
  }

  advanceMinutes(minutes: number): void {
    this.clock.advance(minutes * MINUTE);
  }
}

/** Sets the stage. Ends by `close()` of its world. */
export async function startScene(
  load: () => Promise<CreateHandler>,
  options: Pick<SimulatedHerokuOptions, 'rateLimit'> = {},
): Promise<Scene> {
  const clock = new VirtualClock();
  const world = await startWorld({ clock, ...options });
  // The SDK's clients read their endpoints from the process alone.
  Object.assign(process.env, world.environment);
  return new Scene(clock, world, await load());
}

async function settle(promise: Promise<unknown>): Promise<{ done: unknown; error: Error | undefined }> {
  try {
    return { done: await promise, error: undefined };
  } catch (error) {
    return { done: undefined, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function record(output: string, result: { done: unknown; error: Error | undefined }): ScanRecord {
  const events: WrittenEvent[] = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return {
    ...result,
    events,
    output,
    of: (name, app) =>
      events.filter((event) => event.event === name && (app === undefined || event.app === app)),
  };
}
