/**
 * Knows when all that can happen without time passing has happened: no server of this process has a request to
 * answer, and none has come in for some turns of the event loop. Virtual time may go on then, and only then: so what
 * a day brings does not depend on how fast the machine is.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/** Between two requests, a client that computes needs some turns, and a new connection a few more. */
const TURNS = 60;
const REQUEST_CHANNEL = 'http.server.request.start';

export class Calm {
  readonly #waiting: () => number;
  #open = 0;
  #received = 0;

  /** @param waiting how many open requests are answered only as time passes */
  constructor(waiting: () => number) {
    this.#waiting = waiting;
    subscribe(REQUEST_CHANNEL, this.#begins);
  }

  async settle(): Promise<void> {
    let received = this.#received;
    for (let calmTurns = 0; calmTurns < TURNS; calmTurns++) {
      await turn();
      if (this.#open === this.#waiting() && this.#received === received) continue;
      received = this.#received;
      calmTurns = 0;
    }
  }

  close(): void {
    unsubscribe(REQUEST_CHANNEL, this.#begins);
  }

  readonly #begins = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('response' in message)) return;
    const { response } = message;
    if (!(response instanceof ServerResponse)) return;
    this.#open++;
    this.#received++;
    response.once('close', () => this.#open--);
  };
}
