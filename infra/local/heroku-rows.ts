/**
 * The dynos of a real app, as far as the function's own events tell of them: its newest sizes, and whom it has
 * restarted. Nothing else is asked of Heroku for the sake of a table.
 */
import type { Rules } from '../../lib/config/app-config.ts';
import { compareProcesses } from '../../lib/processes.ts';
import type { DynoRow } from './show/dyno-row.ts';
import { readSaid } from './show/said.ts';
import { thresholdMb } from './stage.ts';

/** A scan comes every minute, and may listen for half of one. */
const HEARD_WITHIN_MS = 100_000;
const FORGOTTEN_AFTER_MS = 600_000;

interface Heard {
  readonly row: DynoRow;
  readonly at: number;
}

export class HerokuRows {
  readonly #rules: ReadonlyMap<string, Rules>;
  readonly #heard = new Map<string, Heard>();
  readonly #restarted = new Set<string>();

  constructor(rules: ReadonlyMap<string, Rules>) {
    this.#rules = rules;
  }

  /** Takes in one line of the function's. */
  take(line: string): void {
    const event = readSaid(line);
    if (event.event === 'DynoRestart') this.#restarted.add(event.dyno);
    if (event.event !== 'DynoSize') return;
    const { app, process, dyno, size, quota } = event;
    const rules = this.#rules.get(process.replace(/\.\d+$/, ''));
    const row = { app, process, dyno, size, quota, threshold: thresholdMb(rules, quota) };
    this.#heard.set(dyno, {
      row: { ...row, state: 'heard', uptimeSeconds: undefined },
      at: Date.parse(event.at),
    });
  }

  /** At a time, epoch milliseconds. A dyno that fell silent is shown until another of its name is heard. */
  at(now: number): DynoRow[] {
    const heard = [...this.#heard.values()].filter(({ at }) => now - at < FORGOTTEN_AFTER_MS);
    const isLast = ({ row, at }: Heard) =>
      !heard.some((other) => other.row.process === row.process && other.at > at);
    return heard
      .flatMap((one) => {
        if (this.#restarted.has(one.row.dyno)) return isLast(one) ? [{ ...one.row, state: 'restarted' }] : [];
        if (now - one.at < HEARD_WITHIN_MS) return [one.row];
        return isLast(one) ? [{ ...one.row, state: 'silent' }] : [];
      })
      .sort((one, other) => compareProcesses(one.process, other.process));
  }
}
