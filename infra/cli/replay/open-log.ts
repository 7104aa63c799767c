/** The bytes of a saved log: of a file or of standard input, unpacked where they are gzip's, as archives are. */
import { closeSync, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { InputStream } from '../surroundings.ts';

/** Large enough that what each chunk costs does not count. */
export const CHUNK_BYTES = 256 * 1024;

/**
 * What it gives is overwritten when the next is asked for: copiesOf is for whoever keeps it longer.
 *
 * @param path `-` is standard input
 */
export async function* openLog(path: string, stdin: InputStream): AsyncGenerator<Buffer> {
  const chunks = path === '-' ? buffersOf(stdin) : blocksOf(path);
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = following(first, chunks);
  // Whoever reads what is unpacked is told of every error, too.
  yield* isGzip(first) ? pipeline(copiesOf(all), createGunzip(), () => undefined) : all;
}

/** A file's bytes, all of them in the same piece of memory. Nothing else waits meanwhile, so it is read without detours. */
async function* blocksOf(path: string): AsyncGenerator<Buffer> {
  const file = openSync(path, 'r');
  try {
    const block = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const length = readSync(file, block);
      if (length === 0) return;
      yield block.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

async function* buffersOf(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function* following(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** For whoever asks for the next before being done with the last, as streams do. */
export async function* copiesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
