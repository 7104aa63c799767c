/**
 * The way to Heroku and back: each request takes its time, in virtual milliseconds, so that invocations which overlap
 * meet each other in the middle of what they do, and so that something may happen between a dyno list and the restart
 * that follows it. What surprises: nothing arrives by itself; whoever lets time pass delivers, one after the other.
 */
import type { Random } from '../heroku/random.ts';
import type { Network, RequestRecord } from '../heroku/simulated-heroku.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Range } from './fleet-plan.ts';

/** One way, milliseconds. Nobody has published the API's latencies: these are such as one sees from a cloud nearby. */
const QUICK: Range = [15, 90];
const ONE_WAY: Partial<Record<RequestRecord['kind'], Range>> = {
  restart: [60, 400],
  'log-session': [40, 150],
};

interface Traveller {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly arrive: () => void;
}

export class SlowNetwork implements Network {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #legs = new Map<string, number>();
  #underway: Traveller[] = [];

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How many are on their way. */
  get travelling(): number {
    return this.#underway.length;
  }

  /** When the next one arrives, epoch milliseconds. */
  get nextAt(): number | undefined {
    return this.#underway[0]?.at;
  }

  travel({ kind, app }: RequestRecord): Promise<void> {
    const what = `${kind} of ${app}`;
    // Counted by app: in which order the requests of two apps come in is the machine's affair.
    const leg = (this.#legs.get(what) ?? 0) + 1;
    this.#legs.set(what, leg);
    const takes = Math.round(this.#random.fork(`${what} ${leg}`).between(...(ONE_WAY[kind] ?? QUICK)));
    return new Promise((arrive) => {
      this.#underway.push({ at: this.#clock.now() + takes, arrive });
      this.#underway.sort((one, other) => one.at - other.at);
    });
  }

  /** Lets the next one arrive if it is due. */
  deliver(): void {
    if ((this.nextAt ?? Infinity) <= this.#clock.now()) this.#underway.shift()?.arrive();
  }
}
