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

/** PutEvents takes ten entries at most. */
const BATCH = 10;

export class EventBus implements Destination {
  readonly #name: string;
  readonly #client: () => EventBridgeClient;
  readonly #giveUp: AbortSignal;
  #waiting: PutEventsRequestEntry[] = [];
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
    this.#waiting.push({ EventBusName: this.#name, Source: 'whacamole', DetailType: name, Detail: json });
    if (this.#waiting.length >= BATCH) this.#flush();
  }

  /** Sends what is left and waits for all. @returns what could not be sent, null if all was */
  async close(): Promise<{ readonly events: number; readonly message: string } | null> {
    if (this.#waiting.length > 0) this.#flush();
    await Promise.all(this.#sending);
    if (this.#unsent === 0) return null;
    return {
      events: this.#unsent,
      message: `${this.#unsent} event(s) could not be put on the event bus ${this.#name}: ${this.#problem}`,
    };
  }

  #flush(): void {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#sending.push(this.#send(entries));
  }

  async #send(entries: PutEventsRequestEntry[]): Promise<void> {
    try {
      const answer = await this.#client().send(new PutEventsCommand({ Entries: entries }), {
        abortSignal: this.#giveUp,
      });
      const refused = (answer.Entries ?? []).filter((entry) => entry.ErrorCode !== undefined);
      if (refused.length > 0) {
        this.#unsent += refused.length;
        this.#problem = `${refused[0]?.ErrorCode}: ${refused[0]?.ErrorMessage ?? ''}`;
      }
    } catch (error) {
      this.#unsent += entries.length;
      this.#problem = describeError(error);
    }
  }
}
