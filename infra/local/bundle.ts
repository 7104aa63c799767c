/**
 * The very file that is deployed, loaded into this process. What surprises: the AWS SDK inside it takes its
 * endpoints and credentials from the process's environment alone, so the process is made to know no other cloud
 * than the one on loopback before the bundle is loaded.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../../functions/sandbox.ts';
import type { Handler } from '../../functions/scan.ts';

export interface Bundle {
  createHandler(machine: Machine): Handler;
}

const BUNDLE = new URL('../../dist/scan/index.mjs', import.meta.url);

/** Whatever else could lead the SDK away from loopback, or to somebody's real credentials. */
const MISLEADING = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_ENDPOINT_URL',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
];

/** @param environment what the function wants in `process.env` */
export async function loadBundle(environment: Readonly<Record<string, string>>): Promise<Bundle> {
  if (!existsSync(BUNDLE)) {
    throw new Error(`Expected the function's bundle at ${fileURLToPath(BUNDLE)}: run npm run build first.`);
  }
  for (const name of MISLEADING) delete process.env[name];
  Object.assign(process.env, environment);
  return import(BUNDLE.href);
}

/** What Lambda hands over at each invocation: how much of a minute's 55 s is left. */
export function invocation(): { getRemainingTimeInMillis(): number } {
  const startedAt = performance.now();
  return { getRemainingTimeInMillis: () => 55_000 - (performance.now() - startedAt) };
}
