/**
 * The dyno list that Heroku would have shown, as far as a log tells: which dyno bore which name, since when, and was
 * it up. And what would have become of it, had a dyno been restarted.
 *
 *     web.1   ├── dyno A ────────┤ ├── dyno B ──────────      as recorded
 *     web.1   ├── dyno A ───✕      ├── dyno B ──────────      A restarted at ✕
 *                           ╰─ ? ─╯ a dyno that nobody has recorded: listed and up, without a word of its memory
 *
 * What surprises: a name's dyno is the one that was heard of *last for the first time*. With preboot the old one goes
 * on logging under the same name, and is not listed any more.
 */
import type { Dyno } from '../../../lib/heroku/answers.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { FRESH_MS } from '../../../lib/sightings.ts';
import type { StateChange } from './log-entry.ts';

/** A dyno that came before is known for so long after its last word. */
const REMEMBERED_MS = 3600_000;
/** A line that says "up" belongs to the dyno that bears the name, if that one is not older than this. */
const BOOT_LIMIT_MS = 300_000;

/** Listed in place of a UUID until the log names one: equal to none that was measured. */
export const UNKNOWN_DYNO = 'another dyno';

interface Place {
  readonly type: string;
  /** Undefined: one that has not been heard of yet. */
  dyno: string | undefined;
  state: string;
  /** Epoch milliseconds; -Infinity: before the log begins. */
  createdAt: number;
  changedAt: number;
  heardAt: number;
  /** Nobody has recorded this one: it comes from a restart that did not happen. */
  assumed: boolean;
  readonly past: Map<string, Past>;
}

interface Past {
  heardAt: number;
  /** What is recorded of it since would not have happened. */
  readonly restarted: boolean;
}

/** What a sample's dyno is: heard of for the first time, heard of before, or one that would no longer have been there. */
export type Heard = 'new' | 'known' | 'undone';

export class DerivedDynos {
  readonly #places = new Map<string, Place>();
  readonly #bornAfter: number;

  /** @param bornAfter whoever is heard of later was not there when the log began, epoch milliseconds */
  constructor(bornAfter: number) {
    this.#bornAfter = bornAfter;
  }

  hear({ process, type, dyno, at }: Sample): Heard {
    const place = this.#places.get(process);
    if (place === undefined) {
      const createdAt = at > this.#bornAfter ? at : Number.NEGATIVE_INFINITY;
      this.#places.set(process, newPlace({ type, dyno, createdAt, at }));
      return 'new';
    }
    place.heardAt = Math.max(place.heardAt, at);
    if (place.dyno === dyno) return 'known';
    const past = place.past.get(dyno);
    if (past !== undefined) {
      past.heardAt = Math.max(past.heardAt, at);
      return past.restarted ? 'undone' : 'known';
    }
    if (place.dyno !== undefined || place.assumed || place.state === 'down') this.#succeed(place, at, 'up');
    place.dyno = dyno;
    return 'new';
  }

  change({ process, type, state, at }: StateChange): void {
    const place = this.#places.get(process) ?? newPlace({ type, dyno: undefined, createdAt: at, at });
    this.#places.set(process, place);
    place.heardAt = Math.max(place.heardAt, at);
    const knownSince = Math.max(place.createdAt, this.#bornAfter);
    const isNew = state === 'starting' || (state === 'up' && at - knownSince > BOOT_LIMIT_MS);
    if (isNew || state === 'down') this.#succeed(place, at, state);
    place.state = state;
    place.changedAt = at;
  }

  /** When the dyno of this name was made, epoch milliseconds; undefined where the log does not show it. */
  createdAt(process: string): number | undefined {
    const createdAt = this.#places.get(process)?.createdAt;
    return createdAt !== undefined && Number.isFinite(createdAt) ? createdAt : undefined;
  }

  /** As if the dyno of this name had been restarted. */
  restart(process: string, now: number): void {
    const place = this.#places.get(process);
    if (place === undefined) return;
    this.#succeed(place, now, 'up', true);
    place.assumed = true;
  }

  /** The list at this time. A dyno that has been silent for two minutes is taken for gone. */
  list(now: number): Dyno[] {
    return [...this.#places]
      .filter(([, place]) => place.state !== 'down' && now - place.heardAt <= FRESH_MS)
      .map(([name, { type, dyno, state, createdAt, changedAt }]) => ({
        ...{ id: dyno ?? UNKNOWN_DYNO, name, type, state, createdAt, changedAt },
      }));
  }

  #succeed(place: Place, at: number, state: string, restarted = false): void {
    for (const [dyno, { heardAt }] of place.past) {
      if (heardAt < at - REMEMBERED_MS) place.past.delete(dyno);
    }
    if (place.dyno !== undefined) place.past.set(place.dyno, { heardAt: at, restarted });
    place.dyno = undefined;
    place.assumed = false;
    place.state = state;
    place.createdAt = at;
    place.changedAt = at;
  }
}

function newPlace(parts: { type: string; dyno: string | undefined; createdAt: number; at: number }): Place {
  const { at, ...rest } = parts;
  return { ...rest, state: 'up', changedAt: at, heardAt: at, assumed: false, past: new Map() };
}
