/**
 * Heroku as overlapping runs see it: one type's dynos, a list that lags behind a restart, and a judge of every
 * restart that is performed.
 */

import type { Deadline } from '../../lib/deadline.ts';
import { AppError } from '../../lib/errors.ts';
import type { Dyno } from '../../lib/heroku/answers.ts';
import { PlatformApi, type RestartOutcome } from '../../lib/heroku/platform-api.ts';
import { RateBudget } from '../../lib/heroku/rate-budget.ts';
import { START_WITHIN_MS } from '../../lib/restarts.ts';
import { EPOCH, type Run, type World } from './concurrency-time.ts';

/** How long a DELETE may be under way: the time limit of lib/heroku/platform-api.ts. */
const DELETE_MS = 10_000;
/** A dyno list counts as read "right before" a restart for so long. */
const RIGHT_BEFORE_MS = 1000;

/** The farthest that two clocks are apart: so much earlier may another run take a live lease for a dead one. */
export const SKEW_MS = 30_000;

/** How a dyno that takes another's place comes up, milliseconds. */
export interface Replacement {
  /** So long the list still shows the old one as up. A cycled dyno's list does not lag. */
  readonly lag: number;
  /** So long after that, the list shows neither. */
  readonly gone: number;
  readonly boot: number;
  /** The new one is over its threshold, too. */
  readonly overAgain: boolean;
}

export interface Place {
  readonly name: string;
  id: string;
  previousId: string;
  over: boolean;
  createdAt: number;
  lagsUntil: number;
  goneUntil: number;
  upAt: number;
  /** When a restart of ours was last performed, by which run; and until when the dyno is down by it. */
  restart: { at: number; by: Run } | undefined;
  downByUsUntil: number;
  cycledAt: number;
}

/** What one run measured and listed. */
export interface Watched {
  readonly run: Run;
  /** UUID by process. */
  readonly measured: ReadonlyMap<string, string>;
  /** The window that the restart of a dyno was granted under. */
  readonly windowOf: (dyno: string) => number;
  /** By process: what it makes of Heroku's answer to its DELETE. */
  readonly outcomes: Map<string, RestartOutcome['outcome']>;
  /** When the newest list was made at Heroku, and when its answer arrived. */
  listMadeAt: number;
  listedAt: number;
}

export class Heroku {
  readonly places: readonly Place[];
  readonly #world: World;
  readonly #atOnce: number;
  readonly #replacements: readonly Replacement[];
  #replaced = 0;
  restarts = 0;

  constructor(world: World, count: number, atOnce: number, replacements: readonly Replacement[]) {
    this.#world = world;
    this.#atOnce = atOnce;
    this.#replacements = replacements;
    this.places = Array.from({ length: count }, (_, index) => ({
      name: `web.${index + 1}`,
      id: `web.${index + 1}-a`,
      previousId: '',
      over: true,
      createdAt: -3_600_000,
      lagsUntil: 0,
      goneUntil: 0,
      upAt: 0,
      restart: undefined,
      downByUsUntil: 0,
      cycledAt: Number.NEGATIVE_INFINITY,
    }));
  }

  list(): Dyno[] {
    const { now } = this.#world;
    return this.places.flatMap(({ name, id, previousId, createdAt, lagsUntil, goneUntil, upAt }) => {
      const shared = { name, type: 'web', createdAt: EPOCH + createdAt, changedAt: EPOCH + createdAt };
      if (now < lagsUntil) return { ...shared, id: previousId, state: 'up' };
      if (now < goneUntil) return [];
      return { ...shared, id, state: now < upAt ? 'starting' : 'up' };
    });
  }

  /** Heroku puts another dyno into this place of its own accord. */
  cycle(index: number): void {
    const place = this.places[index % this.places.length];
    if (place === undefined) return;
    this.#replace(place, { lagging: false });
    place.cycledAt = this.#world.now;
    // From here on it is down by Heroku.
    place.downByUsUntil = this.#world.now;
    this.#world.tell('Heroku', `cycles ${place.name}: now ${place.id}${place.over ? ', over' : ''}`);
  }

