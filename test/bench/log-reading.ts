/**
 * How fast a log is read, in MB/s, beside reading it the obvious way (decode, split, match every line) and
 * beside merely copying its bytes, which nothing can beat.
 */
import { LogReader } from '../../lib/heroku/log-reader.ts';
import { parseSample } from '../../lib/heroku/sample.ts';
import { median, type Row } from './table.ts';

const CHUNK_BYTES = 64 * 1024;
const LOG_BYTES = 32 * 1024 * 1024;
const RUNS = 7;

const UUID = '7f9b14bc-1d3b-47f4-91c1-704964b8793f';

export function benchLogReading(): Row[] {
  return [
    ...bench('a busy app: a sample in 100 lines', 100),
    ...bench('a quiet app: a sample in 2 lines', 2),
  ];
}

function bench(title: string, linesPerSample: number): Row[] {
  const chunks = makeLog(linesPerSample);
  const expected = readObviously(chunks);
  const found = readByBytes(chunks);
  if (found !== expected) throw new Error(`Found ${found} samples, and ${expected} read the obvious way`);

  const ways = { byBytes: readByBytes, obviously: readObviously, copying: copy };
  const speeds: Record<keyof typeof ways, number[]> = { byBytes: [], obviously: [], copying: [] };
  for (let run = 0; run < RUNS; run++) {
    for (const way of ['byBytes', 'obviously', 'copying'] as const)
      speeds[way].push(speedOf(ways[way], chunks));
  }
  const speed = median(speeds.byBytes);
  return [
    {
      what: `log reading, ${title}`,
      value: `${speed.toFixed(0)} MB/s`,
      ratios: [
        ['(a) decode, split, match', speed / median(speeds.obviously), 'faster'],
        ['(b) copying the bytes', speed / median(speeds.copying), 'of its speed'],
      ],
    },
  ];
}

function speedOf(read: (chunks: readonly Buffer[]) => number, chunks: readonly Buffer[]): number {
  const startedAt = performance.now();
  read(chunks);
  return LOG_BYTES / 1e6 / ((performance.now() - startedAt) / 1000);
}

function readByBytes(chunks: readonly Buffer[]): number {
  let samples = 0;
  const reader = new LogReader('lines', () => {
    samples++;
  });
  for (const chunk of chunks) reader.push(chunk);
  return samples;
}

function readObviously(chunks: readonly Buffer[]): number {
  let samples = 0;
  let unfinished = '';
  const decoder = new TextDecoder();
  for (const chunk of chunks) {
    const lines = (unfinished + decoder.decode(chunk, { stream: true })).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) if (parseSample(line) !== null) samples++;
  }
  return samples;
}

const target = Buffer.alloc(CHUNK_BYTES);

function copy(chunks: readonly Buffer[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.copy(target);
  return bytes;
}

function makeLog(linesPerSample: number): Buffer[] {
  const time = Date.UTC(2026, 0, 5, 12);
  let text = '';
  for (let line = 0; text.length < 4 * 1024 * 1024; line++) {
    const at = new Date(time + line).toISOString().replace('Z', '123+00:00');
    const dyno = (line % 9) + 1;
    text +=
      line % linesPerSample === 0
        ? `${at} heroku[web.${dyno}]: source=web.${dyno} dyno=heroku.222222222.${UUID} ` +
          `sample#memory_total=${(line % 900).toFixed(2)}MB sample#memory_rss=${(line % 800).toFixed(2)}MB ` +
          'sample#memory_cache=0.08MB sample#memory_swap=0.00MB sample#memory_pgpgin=19047pages ' +
          'sample#memory_pgpgout=3090pages sample#memory_quota=512.00MB\n'
        : `${at} heroku[router]: at=info method=GET path="/orders/${line}?page=2" host=shop.example.com ` +
          `request_id=${UUID} fwd="203.0.113.${line % 250}" dyno=web.${dyno} connect=0ms service=${line % 700}ms ` +
          'status=200 bytes=5120 protocol=https\n';
  }
  const part = Buffer.from(text);
  const log = Buffer.concat(Array.from({ length: Math.ceil(LOG_BYTES / part.length) }, () => part)).subarray(
    0,
    LOG_BYTES,
  );
  return Array.from({ length: LOG_BYTES / CHUNK_BYTES }, (_, index) =>
    Buffer.from(log.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
  );
}
