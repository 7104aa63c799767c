/** What is written down of one process (`web.1`) over the day: the sizes of its dynos, one after the other. */
import type { Measure } from '../../../lib/config/app-config.ts';
import type { Point } from '../../report/report.ts';
import type { SimulatedDyno } from '../heroku/dyno.ts';

export interface ProcessFacts {
  readonly app: string;
  readonly process: string;
  readonly type: string;
  readonly size: string;
  readonly quota: number;
  /** Undefined where the policy does not watch it. */
  readonly thresholdMb: number | undefined;
  /** What is compared with it, and drawn. */
  readonly measure: Measure;
}

export class ProcessBook {
  readonly facts: ProcessFacts;
  /** When the listed dyno was found to be another one, epoch milliseconds. */
  readonly replacedAt: number[] = [];
  minutesAboveQuota = 0;
  readonly #listed = new Line();
  readonly #old = new Line();

  constructor(facts: ProcessFacts) {
    this.facts = facts;
  }

  get points(): readonly Point[] {
    return this.#listed.points;
  }

  get oldPoints(): readonly Point[] {
    return this.#old.points;
  }

  note(time: number, dyno: SimulatedDyno, sizeMb: number): void {
    if (!dyno.listed) {
      this.#old.add(time, dyno.id, sizeMb);
      return;
    }
    if (this.#listed.add(time, dyno.id, sizeMb) === 'another') this.replacedAt.push(dyno.createdAt);
  }

  /** All dynos have been looked at: where none has been noted, there is none. */
  endTick(time: number): void {
    this.#listed.endTick(time);
    this.#old.endTick(time);
  }
}

/** Points of one dyno after another, with a gap between them. */
class Line {
  readonly points: Point[] = [];
  #dyno: string | undefined;

  /** Of several dynos at one time, the first is drawn. */
  add(time: number, dyno: string, value: number): 'same' | 'another' {
    const last = this.points.at(-1);
    if (last?.time === time && last.value !== null) return 'same';
    const another = this.#dyno !== undefined && this.#dyno !== dyno;
    if (another && last !== undefined && last.value !== null)
      this.points.push({ time: last.time + 1, value: null });
    this.#dyno = dyno;
    this.points.push({ time, value });
    return another ? 'another' : 'same';
  }

  endTick(time: number): void {
    const last = this.points.at(-1);
    if (last !== undefined && last.value !== null && last.time < time)
      this.points.push({ time, value: null });
  }
}