  /** Performs a restart that a run has asked for, and says which law it breaks. */
  restart(name: string, watched: Watched): void {
    const world = this.#world;
    const place = this.places.find((one) => one.name === name);
    if (place === undefined) throw new Error(`There is no ${name}`);
    const wrong = watched.measured.get(name) !== place.id;
    // Nobody can know of a dyno that was replaced after the list was made.
    const unknowable = wrong && place.cycledAt >= watched.listMadeAt;
    if (wrong && !unknowable) {
      world.violate(
        `${watched.measured.get(name)} was measured, ${place.id} restarted, though listed before as something else`,
      );
    }
    if (place.restart !== undefined) {
      const { at, by } = place.restart;
      // A window begins with the claim, and its restart is performed so much later at most.
      const skew = Math.max(0, watched.run.skew - by.skew);
      const least = watched.windowOf(watched.measured.get(name) ?? '') - skew - START_WITHIN_MS - DELETE_MS;
      if (world.now - at < least) world.violate(`${name} was restarted twice within ${world.now - at} ms`);
    }
    const others = this.places.filter((one) => one !== place && one.downByUsUntil > world.now);
    if (others.length + 1 > this.#atOnce) {
      const names = [...others, place].map((one) => one.name).join(', ');
      world.violate(`${names} are down at once by us, and at most ${this.#atOnce} may be`);
    }
    // Nor would the claim explain a list that lags behind and shows that one: it names another.
    this.#replace(place, { lagging: !unknowable });
    place.restart = { at: world.now, by: watched.run };
    place.downByUsUntil = place.upAt;
    this.restarts++;
    world.tell('Heroku', `restarts ${name}: now ${place.id}, up in ${place.upAt - world.now} ms`);
  }

  #replace(place: Place, { lagging }: { lagging: boolean }): void {
    const { now } = this.#world;
    const count = this.#replaced++;
    const { lag, gone, boot, overAgain } = this.#replacements[count % this.#replacements.length] ?? {
      lag: 0,
      gone: 0,
      boot: 0,
      overAgain: false,
    };
    place.previousId = place.id;
    place.id = `${place.name}-${String.fromCharCode(98 + count)}`;
    place.createdAt = now;
    place.lagsUntil = lagging ? now + lag : now;
    place.goneUntil = place.lagsUntil + gone;
    place.upAt = Math.max(place.goneUntil, now + boot);
    // In the calm phase a restart helps. Where it never does and a window is shorter than a turn of all dynos,
    // those furthest over come first each time, and the least one may wait for ever: lib/decide.ts means it so.
    place.over = overAgain && !this.#world.calm;
  }
}

/** The Platform API as one run reaches it: how a DELETE's answer is understood is the real one's. */
export class ApiOfRun extends PlatformApi {
  readonly #heroku: Heroku;
  readonly #watched: Watched;
  readonly #world: World;

  constructor(heroku: Heroku, watched: Watched, world: World) {
    super('app', {
      baseUrl: 'https://api.heroku.test',
      token: 'HRKU-the-token-of-all-runs',
      tokenName: 'default',
      budget: new RateBudget(),
      turns: (work) => work(),
      fetch: async (url, init) => this.#delete(String(url), init?.signal),
    });
    this.#heroku = heroku;
    this.#watched = watched;
    this.#world = world;
  }

  override async listDynos(deadline: Deadline): Promise<Dyno[]> {
    let madeAt = 0;
    // Three tries of 10 s.
    const signal = deadline.within(30_000);
    const listed = this.#world.operate(this.#watched.run, {
      step: 'list',
      what: 'list',
      signal,
      mayBeLate: false,
      effect: () => {
        madeAt = this.#world.now;
        const list = this.#heroku.list();
        const shown = list.map(({ id, state }) => `${id} ${state}`).join(', ');
        this.#world.tell(this.#watched.run.name, `is listed ${shown}`);
        return list;
      },
      failure: () => {
        throw new AppError('heroku', 'GET dynos: Heroku answered 503.');
      },
    });
    const dynos = await listed.catch((error: unknown) => {
      if (signal.aborted) throw new AppError('timeout', 'GET dynos: Heroku did not answer in time.');
      throw error;
    });
    this.#watched.listMadeAt = madeAt;
    this.#watched.listedAt = this.#world.now;
    return dynos;
  }

  override async restartDyno(name: string, limitMs: number): Promise<RestartOutcome> {
    const answer = await super.restartDyno(name, limitMs);
    this.#watched.outcomes.set(name, answer.outcome);
    return answer;
  }

  #delete(url: string, signal: AbortSignal | null | undefined): Promise<Response> {
    const world = this.#world;
    const name = url.slice(url.lastIndexOf('/') + 1);
    const age = world.now - this.#watched.listedAt;
    if (age > RIGHT_BEFORE_MS) world.violate(`${name} is to be restarted by a list that came ${age} ms ago`);
    return world.operate(this.#watched.run, {
      step: 'DELETE',
      what: `DELETE: ${name}`,
      signal: signal ?? new AbortController().signal,
      mayBeLate: false,
      effect: () => {
        this.#heroku.restart(name, this.#watched);
        return new Response(null, { status: 202 });
      },
      failure: ({ performed, status }) => {
        if (status === 0) throw new Error('socket hang up');
        // What Heroku refuses, it does not do.
        return new Response(null, { status: performed && !mayBeDone(status) ? 503 : status });
      },
    });
  }
}

/** Statuses of a server, or of a proxy in between, that does not know what has been done. */
function mayBeDone(status: number): boolean {
  return status >= 500 || status === 408;
}
