/**
 * A log's sizes over time, for a chart, in bounded memory: the largest size of each process in each slot of time.
 * Where the log turns out longer than expected, two slots become one.
 */

export interface Slots {
  /** Milliseconds. */
  readonly width: number;
  /** Where each slot begins, epoch milliseconds. */
  readonly starts: readonly number[];
  /** By process, a size for each slot; null where nothing is recorded. */
  readonly recorded: ReadonlyMap<string, readonly (number | null)[]>;
  /** The same, of what would not have been. */
  readonly undone: ReadonlyMap<string, readonly (number | null)[]>;
}

const FIRST_WIDTH_MS = 60_000;
const MOST_SLOTS = 1500;

type Sizes = Map<number, number>;

export class Timeline {
  #width = FIRST_WIDTH_MS;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #recorded = new Map<string, Sizes>();
  #undone = new Map<string, Sizes>();

  add(process: string, at: number, size: number, undone: boolean): void {
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    while (this.#slotOf(this.#last) - this.#slotOf(this.#first) >= MOST_SLOTS) this.#widen();
    const processes = undone ? this.#undone : this.#recorded;
    let sizes = processes.get(process);
    if (sizes === undefined) {
      sizes = new Map();
      processes.set(process, sizes);
    }
    const slot = this.#slotOf(at);
    sizes.set(slot, Math.max(size, sizes.get(slot) ?? 0));
  }

  slots(): Slots {
    if (this.#last < this.#first)
      return { width: this.#width, starts: [], recorded: new Map(), undone: new Map() };
    const first = this.#slotOf(this.#first);
    const numbers = Array.from({ length: this.#slotOf(this.#last) - first + 1 }, (_, index) => first + index);
    const spread = (processes: ReadonlyMap<string, Sizes>) =>
      new Map(
        [...processes].map(([process, sizes]) => [process, numbers.map((slot) => sizes.get(slot) ?? null)]),
      );
    return {
      width: this.#width,
      starts: numbers.map((slot) => slot * this.#width),
      recorded: spread(this.#recorded),
      undone: spread(this.#undone),
    };
  }

  #slotOf(at: number): number {
    return Math.floor(at / this.#width);
  }

  #widen(): void {
    this.#width *= 2;
    this.#recorded = halved(this.#recorded);
    this.#undone = halved(this.#undone);
  }
}

function halved(processes: ReadonlyMap<string, Sizes>): Map<string, Sizes> {
  return new Map(
    [...processes].map(([process, sizes]) => {
      const wider: Sizes = new Map();
      for (const [slot, size] of sizes) {
        const into = Math.floor(slot / 2);
        wider.set(into, Math.max(size, wider.get(into) ?? 0));
      }
      return [process, wider];
    }),
  );
}
