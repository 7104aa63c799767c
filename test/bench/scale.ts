/**
 * `npm run bench -- scale`: from one app to ten thousand. One function scans up to a thousand by itself; ten
 * thousand go through the queue, with workers as processes. Writes the tables of docs/scale.md, and keeps the figures
 * for docs/costs.md.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { keepMeasured, type Load, type Measured, type MeasuredScan } from './measured.ts';
import { overOf } from './scale-fleet.ts';
import type { Taken } from './scale-function.ts';
import { scaleTables, writeScalePage } from './scale-tables.ts';

const ALONE = [1, 10, 100, 1000] as const;
/** Apps that must be listened to. */
const BUSY = 10;
const THROUGH_QUEUE = 10_000;
const WORKERS = 4;
const APPS_IN_BATCH = 100;
const MEMORY_MB = 256;
/** As Lambda's own start of Node does: a tenth of the memory for what is new, and the rest for what has stayed. */
const NODE = [
  `--max-semi-space-size=${Math.floor(MEMORY_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`,
];
const MINUTE_MS = 60_000;
/** Log sessions are opened anew in each fifth scan: so many of the last ones are a whole number of turns. */
const STEADY_SCANS = 10;
/** A function is warm for hours, and soon runs as fast as it will. */
const scansOf = (apps: number, load: Load) => (apps > 100 || load === 'busy' ? 20 : 60);

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

  static async start(file: string, ...args: readonly string[]): Promise<Neighbour> {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value = '{}' } = await lines.next();
    return new Neighbour(child, lines, JSON.parse(value));
  }

  /** What was asked of it since the last time; and it leaps on in time. */
  async asked(leapMs: number): Promise<Asked> {
    this.#child.stdin?.write(`${leapMs}\n`);
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
  /** What was asked of Heroku since the last time; and it leaps on in time. */
  asked(leapMs?: number): Promise<Asked>;
  stop(): void;
}

async function startWorld(apps: number, load: Load = 'quiet'): Promise<World> {
  const heroku = await Neighbour.start('test/bench/scale-heroku.ts', String(apps), load);
  const aws = await Neighbour.start('test/bench/scale-aws.ts', String(apps));
  const environment = { ...aws.environment, ...heroku.environment };
  const { BATCH_QUEUE_URL: _, ...withoutQueue } = environment;
  return {
    ...{ environment, withoutQueue },
    asked: (leapMs = 0) => heroku.asked(leapMs),
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

/** @param leapMs how much later than the time before */
async function invoke(child: ChildProcess, leapMs = 0): Promise<Taken> {
  child.stdin?.write(`${leapMs}\n`);
  const [taken] = await once(child, 'message');
  return taken;
}

export async function benchScale(): Promise<void> {
  const alone: MeasuredScan[] = [];
  for (const apps of ALONE) alone.push(...(await scanAlone(apps)));
  const [, busy] = await scanAlone(BUSY, 'busy');
  const queue = await scanThroughQueue();
  const [cpu] = cpus();
  const measured: Measured = {
    at: new Date().toISOString(),
    machine: `${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, Node ${process.version}`,
    ...{ alone, busy, queue },
  };
  keepMeasured(measured);
  writeScalePage(measured);
  console.log(scaleTables(measured));
  const wrong = [...alone, busy, queue].filter(
    ({ apps, restarted, twice }) => restarted !== overOf(apps) || twice > 0,
  );
  if (wrong.length > 0) process.exitCode = 1;
}

/** The first scan of a function, and what one comes to when it is warm: one follows the other after a minute. */
async function scanAlone(
  apps: number,
  load: Load = 'quiet',
): Promise<readonly [first: MeasuredScan, next: MeasuredScan]> {
  const world = await startWorld(apps, load);
  const child = startFunction('scan', world.withoutQueue);
  const scans: MeasuredScan[] = [];
  try {
    for (let scan = 1; scan <= scansOf(apps, load); scan++) {
      const { wallMs, cpuMs, peakMb } = await invoke(child, scan === 1 ? 0 : MINUTE_MS);
      const { requests, restarted, twice } = await world.asked(MINUTE_MS);
      const requestsPerApp = requests / apps;
      scans.push({ apps, cold: scan === 1, wallMs, cpuMs, peakMb, requestsPerApp, restarted, twice });
    }
  } finally {
    child.kill();
    world.stop();
  }
  const [first] = scans;
  const steady = scans.slice(-STEADY_SCANS);
  const last = steady.at(-1);
  if (first === undefined || last === undefined) throw new Error('Expected scans');
  const mean = (field: 'wallMs' | 'cpuMs' | 'requestsPerApp') =>
    steady.reduce((sum, scan) => sum + scan[field], 0) / steady.length;
  return [
    first,
    { ...last, wallMs: mean('wallMs'), cpuMs: mean('cpuMs'), requestsPerApp: mean('requestsPerApp') },
  ];
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
