/**
 * CPU per app of a whole scan by the bundle, each app with a history of 1,500 lines, beside fetching the same
 * bytes and throwing them away. Heroku is simulated in another process: only the scan's own CPU counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { createHandler } from '../../functions/scan.ts';
import { median, type Row } from './table.ts';

const APPS = 40;
const RUNS = 9;

export async function benchWholeScan(): Promise<Row[]> {
  const child = spawn(process.execPath, ['test/bench/world-process.ts', String(APPS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { environment, now, token } = JSON.parse(line);
    Object.assign(process.env, environment);
    const bundle: { createHandler: typeof createHandler } = await import(
      pathToFileURL('dist/scan/index.mjs').href
    );
    let written = 0;
    const handler = bundle.createHandler({
      environment,
      clock: { now: () => now, sleep: async () => undefined },
      write: (text) => {
        written += text.length;
      },
    });
    const scans: number[] = [];
    const fetches: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      scans.push(
        await cpuOf(async () => void (await handler({}, { getRemainingTimeInMillis: () => 55_000 }))),
      );
      fetches.push(await cpuOf(() => fetchEverything(environment.HEROKU_API_URL, token)));
    }
    if (written === 0) throw new Error('The scan wrote nothing');
    // The first runs warm up the code of both.
    const scan = median(scans.slice(2)) / APPS;
    return [
      {
        what: `whole scan, ${APPS} apps of 10 dynos, 1,500 lines each`,
        value: `${scan.toFixed(2)} ms/app`,
        ratios: [['(c) fetching and throwing away', scan / (median(fetches.slice(2)) / APPS), 'its CPU']],
      },
    ];
  } finally {
    child.kill();
  }
}

/** Milliseconds of CPU, of all threads. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function fetchEverything(baseUrl: string, token: string): Promise<void> {
  await Promise.all(
    Array.from({ length: APPS }, async (_, index) => {
      const session = await fetch(`${baseUrl}/apps/app-${index}/log-sessions`, {
        method: 'POST',
        headers: {
          Accept: 'application/vnd.heroku+json; version=3',
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ source: 'heroku', lines: 1500, tail: false }),
      });
      const { logplex_url: url }: { logplex_url: string } = JSON.parse(await session.text());
      const log = await fetch(url);
      for await (const _chunk of log.body ?? []);
    }),
  );
}
