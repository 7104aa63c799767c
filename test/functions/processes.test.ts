/**
 * The bundle in twenty processes at once, as twenty sandboxes of Lambda would run it: real processes, real time,
 * nothing in common but the table. Each is started once and runs a scan whenever it is told to.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { startWorld, type World } from '../../infra/local/world.ts';
import { watch } from '../secrets/watch.ts';

const PROCESSES = 20;
const ROUNDS = 10;
const TEN_MINUTES = 600_000;

const RUNNER = `
  import { createInterface } from 'node:readline';
  const { handler } = await import(process.argv[1]);
  process.stdout.write('ready\\n');
  for await (const _ of createInterface({ input: process.stdin })) {
    await handler({}, { getRemainingTimeInMillis: () => 55_000 }).catch((error) => console.log(String(error)));
    process.stdout.write('ready\\n');
  }
`;

describe('twenty processes that run the bundle at once', () => {
  const clock = new VirtualClock({ start: Date.now() - TEN_MINUTES });
  let world: World;
  let runners: Runner[];

  beforeAll(async () => {
    world = await startWorld({ clock });
    runners = Array.from({ length: PROCESSES }, () => new Runner(world.environment));
    await Promise.all(runners.map((runner) => runner.ready()));
  });
  afterAll(async () => {
    for (const runner of runners) runner.stop();
    await world.close();
  });

  it('restart a dyno that is over its threshold once, ten times out of ten', {
    timeout: 120_000,
  }, async () => {
    const names = Array.from({ length: ROUNDS }, (_, index) => `round-${index}`);
    for (const name of names) {
      world.heroku.addApp(name).scale('web', 2, (index) => ({ baseMb: index === 1 ? 600 : 300 }));
    }
    clock.advance(TEN_MINUTES);
    const stop = clock.run(1);
    for (const name of names) {
      world.configure(name);
      const outputs = await Promise.all(runners.map((runner) => runner.scan()));
      world.parameters.delete(`/whacamole/apps/${name}`);
      expect(world.heroku.restarts.filter(({ app }) => app === name)).toHaveLength(1);
      expect(outputs.filter((lines) => lines.some((line) => line.includes('"ScanDone"')))).toHaveLength(
        PROCESSES,
      );
    }
    stop();
    const deletes = world.heroku.requests.filter(({ method }) => method === 'DELETE');
    expect(deletes.map(({ path }) => path)).toEqual(names.map((name) => `/apps/${name}/dynos/web.1`));
  });
});

class Runner {
  readonly #child: ChildProcess;
  #lines: string[] = [];
  #waiting: PromiseWithResolvers<string[]> = Promise.withResolvers();

  constructor(environment: Readonly<Record<string, string>>) {
    const bundle = new URL('../../dist/scan/index.mjs', import.meta.url).href;
    this.#child = spawn(process.execPath, ['--input-type=module', '--eval', RUNNER, bundle], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('The child has no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line !== 'ready') {
        this.#lines.push(watch(line));
        return;
      }
      this.#waiting.resolve(this.#lines);
      this.#lines = [];
    });
    this.#child.once('exit', (code) => this.#waiting.reject(new Error(`A process ended with ${code}`)));
  }

  ready(): Promise<string[]> {
    return this.#waiting.promise;
  }

  /** Resolves to the lines that the scan wrote. */
  scan(): Promise<string[]> {
    this.#waiting = Promise.withResolvers();
    this.#child.stdin?.write('scan\n');
    return this.#waiting.promise;
  }

  stop(): void {
    this.#waiting.promise.catch(() => undefined);
    this.#child.kill('SIGKILL');
  }
}
