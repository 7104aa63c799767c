/**
 * Writes the body of an answer: in HTTP chunks of an exact size if so wished, slowly, cut off, or not at all.
 * It keeps what the client has not taken yet, so a writer never waits and can see how far behind a client is.
 */
import type { ServerResponse } from 'node:http';

export interface BodyOptions {
  /** Every HTTP chunk has so many bytes, the last of a write excepted. */
  readonly chunkBytes?: number | undefined;
  /** Gives each HTTP chunk a turn of the event loop, so that a client on this machine sees it arrive alone. */
  readonly apart?: boolean | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** What happens once so many bytes are out. */
  readonly limit?: { readonly bytes: number; readonly outcome: 'reset' | 'hang' } | undefined;
}

/** Bytes to an HTTP chunk where nothing else is asked for. */
const CHUNK = 16_384;
/** Real milliseconds between two pieces of a trickle. */
const TRICKLE_TICK = 20;

export class BodyWriter {
  readonly #response: ServerResponse;
  readonly #options: BodyOptions;
  readonly #pieceBytes: number;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #writtenBytes = 0;
  #busy = false;
  #ended = false;

  constructor(response: ServerResponse, options: BodyOptions = {}) {
    this.#response = response;
    this.#options = options;
    this.#pieceBytes =
      options.bytesPerSecond === undefined
        ? (options.chunkBytes ?? CHUNK)
        : Math.max(1, Math.round((options.bytesPerSecond * TRICKLE_TICK) / 1000));
  }

  /** How many bytes wait for the client to take them. */
  get backlog(): number {
    return this.#queuedBytes + this.#response.writableLength;
  }

  open(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
  }

  write(bytes: Buffer): void {
    if (bytes.length === 0 || this.#ended) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#pump();
  }

  /** Ends the body as soon as everything is out. */
  end(): void {
    this.#ended = true;
    this.#pump();
  }

  onClose(callback: () => void): void {
    this.#response.once('close', callback);
  }

  #pump(): void {
    while (!this.#busy && !this.#response.destroyed) {
      if (this.#limitReached()) return;
      const piece = this.#takePiece();
      if (piece === undefined) {
        if (this.#ended) this.#response.end();
        return;
      }
      this.#writtenBytes += piece.length;
      const roomLeft = this.#response.write(piece);
      if (this.#options.bytesPerSecond !== undefined)
        this.#pauseForTrickle(this.#options.bytesPerSecond, piece.length);
      else if (!roomLeft) this.#pauseUntilDrained();
      else if (this.#options.apart) this.#pauseForATurn();
    }
  }

  #limitReached(): boolean {
    const limit = this.#options.limit;
    if (limit === undefined || this.#writtenBytes < limit.bytes) return false;
    this.#busy = true;
    // The callback comes when all before it is with the kernel: the client does get the bytes it was promised.
    if (limit.outcome === 'reset') this.#response.write('', () => this.#response.destroy());
    return true;
  }

  #takePiece(): Buffer | undefined {
    const first = this.#queue[0];
    if (first === undefined) return undefined;
    const allowed = (this.#options.limit?.bytes ?? Infinity) - this.#writtenBytes;
    const length = Math.min(first.length, this.#pieceBytes, allowed);
    if (length === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(length);
    this.#queuedBytes -= length;
    return first.subarray(0, length);
  }

  #pauseForTrickle(bytesPerSecond: number, bytes: number): void {
    this.#busy = true;
    setTimeout(() => this.#resume(), (bytes / bytesPerSecond) * 1000);
  }

  #pauseForATurn(): void {
    this.#busy = true;
    setImmediate(() => this.#resume());
  }

  #pauseUntilDrained(): void {
    this.#busy = true;
    this.#response.once('drain', () => this.#resume());
  }

  #resume(): void {
    this.#busy = false;
    this.#pump();
  }
}
