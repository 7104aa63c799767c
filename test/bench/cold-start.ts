/**
 * What Lambda bills for: the start of the function, its first scan and its next, and the memory that it takes,
 * beside a handler that does nothing. By Lambda's own runtime client, with everything outside the function in
 * another process. A scan is of ten apps with ten dynos and a history of 1,500 lines each.
 *
 * The cases take turns, so that whatever else the machine does hits them alike; medians are compared.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Sandbox } from '../e2e/lambda.ts';
import { installRuntimeClient } from '../e2e/tools.ts';
import { median, type Row } from './table.ts';

const RUNS = 9;
const BUNDLE = 'dist/scan';
const LARGEST_BUNDLE = 450_000;
const MOST_MEMORY_MB = 128;

/** One way to start a sandbox, and how it went each time. */
interface Case {
  readonly codeFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly starts: Start[];
}

/** Milliseconds and megabytes. */
interface Start {
  /** From the start of the process until it asks for work. */
  readonly init: number;
  /** From the start of the process to the first answer. */
  readonly cold: number;
  readonly warm: number;
  readonly memory: number;
}

export async function benchColdStart(): Promise<Row[]> {
  const runtimeClient = await installRuntimeClient();
  const emptyFolder = await mkdtemp(join(tmpdir(), 'whacamole-bench-'));
  const world = spawn(process.execPath, ['test/bench/cold-start-world.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await writeFile(join(emptyFolder, 'index.mjs'), 'export const handler = async () => ({});\n');
    const [line] = await once(createInterface({ input: world.stdout }), 'line');
    const environment: Record<string, string> = JSON.parse(line);
    const codeFolder = resolve(BUNDLE);
    const empty: Case = { codeFolder: emptyFolder, environment: {}, starts: [] };
    const quiet: Case = { codeFolder, environment, starts: [] };
    const busy: Case = {
      codeFolder,
      environment: { ...environment, PARAMETER_PREFIX: '/busy' },
      starts: [],
    };
    for (let run = 0; run < RUNS; run++) {
      for (const one of [empty, quiet, busy]) one.starts.push(await start(runtimeClient, one));
    }
    const { size } = await stat(join(BUNDLE, 'index.mjs'));
    return [
      {
        what: 'bundle',
        value: `${(size / 1000).toFixed(0)} kB`,
        ratios: [[`${LARGEST_BUNDLE / 1000} kB`, size / LARGEST_BUNDLE, '']],
      },
      row('cold start, until the function is loaded', 'init', quiet, empty),
      row('cold start, to the first answer: ten apps', 'cold', quiet, empty),
      row('the same, every dyno over its threshold', 'cold', busy, empty),
      row('warm scan of ten apps', 'warm', quiet, empty),
      memoryRow('peak memory, ten apps', quiet, empty),
      memoryRow('the same, every dyno over its threshold', busy, empty),
    ];
  } finally {
    world.kill();
    await rm(emptyFolder, { recursive: true, force: true });
  }
}

function row(what: string, field: 'init' | 'cold' | 'warm', of: Case, empty: Case): Row {
  const value = medianOf(field, of);
  return {
    what,
    value: `${value.toFixed(0)} ms`,
    ratios: [['(d) an empty handler', value / medianOf(field, empty), 'its time']],
  };
}

function memoryRow(what: string, of: Case, empty: Case): Row {
  const value = medianOf('memory', of);
  return {
    what,
    value: `${value.toFixed(0)} MB`,
    ratios: [
      ['(d) an empty handler', value / medianOf('memory', empty), 'its memory'],
      [`${MOST_MEMORY_MB} MB`, value / MOST_MEMORY_MB, ''],
    ],
  };
}

function medianOf(field: keyof Start, { starts }: Case): number {
  return median(starts.map((one) => one[field]));
}

/** A sandbox of its own, for two scans. */
async function start(runtimeClient: string, { codeFolder, environment }: Case): Promise<Start> {
  const sandbox = await Sandbox.start({
    ...{ codeFolder, environment, runtimeClient },
    ...{ functionName: 'bench', handler: 'index.handler', timeoutSeconds: 55, memoryMb: 256 },
  });
  try {
    const durations: number[] = [];
    for (let scan = 0; scan < 2; scan++) {
      const { error, durationMs } = await sandbox.invoke();
      if (error !== undefined) throw new Error(`A scan failed: ${error.errorMessage}\n${sandbox.output}`);
      durations.push(durationMs);
    }
    const [first = Number.NaN, warm = Number.NaN] = durations;
    return { init: sandbox.initMs, cold: sandbox.initMs + first, warm, memory: sandbox.peakMb() };
  } finally {
    await sandbox.stop();
  }
}
