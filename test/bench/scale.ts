/**
 * `npm run bench -- scale`: from one app to ten thousand. One function scans up to a thousand by itself; ten
 * thousand go through the queue, with workers as processes. Prints the tables of docs/scale.md.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { overOf } from './scale-fleet.ts';
import type { Taken } from './scale-function.ts';

const ALONE = [1, 10, 100, 1000] as const;
const THROUGH_QUEUE = 10_000;
const WORKERS = 8;
const APPS_IN_BATCH = 100;
const MEMORY_MB = 256;
/** As Lambda's own start of Node does: a tenth of the memory for what is new, and the rest for what has stayed. */
const NODE = [
  `--max-semi-space-size=${Math.floor(MEMORY_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`,
];
const SCANS = 2;

interface Asked {
  readonly requests: number;
  readonly restarted: number;
  readonly twice: number;
}

class World {
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    environment: Record<string, string>,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.environment = environment;
  }

  static async start(apps: number): Promise<World> {
    const child = spawn(process.execPath, ['test/bench/scale-world.ts', String(apps)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value = '{}' } = await lines.next();
    return new World(child, lines, JSON.parse(value));
  }

  /** For whoever scans, and sends nothing on. */
  get withoutQueue(): Readonly<Record<string, string>> {
    const { BATCH_QUEUE_URL: _, ...environment } = this.environment;
    return environment;
  }

  /** What was asked of Heroku since it was asked last. */
  async asked(): Promise<Asked> {
    this.#child.stdin?.write('\n');
    return JSON.parse((await this.#lines.next()).value);
  }

  stop(): void {
    this.#child.kill();
  }
}

function startFunction(role: 'scan' | 'batch', environment: Readonly<Record<string, string>>): ChildProcess {
  const child = fork('test/bench/scale-function.ts', [role], {
    env: { ...process.env, ...environment },
    execArgv: NODE,
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  });
  // Otherwise its next answer would be waited for, for ever.
  child.once('exit', (code) => {
    if (code !== null && code !== 0) process.exit(1);
  });
  return child;
}

async function invoke(child: ChildProcess): Promise<Taken> {
  child.stdin?.write('\n');
  const [taken] = await once(child, 'message');
  return taken;
}

export async function benchScale(): Promise<void> {
  console.log(`| apps | scan | wall s | CPU ms | CPU ms/app | peak MB | Heroku requests/app | restarted |`);
  console.log('| --: | --- | --: | --: | --: | --: | --: | --- |');
  for (const apps of ALONE) await scanAlone(apps);
  console.log('');
  await scanThroughQueue();
}

/** A cold scan and a warm one, by one function. */
async function scanAlone(apps: number): Promise<void> {
  const world = await World.start(apps);
  const child = startFunction('scan', world.withoutQueue);
  try {
    for (let scan = 1; scan <= SCANS; scan++) {
      const { wallMs, cpuMs, peakMb } = await invoke(child);
      const { requests, restarted, twice } = await world.asked();
      const cells = [
        ...[apps, scan === 1 ? 'cold' : 'warm', (wallMs / 1000).toFixed(1), cpuMs.toFixed(0)],
        ...[(cpuMs / apps).toFixed(1), peakMb.toFixed(0), (requests / apps).toFixed(2)],
        `${restarted} of ${overOf(apps)}${twice > 0 ? `, ${twice} of them TWICE` : ', each once'}`,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    child.kill();
    world.stop();
  }
}

/** Ten thousand apps: one function lists and sends, the workers scan. */
async function scanThroughQueue(): Promise<void> {
  const apps = THROUGH_QUEUE;
  const world = await World.start(apps);
  const scan = startFunction('scan', { ...world.environment, FAN_OUT_ABOVE: '1000' });
  const workers = Array.from({ length: WORKERS }, () => startFunction('batch', world.withoutQueue));
  try {
    const batches: Taken[] = [];
    const startedAt = performance.now();
    const all = new Promise<number>((resolve) => {
      for (const worker of workers) {
        worker.on('message', (taken: Taken) => {
          batches.push(taken);
          if (batches.length === apps / APPS_IN_BATCH) resolve(performance.now() - startedAt);
        });
      }
    });
    const sent = await invoke(scan);
    const wallMs = await all;
    const { requests, restarted, twice } = await world.asked();
    const cpuMs = batches.reduce((sum, one) => sum + one.cpuMs, 0);
    const rows: [string, string][] = [
      ['apps, batches, workers', `${apps}, ${batches.length}, ${WORKERS}`],
      ['until the last batch was sent', `${(sent.wallMs / 1000).toFixed(1)} s`],
      ['until the last batch was scanned', `${(wallMs / 1000).toFixed(1)} s`],
      ['CPU of the scan, and its peak memory', `${sent.cpuMs.toFixed(0)} ms, ${sent.peakMb.toFixed(0)} MB`],
      ['CPU of the workers', `${cpuMs.toFixed(0)} ms, ${(cpuMs / apps).toFixed(1)} ms an app`],
      ['longest batch', `${(Math.max(...batches.map((one) => one.wallMs)) / 1000).toFixed(1)} s`],
      ['peak memory of a worker', `${Math.max(...batches.map((one) => one.peakMb)).toFixed(0)} MB`],
      ['Heroku requests an app', (requests / apps).toFixed(2)],
      [
        'restarted',
        `${restarted} of ${overOf(apps)}${twice > 0 ? `, ${twice} of them TWICE` : ', each once'}`,
      ],
    ];
    console.log('| through the queue | |\n| --- | --- |');
    for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
    if (restarted !== overOf(apps) || twice > 0) process.exitCode = 1;
  } finally {
    for (const worker of workers) worker.kill();
    scan.kill();
    world.stop();
  }
}
