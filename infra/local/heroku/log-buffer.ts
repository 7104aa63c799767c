/**
 * One app's log as logplex keeps it: the last 1,500 lines of the whole app. Whoever reads gets the newest N of
 * all of them, and only then is filtered, so a busy router hides the samples of quiet dynos. Lines that were
 * really written are kept in a ring, traffic is computed while reading, and the two are merged by time.
 */
import { type LogFilter, type LogLine, passes } from './log-line.ts';
import type { Traffic } from './traffic.ts';

/** How many lines of an app logplex keeps. */
export const BUFFER_LINES = 1500;

/** How many stretches of traffic are remembered; a test that changes its traffic more often loses the oldest. */
const STRETCHES = 32;

export class LogBuffer {
  readonly #ring: LogLine[] = [];
  #oldest = 0;
  #traffic: Traffic[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();

  append(line: LogLine): void {
    if (this.#ring.length < BUFFER_LINES) {
      this.#ring.push(line);
    } else {
      this.#ring[this.#oldest] = line;
      this.#oldest = (this.#oldest + 1) % BUFFER_LINES;
    }
    for (const follower of this.#followers) follower(line);
  }

  /** Ends the traffic there was, and begins another. Epoch milliseconds. */
  changeTraffic(at: number, traffic: readonly Traffic[]): void {
    for (const old of this.#traffic) old.end(at);
    this.#traffic = [...this.#traffic.filter((old) => old.writtenBy(at) > 0), ...traffic].slice(-STRETCHES);
  }

  /** The newest `count` lines at a time, those of them that pass, oldest first. */
  history(at: number, count: number, filter: LogFilter): LogLine[] {
    const newestFirst: LogLine[] = [];
    const streams = this.#traffic.map((traffic) => ({ traffic, left: traffic.writtenBy(at) }));
    let ringLeft = this.#ring.length;
    for (let taken = 0; taken < Math.min(count, BUFFER_LINES); taken++) {
      const written = ringLeft > 0 ? this.#ringLine(ringLeft - 1) : undefined;
      let latest = written?.arrivedAt ?? -Infinity;
      let busiest: (typeof streams)[number] | undefined;
      for (const stream of streams) {
        const time = stream.left > 0 ? stream.traffic.timeOf(stream.left - 1) : -Infinity;
        if (time > latest) {
          latest = time;
          busiest = stream;
        }
      }
      if (busiest !== undefined) {
        const k = --busiest.left;
        if (busiest.traffic.passes(filter, k)) {
          newestFirst.push(busiest.traffic.line(k));
        }
      } else if (written !== undefined) {
        ringLeft--;
        if (passes(filter, written.source, written.process)) newestFirst.push(written);
      } else {
        break;
      }
    }
    return newestFirst.reverse();
  }

  /** The traffic lines after one time, up to and including another, that pass, oldest first. */
  trafficBetween(after: number, until: number, filter: LogFilter): LogLine[] {
    const lines: LogLine[] = [];
    for (const traffic of this.#traffic) {
      const end = traffic.writtenBy(until);
      for (let k = traffic.writtenBy(after); k < end; k++) {
        if (traffic.passes(filter, k)) lines.push(traffic.line(k));
      }
    }
    return lines;
  }

  /** Calls back with every line that is written from now on, traffic not counted. Returns what ends it. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #ringLine(place: number): LogLine | undefined {
    return this.#ring[(this.#oldest + place) % this.#ring.length];
  }
}
