/** Collects the lives of an app's dynos as a log goes by. Bounded: of each type, only so many lives are kept. */
import type { Sample } from '../../../../lib/heroku/sample.ts';
import { typeOf } from '../../../../lib/processes.ts';
import { Life } from './life.ts';

const MOST_LIVES_OF_A_TYPE = 300;
/** A dyno that has been silent for so long is over. */
const OVER_AFTER_MS = 3600_000;

export class Lives {
  readonly #bornAfter: number;
  readonly #living = new Map<string, Life>();
  readonly #over = new Map<string, Life[]>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** @param bornAfter dynos that are heard of later were not there when the log began, epoch milliseconds */
  constructor(bornAfter: number) {
    this.#bornAfter = bornAfter;
  }

  add(sample: Sample): void {
    const key = `${sample.process} ${sample.dyno}`;
    let life = this.#living.get(key);
    if (life === undefined) {
      life = new Life(sample, sample.at > this.#bornAfter);
      this.#living.set(key, life);
      this.#sweep(sample.at);
    }
    life.add(sample);
  }

  /** By process type. */
  all(): Map<string, readonly Life[]> {
    const byType = new Map<string, readonly Life[]>(this.#over);
    for (const life of this.#living.values()) {
      const type = typeOf(life.process);
      byType.set(type, [...(byType.get(type) ?? []), life]);
    }
    return byType;
  }

  #sweep(now: number): void {
    if (now < this.#sweptAt + OVER_AFTER_MS) return;
    this.#sweptAt = now;
    for (const [key, life] of this.#living) {
      if (life.lastAt >= now - OVER_AFTER_MS) continue;
      this.#living.delete(key);
      const type = typeOf(life.process);
      const lives = this.#over.get(type) ?? [];
      this.#over.set(type, lives);
      lives.push(life);
      if (lives.length > MOST_LIVES_OF_A_TYPE) lives.splice(shortest(lives), 1);
    }
  }
}

function shortest(lives: readonly Life[]): number {
  return lives.reduce(
    (least, life, index) => (life.hours < (lives[least]?.hours ?? Number.POSITIVE_INFINITY) ? index : least),
    0,
  );
}
