/** Logs to replay: made of samples, put into each of the forms that a log is saved in. */
import type { LogEntry } from '../../../../infra/cli/replay/log-entry.ts';
import { SavedLog } from '../../../../infra/cli/replay/saved-log.ts';
import type { AppConfig } from '../../../../lib/config/app-config.ts';
import { parseAppConfig } from '../../../../lib/config/app-config.ts';
import { WEB_1 } from '../../../lib/heroku/lines.ts';

export const START = Date.UTC(2026, 0, 5, 12);

export interface MadeSample {
  readonly seconds: number;
  readonly size: number;
  readonly name?: string;
  readonly dyno?: string;
  readonly quota?: number;
}

export const timeAt = (seconds: number) =>
  new Date(START + seconds * 1000).toISOString().replace('Z', '123+00:00');

export function sampleLine({ seconds, size, name = 'web.1', dyno = WEB_1, quota = 512 }: MadeSample): string {
  return (
    `${timeAt(seconds)} heroku[${name}]: source=${name} dyno=heroku.1.${dyno} sample#memory_total=${size.toFixed(2)}MB ` +
    `sample#memory_rss=${size.toFixed(2)}MB sample#memory_swap=0.00MB sample#memory_quota=${quota.toFixed(2)}MB`
  );
}

/** A sample every 20 seconds, from one time to another. */
export function grow(
  parts: Omit<MadeSample, 'seconds' | 'size'> & { from: number; to: number; size: (age: number) => number },
): string[] {
  const { from, to, size, ...rest } = parts;
  return Array.from({ length: Math.floor((to - from) / 20) }, (_, index) =>
    sampleLine({ ...rest, seconds: from + index * 20 + 3, size: size(index * 20) }),
  );
}

export const stateLine = (seconds: number, from: string, to: string, name = 'web.1') =>
  `${timeAt(seconds)} heroku[${name}]: State changed from ${from} to ${to}`;

/** `heroku[web.1]: …` as a drain's message, without its length. */
export const asMessage = (line: string) =>
  line.replace(
    /^(\S+) (\S+)\[([^\]]+)\]: /,
    (_, time, source, name) => `<45>1 ${time} host ${source} ${name} - `,
  );

/** As logplex frames it, its newline counted. */
export const asFrame = (line: string) => {
  const message = `${asMessage(line)}\n`;
  return `${Buffer.byteLength(message)} ${message}`;
};

export const asLines = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

export async function* inChunks(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

export const config = (fields: unknown = {}): AppConfig => parseAppConfig('shop', JSON.stringify(fields));

export const byTime = (one: string, other: string) => one.slice(0, 26).localeCompare(other.slice(0, 26));

/** A line longer than what a log's form is recognised by: whatever follows it is read as it comes. */
export const HEAD = 'x'.repeat(70_000);

/** The bytes in pieces that end at these places. */
export function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [0, ...[...positions].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

/** What a saved log says that comes in these pieces. */
export function read(pieces: readonly Uint8Array[], app?: string) {
  const entries: LogEntry[] = [];
  const log = new SavedLog((entry) => entries.push(entry), app);
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    log.push(chunk);
    // As whoever reads a file into the same memory again and again.
    chunk.fill('x');
  }
  log.end();
  return { entries, log };
}
