/**
 * The minute: every configured app is looked at, and what has outgrown its memory is restarted.
 *
 *     configs and tokens ──▶ for each app, on its own:          (scan-apps.ts, scan-app.ts)
 *       observe    the newest memory samples of each dyno       (observe.ts, listen.ts)
 *       assess     which are over their threshold               (decide.ts)
 *       restart    those that are still there and may be        (restart.ts)
 *
 * Where there are more apps than one function should scan, they go to a queue instead, in batches, while the
 * others are still being listed: the same code scans them in other functions (batches.ts, scan-batch.ts).
 *
 * A new rule on when to restart goes into decide.ts, a new config field into config/app-config.ts.
 */
import type { Batches } from './batches.ts';
import { type App, readFolder, readPages } from './config/read.ts';
import type { FailureReason } from './errors.ts';
import type { ScanDone } from './events.ts';
import { scanApps } from './scan-apps.ts';
import type { Surroundings } from './surroundings.ts';

export interface ScanResult {
  readonly done: ScanDone;
  /** Why each app that failed did. */
  readonly failed: readonly FailureReason[];
}

/** Where apps go, if there are more of them than so many. */
export interface FanOut {
  readonly above: number;
  readonly batches: Batches;
}

const CONFIGURATION_LIMIT_MS = 15_000;

/** @throws ScanError where the configuration cannot be read, or not one batch sent */
export async function scan(surroundings: Surroundings, fanOut?: FanOut): Promise<ScanResult> {
  const { ssm, parameterPrefix, log, memory, deadline } = surroundings;
  const startedAt = performance.now();
  const reading = deadline.within(CONFIGURATION_LIMIT_MS);
  const tokens = readFolder(ssm, `${parameterPrefix}/tokens`, reading);
  // It may fail before it is waited for.
  tokens.catch(() => undefined);

  const apps: App[] = [];
  // As soon as there are too many, the first ones go to others as well; what has a wrong config stays.
  let waiting: App[] = [];
  let configured = 0;
  const listing = fanOut === undefined ? reading : deadline.signal;
  for await (const page of readPages(ssm, `${parameterPrefix}/apps`, listing)) {
    configured += page.length;
    waiting.push(...page);
    if (fanOut === undefined || configured <= fanOut.above) continue;
    apps.push(...fanOut.batches.add(waiting));
    waiting = [];
  }
  apps.push(...waiting);
  const batches = await fanOut?.batches.close();
  const names = new Set(apps.map(([app]) => app));
  for (const app of memory.keys()) if (!names.has(app)) memory.delete(app);

  const { totals, failed } = await scanApps(apps, await tokens, surroundings);
  const durationMs = Math.round(performance.now() - startedAt);
  const done = log.emit({ event: 'ScanDone', ...totals, apps: configured, batches, durationMs });
  return { done, failed };
}
