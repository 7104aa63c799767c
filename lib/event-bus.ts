/**
 * Puts events on an EventBridge bus, for programs to act on. They are sent while the scan goes on and never
 * waited for before its end: a bus that fails or hangs costs an event in the log, never a restart.
 */
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { describeError } from './errors.ts';
import type { Destination } from './events.ts';

/** PutEvents takes ten entries at most, of 256 KB in all. */
const BATCH = 10;
const BATCH_BYTES = 200_000;
/** After the scan, what is under way may take so long and no longer: the scan is billed by the millisecond. */
const CLOSE_LIMIT_MS = 4000;

export class EventBus implements Destination {
  readonly #name: string;
  readonly #client: () => EventBridgeClient;
  readonly #giveUp: AbortSignal;
  readonly #closed = new AbortController();
  #waiting: PutEventsRequestEntry[] = [];
  #waitingBytes = 0;
  readonly #sending: Promise<void>[] = [];
  #unsent = 0;
  #problem = '';

  /**
   * @param client called at the first event: most minutes have nothing to say
   * @param giveUp aborts when there is no more time to send
   */
  constructor(name: string, client: () => EventBridgeClient, giveUp: AbortSignal) {
    this.#name = name;
    this.#client = client;
    this.#giveUp = giveUp;
  }

  put(name: string, json: string): void {
    const bytes = Buffer.byteLength(json);
    if (this.#waitingBytes + bytes > BATCH_BYTES) this.#flush();
    this.#waitingBytes += bytes;
    this.#waiting.push({ EventBusName: this.#name, Source: 'whacamole', DetailType: name, Detail: json });
    if (this.#waiting.length >= BATCH) this.#flush();
  }

  /** Sends what is left and waits for all. @returns what could not be sent, null if all was */
  async close(): Promise<{ readonly events: number; readonly message: string } | null> {
    this.#flush();
    const timer = setTimeout(() => this.#closed.abort(), CLOSE_LIMIT_MS);
    await Promise.all(this.#sending);
    clearTimeout(timer);
    if (this.#unsent === 0) return null;
    return {
      events: this.#unsent,
      message: `${this.#unsent} event(s) could not be put on the event bus ${this.#name}: ${this.#problem}`,
    };
  }

  #flush(): void {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#sending.push(this.#send(entries));
  }

  /** What is refused, for throttling for one, is sent once more. */
  async #send(entries: PutEventsRequestEntry[], again = true): Promise<void> {
    try {
      const answer = await this.#client().send(new PutEventsCommand({ Entries: entries }), {
        abortSignal: AbortSignal.any([this.#giveUp, this.#closed.signal]),
      });
      const refused = entries.flatMap((entry, index) => {
        const { ErrorCode: code, ErrorMessage: why = 'it does not say why' } = answer.Entries?.[index] ?? {};
        return code === undefined ? [] : [{ entry, problem: `${code}: ${why}` }];
      });
      const [first] = refused;
      if (first === undefined) return;
      if (again) {
        await this.#send(
          refused.map(({ entry }) => entry),
          false,
        );
        return;
      }
      this.#fail(refused.length, first.problem);
    } catch (error) {
      this.#fail(entries.length, describeError(error));
    }
  }

  #fail(events: number, problem: string): void {
    this.#unsent += events;
    this.#problem ||= problem;
  }
}
