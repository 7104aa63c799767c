/**
 * The timers of a virtual clock: a binary heap by time and, at the same time, by order of adding. A simulated
 * day fires more than a million of them, so a cancelled timer is only marked, and dropped when it comes up.
 */

export interface Timer {
  /** Epoch milliseconds. */
  at: number;
  order: number;
  readonly period: number | undefined;
  readonly callback: () => void;
  cancelled: boolean;
}

export class TimerQueue {
  readonly #heap: Timer[] = [];
  #added = 0;

  add(at: number, period: number | undefined, callback: () => void): Timer {
    const timer: Timer = { at, order: this.#added++, period, callback, cancelled: false };
    this.#push(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    timer.cancelled = true;
  }

  /** The next timer to fire, left where it is. */
  next(): Timer | undefined {
    while (this.#heap[0]?.cancelled) this.#removeFirst();
    return this.#heap[0];
  }

  /** Takes the next timer out; one that repeats is put back for its next time. */
  takeNext(): void {
    const timer = this.next();
    if (timer === undefined) return;
    this.#removeFirst();
    if (timer.period === undefined) return;
    timer.at += timer.period;
    timer.order = this.#added++;
    this.#push(timer);
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = heap[parentPlace];
      if (parent === undefined || !before(timer, parent)) break;
      heap[place] = parent;
      place = parentPlace;
    }
    heap[place] = timer;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let childPlace = 2 * place + 1;
      let child = heap[childPlace];
      if (child === undefined) break;
      const sibling = heap[childPlace + 1];
      if (sibling !== undefined && before(sibling, child)) {
        child = sibling;
        childPlace++;
      }
      if (!before(child, last)) break;
      heap[place] = child;
      place = childPlace;
    }
    heap[place] = last;
  }
}

function before(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
