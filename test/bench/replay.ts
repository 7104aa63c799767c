/**
 * How long `replay` takes for a log of 100 MB on disk, beside reading that file and decoding it, which is the least
 * that anybody does who looks at a log with a program. In CPU time: a disk is as fast as it is.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHUNK_BYTES, openLog } from '../../infra/cli/replay/open-log.ts';
import { replayLog } from '../../infra/cli/replay/replay-log.ts';
import { parseAppConfig } from '../../lib/config/app-config.ts';
import { median, type Row } from './table.ts';

const LOG_BYTES = 100e6;
const RUNS = 5;
const DYNOS = 8;
/** A sample of each dyno in so much time. */
const PERIOD_MS = 20_000;

export async function benchReplay(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-bench-'));
  try {
    return [
      await bench(join(folder, 'busy.log'), 'a busy app: a sample in 40 lines', 40),
      await bench(join(folder, 'quiet.log'), 'a quiet app: a sample in 2 lines', 2),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bench(file: string, title: string, linesPerSample: number): Promise<Row> {
  await writeLog(file, linesPerSample);
  const config = parseAppConfig('shop', '{}');
  const replaying: number[] = [];
  const decoding: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    replaying.push(
      await cpuOf(async () => {
        const chunks = openLog(file, process.stdin);
        const { replays } = await replayLog(chunks, { configs: [config] });
        if (replays[0]?.result.restarts === 0) throw new Error('Expected restarts');
      }),
    );
    decoding.push(
      await cpuOf(async () => {
        const decoder = new TextDecoder();
        let length = 0;
        for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
          length += decoder.decode(chunk, { stream: true }).length;
        }
        if (length < LOG_BYTES) throw new Error('Expected the whole log');
      }),
    );
  }
  const milliseconds = median(replaying);
  return {
    what: `replay of 100 MB, ${title}`,
    value: `${milliseconds.toFixed(0)} ms`,
    ratios: [['(e) reading and decoding the file', milliseconds / median(decoding), 'its CPU']],
  };
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Dynos that grow, and are replaced every few hours. */
async function writeLog(path: string, linesPerSample: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    let text = '';
    let written = 0;
    for (let line = 0; written < LOG_BYTES; line++) {
      const sample = Math.floor(line / linesPerSample);
      const milliseconds = (line / linesPerSample) * (PERIOD_MS / DYNOS);
      const at = new Date(Date.UTC(2026, 0, 5) + milliseconds).toISOString().replace('Z', '123+00:00');
      text += line % linesPerSample === 0 ? sampleLine(at, sample, milliseconds) : routerLine(at, line);
      if (text.length > 4e6) {
        written += (await file.write(text)).bytesWritten;
        text = '';
      }
    }
  } finally {
    await file.close();
  }
}

function sampleLine(at: string, sample: number, milliseconds: number): string {
  const number = (sample % DYNOS) + 1;
  const hours = milliseconds / 3600_000;
  const life = Math.floor(hours / 6);
  const size = (150 + ((hours % 6) * 70 * number) / DYNOS).toFixed(2);
  const dyno = `7f9b14bc-1d3b-47f4-91c${number}-${String(life).padStart(12, '0')}`;
  return (
    `${at} heroku[web.${number}]: source=web.${number} dyno=heroku.222222222.${dyno} sample#memory_total=${size}MB ` +
    `sample#memory_rss=${size}MB sample#memory_cache=0.08MB sample#memory_swap=0.00MB ` +
    'sample#memory_pgpgin=19047pages sample#memory_pgpgout=3090pages sample#memory_quota=512.00MB\n'
  );
}

function routerLine(at: string, line: number): string {
  return (
    `${at} heroku[router]: at=info method=GET path="/orders/${line}?page=2" host=shop.example.com ` +
    `request_id=5d5c2a1e-8e0c-4c34-9d5e-0d6f7c1f3a11 fwd="203.0.113.${line % 250}" dyno=web.${(line % DYNOS) + 1} ` +
    `connect=0ms service=${line % 700}ms status=200 bytes=5120 protocol=https\n`
  );
}
