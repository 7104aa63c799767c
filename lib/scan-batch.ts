/**
 * One batch of a scan, in a function of its own: the same apps, the same laws, by the same code. What holds over
 * runs that overlap holds over batches, and over one that is delivered twice.
 */
import { type Batch, readBatch } from './batches.ts';
import { readFolder } from './config/read.ts';
import { ScanError } from './errors.ts';
import { scanApps } from './scan-apps.ts';
import type { Surroundings } from './surroundings.ts';

/** By then the next scan has sent the same apps again. */
const LATE_AFTER_MS = 60_000;
const TOKENS_LIMIT_MS = 10_000;
/** A warm function sees other apps each time. Of those that it has not seen for so long it remembers nothing. */
const FORGET_AFTER_MS = 3600_000;

/**
 * @param text a message of the queue
 * @returns whether it is done with: false where it is worth another try
 */
export async function scanBatch(text: string, surroundings: Surroundings): Promise<boolean> {
  const { clock, log } = surroundings;
  const batch = readBatch(text);
  if (batch === null) {
    log.emit({
      event: 'BatchDropped',
      reason: 'malformed',
      apps: [],
      message: 'A message in the queue is no batch of a scan. Only the scan is to write to it.',
    });
    return true;
  }
  const apps = Object.keys(batch.apps);
  const ageSeconds = Math.round((clock.now() - batch.sentAt) / 1000);
  if (clock.now() - batch.sentAt > LATE_AFTER_MS) {
    log.emit({
      event: 'BatchDropped',
      reason: 'late',
      apps,
      message:
        `The batch waited for ${ageSeconds} s, and a scan that is late is worthless: the next one has its apps. ` +
        'Where this goes on, let more batches be scanned at once: npm run deploy -- -c batchesAtOnce=100.',
    });
    return true;
  }
  try {
    await scanApart(batch, surroundings);
    return true;
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    log.emit({ event: 'BatchDropped', reason: 'failed', apps, message: error.message });
    return false;
  }
}

/** @throws ScanError where the tokens cannot be read */
async function scanApart({ apps }: Batch, surroundings: Surroundings): Promise<void> {
  const { ssm, parameterPrefix, clock, log, memory, deadline } = surroundings;
  const startedAt = performance.now();
  const before = clock.now() - FORGET_AFTER_MS;
  for (const [app, { watchedAt }] of memory) if (watchedAt < before) memory.delete(app);
  const tokens = await readFolder(ssm, `${parameterPrefix}/tokens`, deadline.within(TOKENS_LIMIT_MS));
  const read = Object.entries(apps).map(([app, value]) => [app, { value }] as const);
  const { totals } = await scanApps(read, tokens, surroundings);
  log.emit({ event: 'BatchDone', ...totals, durationMs: Math.round(performance.now() - startedAt) });
}
