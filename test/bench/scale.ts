/**
 * `npm run bench -- scale`: from one app to ten thousand. One function scans up to a thousand by itself; ten
 * thousand go through the queue, with workers as processes. Writes the tables of docs/scale.md, and keeps the figures
 * for docs/costs.md.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { keepMeasured, type Measured, type MeasuredScan } from './measured.ts';
import { overOf } from './scale-fleet.ts';
import type { Taken } from './scale-function.ts';
import { scaleTables, writeScalePage } from './scale-tables.ts';

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
/** Until the code is warm: the first scan is told, and the last. */
const scansOf = (apps: number) => (apps > 100 ? 3 : 12);

interface Asked {
  readonly requests: number;
  readonly restarted: number;
  readonly twice: number;
}

/** A process of everything outside the functions. */
class Neighbour {
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

  static async start(file: string, apps: number): Promise<Neighbour> {
    const child = spawn(process.execPath, [file, String(apps)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value = '{}' } = await lines.next();
    return new Neighbour(child, lines, JSON.parse(value));
  }

  /** What it answers to a line. */
  async asked(): Promise<Asked> {
    this.#child.stdin?.write('\n');
    return JSON.parse((await this.#lines.next()).value);
  }

  stop(): void {
    this.#child.kill();
  }
}

interface World {
  readonly environment: Readonly<Record<string, string>>;
  /** For whoever scans, and sends nothing on. */
  readonly withoutQueue: Readonly<Record<string, string>>;
  /** What was asked of Heroku since it was asked last. */
  asked(): Promise<Asked>;
  stop(): void;
}

async function startWorld(apps: number): Promise<World> {
  const heroku = await Neighbour.start('test/bench/scale-heroku.ts', apps);
  const aws = await Neighbour.start('test/bench/scale-aws.ts', apps);
  const environment = { ...aws.environment, ...heroku.environment };
  const { BATCH_QUEUE_URL: _, ...withoutQueue } = environment;
  return {
    ...{ environment, withoutQueue },
    asked: () => heroku.asked(),
    stop() {
      heroku.stop();
      aws.stop();
    },
  };
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
  const alone: MeasuredScan[] = [];
  for (const apps of ALONE) alone.push(...(await scanAlone(apps)));
  const queue = await scanThroughQueue();
  const [cpu] = cpus();
  const measured: Measured = {
    at: new Date().toISOString(),
    machine: `${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, Node ${process.version}`,
    ...{ alone, queue },
  };
  keepMeasured(measured);
  writeScalePage(measured);
  console.log(scaleTables(measured));
  const wrong = [...alone, queue].filter(
    ({ apps, restarted, twice }) => restarted !== overOf(apps) || twice > 0,
  );
  if (wrong.length > 0) process.exitCode = 1;
}

/** The first scan of a function, and one that it makes when it is warm. */
async function scanAlone(apps: number): Promise<MeasuredScan[]> {
  const world = await startWorld(apps);
  const child = startFunction('scan', world.withoutQueue);
  const scans: MeasuredScan[] = [];
  try {
    const last = scansOf(apps);
    for (let scan = 1; scan <= last; scan++) {
      const { wallMs, cpuMs, peakMb } = await invoke(child);
      const { requests, restarted, twice } = await world.asked();
      const requestsPerApp = requests / apps;
      if (scan > 1 && scan < last) continue;
      scans.push({ apps, cold: scan === 1, wallMs, cpuMs, peakMb, requestsPerApp, restarted, twice });
    }
    return scans;
  } finally {
    child.kill();
    world.stop();
  }
}

/** Ten thousand apps: one function lists and sends, the workers scan. */
async function scanThroughQueue(): Promise<Measured['queue']> {
  const apps = THROUGH_QUEUE;
  const world = await startWorld(apps);
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
    const scannedMs = await all;
    const { requests, restarted, twice } = await world.asked();
    return {
      ...{ apps, batches: batches.length, workers: WORKERS },
      ...{ sentMs: sent.wallMs, sendingCpuMs: sent.cpuMs, sendingPeakMb: sent.peakMb, scannedMs },
      workersCpuMs: batches.reduce((sum, one) => sum + one.cpuMs, 0),
      longestBatchMs: Math.max(...batches.map(({ wallMs }) => wallMs)),
      workerPeakMb: Math.max(...batches.map(({ peakMb }) => peakMb)),
      ...{ requestsPerApp: requests / apps, restarted, twice },
    };
  } finally {
    for (const worker of workers) worker.kill();
    scan.kill();
    world.stop();
  }
}
