/**
 * Reading answers that nobody has checked yet: within bounds, whatever the server does.
 */

/**
 * An answer's body as text.
 *
 * @throws Error where it is longer than `maximumBytes`, which are then the most that was held
 */
export async function readText(response: Response, maximumBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null) {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > maximumBytes) throw new Error(`the answer is longer than ${maximumBytes} bytes`);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends an answer that is not read to its end, so that its connection does not linger. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
