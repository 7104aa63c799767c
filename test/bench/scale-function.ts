/**
 * One function in a process of its own, as a Lambda sandbox is: the scan, or a worker that scans batches. Each line
 * on standard input is an invocation, so many milliseconds after the one before; the answer is what it took. A worker
 * asks for batches by itself, and answers with what each has taken.
 */
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type * as ScanModule from '../../functions/scan.ts';
import type * as BatchModule from '../../functions/scan-batch.ts';
import { type QueuedMessage, sqsEvent } from '../../infra/local/batch-queue.ts';

/** Of all threads, and at their highest. */
export interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  /** What the handler resolved to. */
  readonly done: unknown;
}

const [role = 'scan'] = process.argv.slice(2);
const context = () => {
  const startedAt = performance.now();
  return { getRemainingTimeInMillis: () => 55_000 - (performance.now() - startedAt) };
};
const say = (taken: Taken) => process.send?.(taken);
const peakMb = () => process.resourceUsage().maxRSS / 1024;

async function measured(work: () => Promise<unknown>): Promise<Taken> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const done = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    wallMs: performance.now() - startedAt,
    cpuMs: (user + system) / 1000,
    peakMb: peakMb(),
    done,
  };
}

if (role === 'scan') {
  const { createHandler }: typeof ScanModule = await import(pathToFileURL('dist/scan/index.mjs').href);
  let leaptMs = 0;
  const handler = createHandler({
    environment: process.env,
    clock: {
      now: () => Date.now() + leaptMs,
      sleep: (milliseconds, signal) =>
        wait(milliseconds, undefined, signal && { signal }).catch(() => undefined),
    },
    write: (line) => process.stdout.write(line),
  });
  createInterface({ input: process.stdin })
    .on('line', async (line) => {
      leaptMs += Number(line);
      say(await measured(() => handler({}, context())));
    })
    .on('close', () => process.exit(0));
} else {
  // Each sandbox of Lambda's has a share of its own; here, the workers must not take the sender's.
  setPriority(10);
  const { handler }: typeof BatchModule = await import(pathToFileURL('dist/scan-batch/index.mjs').href);
  process.stdin.on('close', () => process.exit(0)).resume();
  for (;;) {
    const message: QueuedMessage = JSON.parse(await (await fetch(process.env.HAND_OUT_URL ?? '')).text());
    say(await measured(() => handler(sqsEvent(message), context())));
  }
}
