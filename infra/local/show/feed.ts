/**
 * The newest of what the function said, for the live table: what it says of the same dyno minute after minute is
 * one entry, with a count, or a single dyno in its window would push everything else off the screen.
 */
import { type Said, type Telling, tell, tellRejection } from './said.ts';

export interface Entry {
  /** Epoch milliseconds: when it was last said. */
  readonly at: number;
  readonly telling: Telling;
  /** How often it was said. */
  readonly times: number;
  /** What makes two of them the same. */
  readonly key: string;
  /** UUID, where it is about a dyno. */
  readonly dyno: string | undefined;
}

const MOST = 100;

export class Feed {
  /** Newest first. */
  entries: readonly Entry[] = [];

  add(event: Said): void {
    if (event.event === 'DynoSize' || event.event === 'ScanDone') return;
    const dyno = 'dyno' in event ? event.dyno : undefined;
    const reason = 'reason' in event ? event.reason : '';
    const telling = tell(event);
    this.#push(
      Date.parse(event.at),
      telling,
      [event.event, telling.app, telling.process, dyno, reason].join(' '),
      dyno,
    );
  }

  addRejection(at: number, message: string): void {
    this.#push(at, tellRejection(message), `ScanFailed ${message}`, undefined);
  }

  #push(at: number, telling: Telling, key: string, dyno: string | undefined): void {
    const before = this.entries.find((entry) => entry.key === key);
    const others = this.entries.filter((entry) => entry !== before);
    const times = (before?.times ?? 0) + 1;
    this.entries = [{ at, telling, times, key, dyno }, ...others].slice(0, MOST);
  }
}
