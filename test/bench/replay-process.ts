/**
 * Reads a log once, as a command does that is typed once: `replay FILE` by replaying it, `decode FILE` by decoding it,
 * `stream FILE` by decoding it as it comes. Says what that took on standard output. Loading the program is not counted.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { openLog } from '../../infra/cli/replay/open-log.ts';
import { replayLog } from '../../infra/cli/replay/replay-log.ts';
import { parseAppConfig } from '../../lib/config/app-config.ts';

const [what, file = ''] = process.argv.slice(2);
const config = parseAppConfig('shop', '{}');

const startedAt = performance.now();
const before = process.cpuUsage();
if (what === 'replay') {
  const { replays } = await replayLog(openLog(file, process.stdin), { configs: [config] });
  if (replays[0]?.result.restarts === 0) throw new Error('Expected restarts');
} else if (what === 'stream') {
  const decoder = new TextDecoder();
  let length = 0;
  for await (const chunk of createReadStream(file)) length += decoder.decode(chunk, { stream: true }).length;
  if (length === 0) throw new Error('Expected a log');
} else if (readFileSync(file, 'utf8').length === 0) {
  throw new Error('Expected a log');
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 }));
