import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSavedEvents } from '../../../../infra/cli/explain/saved-events.ts';
import { CHUNK_BYTES, openLog } from '../../../../infra/cli/replay/open-log.ts';

/** Many chunks, none like another, packed or not. */
const BYTES = randomBytes(20 * CHUNK_BYTES + 17);

async function save(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'open-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'log');
  await writeFile(file, bytes);
  return file;
}

const openFile = (file: string) => openLog(file, Readable.from([]));

/** As whoever is done with a chunk before asking for the next. */
async function contentOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

describe('a log that is longer than a chunk', () => {
  it('is given as it is, of a file and of standard input', async () => {
    expect((await contentOf(openFile(await save(BYTES)))).equals(BYTES)).toBe(true);
    const stdin = Readable.from([BYTES.subarray(0, 9), BYTES.subarray(9)]);
    expect((await contentOf(openLog('-', stdin))).equals(BYTES)).toBe(true);
  });

  it('is given unpacked, where it was packed', async () => {
    expect((await contentOf(openFile(await save(gzipSync(BYTES))))).equals(BYTES)).toBe(true);
  });

  it('has all its events', async () => {
    const minutes = Array.from({ length: 20_000 }, (_, index) => new Date(index * 60_000).toISOString());
    const lines = minutes.map((at) =>
      JSON.stringify({ event: 'NoSamples', at, app: 'shop', processes: ['web.1'], message: 'Check that' }),
    );
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    expect(bytes.length).toBeGreaterThan(5 * CHUNK_BYTES);
    const events = await readSavedEvents(openFile(await save(bytes)));
    expect(events.map(({ at }) => at)).toEqual(minutes.map((at) => Date.parse(at)));
  });
});

it('a file that is empty, or not there, is no log', async () => {
  expect(await contentOf(openFile(await save(Buffer.of())))).toHaveLength(0);
  await expect(contentOf(openFile(join(tmpdir(), 'no such log')))).rejects.toThrow('ENOENT');
});
