/**
 * How long `replay` takes for a log of 100 MB on disk, beside reading that file and decoding it, which is the least
 * that anybody does who looks at a log with a program: the whole of it, or, quicker, one piece after the other, of
 * which none is kept. Each time in a process of its own, as a command is typed once: what is compiled on the way counts.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { median, type Row } from './table.ts';

const run = promisify(execFile);
const LOG_BYTES = 100e6;
const RUNS = 9;
const DYNOS = 8;
/** A sample of each dyno in so much time. */
const PERIOD_MS = 20_000;
const LIFE_MS = 6 * 3600_000;

const WHATS = ['replay', 'decode', 'stream'] as const;
type What = (typeof WHATS)[number];

const taken = z.object({ wallMs: z.number(), cpuMs: z.number() });
type Taken = z.infer<typeof taken>;

export async function benchReplay(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-bench-'));
  try {
    return [
      await bench(join(folder, 'busy.log'), '15 requests a second: a sample in 40 lines', 40),
      await bench(join(folder, 'usual.log'), 'a request a second: a sample in 5 lines', 5),
      await bench(join(folder, 'quiet.log'), 'a request in 2.5 seconds: a sample in 3 lines', 3),
      await bench(join(folder, 'idle.log'), 'not one request: a sample in 2 lines', 2),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bench(file: string, title: string, linesPerSample: number): Promise<Row> {
  await writeLog(file, linesPerSample);
  const runs: Record<What, Taken[]> = { replay: [], decode: [], stream: [] };
  for (let round = 0; round < RUNS; round++) {
    for (const what of WHATS) runs[what].push(await take(what, file));
  }
  const wallOf = (what: What) => median(runs[what].map(({ wallMs }) => wallMs));
  const cpuOf = (what: What) => median(runs[what].map(({ cpuMs }) => cpuMs));
  const wall = wallOf('replay');
  return {
    what: `replay of 100 MB, ${title}`,
    value: `${wall.toFixed(0)} ms`,
    ratios: [
      ['(e) reading and decoding the file', wall / wallOf('decode'), 'its time'],
      ['(e) reading and decoding the file', cpuOf('replay') / cpuOf('decode'), 'its CPU'],
      ['(f) decoding it as it comes', wall / wallOf('stream'), 'its time'],
    ],
  };
}

async function take(what: What, file: string): Promise<Taken> {
  const { stdout } = await run(process.execPath, ['test/bench/replay-process.ts', what, file]);
  return taken.parse(JSON.parse(stdout));
}

/** Dynos that grow, and are replaced every few hours. Heroku logs the load of each together with its memory. */
async function writeLog(path: string, linesPerSample: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    let text = '';
    let written = 0;
    for (let line = 0; written < LOG_BYTES; line++) {
      const sample = Math.floor(line / linesPerSample);
      const place = line % linesPerSample;
      const milliseconds = (line / linesPerSample) * (PERIOD_MS / DYNOS);
      const at = new Date(Date.UTC(2026, 0, 5) + milliseconds).toISOString().replace('Z', '123+00:00');
      if (place === 0) text += `${dynoSays(at, sample, milliseconds)} ${load(line)}\n`;
      else if (place === 1) text += `${dynoSays(at, sample, milliseconds)} ${memory(sample, milliseconds)}\n`;
      else text += routerLine(at, line);
      if (text.length > 4e6) {
        written += (await file.write(text)).bytesWritten;
        text = '';
      }
    }
  } finally {
    await file.close();
  }
}

function dynoSays(at: string, sample: number, milliseconds: number): string {
  const number = (sample % DYNOS) + 1;
  const life = Math.floor(milliseconds / LIFE_MS);
  const dyno = `7f9b14bc-1d3b-47f4-91c${number}-${String(life).padStart(12, '0')}`;
  return `${at} heroku[web.${number}]: source=web.${number} dyno=heroku.222222222.${dyno}`;
}

function load(line: number): string {
  return `sample#load_avg_1m=0.${10 + (line % 90)} sample#load_avg_5m=0.12 sample#load_avg_15m=0.06`;
}

function memory(sample: number, milliseconds: number): string {
  const growth = ((milliseconds % LIFE_MS) / LIFE_MS) * ((sample % DYNOS) + 1);
  const size = (150 + (420 * growth) / DYNOS).toFixed(2);
  return (
    `sample#memory_total=${size}MB sample#memory_rss=${size}MB sample#memory_cache=0.08MB sample#memory_swap=0.00MB ` +
    'sample#memory_pgpgin=19047pages sample#memory_pgpgout=3090pages sample#memory_quota=512.00MB'
  );
}

function routerLine(at: string, line: number): string {
  return (
    `${at} heroku[router]: at=info method=GET path="/orders/${line}?page=2" host=shop.example.com ` +
    `request_id=5d5c2a1e-8e0c-4c34-9d5e-0d6f7c1f3a11 fwd="203.0.113.${line % 250}" dyno=web.${(line % DYNOS) + 1} ` +
    `connect=0ms service=${line % 700}ms status=200 bytes=5120 protocol=https\n`
  );
}
