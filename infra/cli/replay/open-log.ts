/** The bytes of a saved log: of a file or of standard input, unpacked where they are gzip's, as archives are. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { InputStream } from '../surroundings.ts';

/** Large enough that what each chunk costs does not count. */
export const CHUNK_BYTES = 256 * 1024;

/** @param path `-` is standard input */
export async function* openLog(path: string, stdin: InputStream): AsyncGenerator<Buffer> {
  const source = path === '-' ? stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = buffersOf(source);
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = following(first, chunks);
  // Whoever reads what is unpacked is told of every error, too.
  yield* isGzip(first) ? pipeline(all, createGunzip(), () => undefined) : all;
}

async function* buffersOf(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function* following(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
