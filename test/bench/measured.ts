/** What `npm run bench -- scale` has measured, kept so that the tables of the docs can be made of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';

const scan = z.object({
  apps: z.number(),
  /** The first scan of a sandbox remembers nothing. */
  cold: z.boolean(),
  wallMs: z.number(),
  cpuMs: z.number(),
  peakMb: z.number(),
  requestsPerApp: z.number(),
  restarted: z.number(),
  twice: z.number(),
});

const measured = z.object({
  /** ISO 8601, and what the machine is. */
  at: z.string(),
  machine: z.string(),
  alone: z.array(scan),
  /** Apps that had to be listened to, all of them. */
  busy: scan,
  queue: z.object({
    apps: z.number(),
    batches: z.number(),
    workers: z.number(),
    /** Until the last batch was sent, and until it was scanned. */
    sentMs: z.number(),
    scannedMs: z.number(),
    sendingCpuMs: z.number(),
    sendingPeakMb: z.number(),
    workersCpuMs: z.number(),
    longestBatchMs: z.number(),
    workerPeakMb: z.number(),
    requestsPerApp: z.number(),
    restarted: z.number(),
    twice: z.number(),
  }),
});

/** Whether an app's last lines tell of all of its dynos, or it has to be listened to. */
export type Load = 'quiet' | 'busy';
export type MeasuredScan = z.infer<typeof scan>;
export type Measured = z.infer<typeof measured>;

const FILE = new URL('measured.json', import.meta.url);

export function readMeasured(): Measured {
  return measured.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

export function keepMeasured(what: Measured): void {
  writeFileSync(FILE, `${JSON.stringify(what, undefined, 2)}\n`);
}
