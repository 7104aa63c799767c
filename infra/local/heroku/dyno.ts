/**
 * One dyno: from starting over up to its end, with a memory that grows and a sample every 20 seconds or so.
 * What surprises: with preboot a dyno goes on living, growing and logging after it has left the dyno list.
 */
import type { Cancel, VirtualClock } from '../virtual-clock.ts';
import { quotaOfSize, vastlyExceededFactor } from './dyno-sizes.ts';
import type { LogBuffer } from './log-buffer.ts';
import { MessageLine } from './log-line.ts';
import {
  type DynoBehaviour,
  LoadLine,
  MemoryLine,
  type MemoryReading,
  readMemory,
  runningOverQuota,
  sampleHead,
} from './memory.ts';
import type { Random } from './random.ts';

/** `complete` is never listed: it is where a dyno's life ends. */
export type DynoState = 'starting' | 'up' | 'crashed' | 'idle' | 'down' | 'complete';

export interface Release {
  readonly id: string;
  readonly version: number;
}

/** What a dyno needs of the app that it belongs to. */
export interface DynoHome {
  readonly clock: VirtualClock;
  readonly log: LogBuffer;
  /** The number in `dyno=heroku.<number>.<uuid>`, the same for the whole app. */
  readonly number: number;
  readonly bootSeconds: number;
  readonly cycleEverySeconds: number;
  /** Called when Heroku has killed a dyno for vastly exceeding its quota (R15). */
  killed(dyno: SimulatedDyno): void;
  /** Called when a dyno has lived for a day or so. */
  dueForCycling(dyno: SimulatedDyno): void;
}

export interface DynoIdentity {
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly release: Release;
  /** `log-runtime-metrics` takes hold of a dyno when it starts. */
  readonly runtimeMetrics: boolean;
  readonly oneOff: boolean;
}

/** Public logs show periods between 20 and 22 s; none is longer than 25 s. Milliseconds. */
const SHORTEST_PERIOD = 19_500;
const LONGEST_PERIOD = 22_000;
const PERIOD_JITTER = 300;

export class SimulatedDyno {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly oneOff: boolean;
  readonly size: string;
  /** Megabytes. */
  readonly quota: number;
  readonly command: string;
  readonly release: Release;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** May be changed at any time, to make a healthy dyno leak or a leaking one stop. */
  behaviour: DynoBehaviour;
  /** Whether the Platform API names it. */
  listed = true;
  state: DynoState = 'starting';
  updatedAt: number;
  readonly #home: DynoHome;
  readonly #runtimeMetrics: boolean;
  readonly #head: string;
  readonly #random: Random;
  readonly #period: number;
  #timers: Cancel[] = [];
  #nextSample: Cancel | undefined;

  constructor(home: DynoHome, identity: DynoIdentity, behaviour: DynoBehaviour, random: Random) {
    this.#home = home;
    this.id = random.uuid();
    this.name = identity.name;
    this.type = identity.type;
    this.index = identity.index;
    this.oneOff = identity.oneOff;
    this.release = identity.release;
    this.#runtimeMetrics = identity.runtimeMetrics;
    this.behaviour = behaviour;
    this.size = behaviour.size ?? 'standard-1X';
    this.quota = behaviour.quota ?? quotaOfSize(this.size);
    this.command = behaviour.command ?? `bundle exec ${identity.type}`;
    this.createdAt = home.clock.now();
    this.updatedAt = this.createdAt;
    this.#head = sampleHead(this.name, home.number, this.id);
    this.#random = random;
    this.#period = Math.round(random.between(SHORTEST_PERIOD, LONGEST_PERIOD));
    this.say(`Starting process with command \`${this.command}\``);
    this.#timers.push(home.clock.after(home.bootSeconds * 1000, () => this.#goUp()));
  }

  get ageSeconds(): number {
    return (this.#home.clock.now() - this.createdAt) / 1000;
  }

  /** What it would measure now, jitter included. */
  memory(): MemoryReading {
    return readMemory(this.behaviour, this.quota, this.ageSeconds, this.#random);
  }

  say(message: string): void {
    const { clock, log } = this.#home;
    log.append(new MessageLine(clock.now(), 'heroku', this.name, message));
  }

  /** Puts it into a state, says so in the log under the word that Heroku uses, and ends its samples unless up. */
  change(state: DynoState, word: string = state): void {
    this.say(`State changed from ${this.state} to ${word}`);
    this.state = state;
    this.updatedAt = this.#home.clock.now();
    if (state !== 'up') this.halt();
  }

  /** Ends it without a word: no more samples, no timers. */
  halt(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#nextSample?.();
    this.#nextSample = undefined;
  }

  /** Stops it as a restart does. */
  terminate(): void {
    this.halt();
    if (this.state === 'starting' || this.state === 'up') {
      this.say('Stopping all processes with SIGTERM');
      this.say('Process exited with status 143');
    }
    this.state = 'complete';
  }

  #goUp(): void {
    const { clock, cycleEverySeconds } = this.#home;
    this.change('up');
    if (!this.oneOff && cycleEverySeconds < Infinity) {
      // Heroku spreads the cycling of dynos over up to 216 minutes beyond the 24 hours: 15 %.
      const dueAfter = cycleEverySeconds * 1000 * this.#random.between(1, 1.15);
      this.#timers.push(clock.after(dueAfter, () => this.#home.dueForCycling(this)));
    }
    this.#nextSample = clock.after(this.#random.integer(1, this.#period), this.#sample);
  }

  readonly #sample = (): void => {
    const { clock, log } = this.#home;
    const now = clock.now();
    const age = (now - this.createdAt) / 1000;
    const reading = readMemory(this.behaviour, this.quota, age, this.#random);
    if (this.#runtimeMetrics) {
      log.append(new LoadLine(now, this.name, this.#head, this.#random.fraction(), age));
      log.append(new MemoryLine(now, this.name, this.#head, reading, age));
    }
    const jitter = this.#random.integer(-PERIOD_JITTER, PERIOD_JITTER);
    this.#nextSample = clock.after(this.#period + jitter, this.#sample);
    if (reading.total <= this.quota) return;
    this.say(runningOverQuota(reading));
    if (reading.total < this.quota * vastlyExceededFactor(this.size)) {
      this.say('Error R14 (Memory quota exceeded)');
      return;
    }
    this.say('Error R15 (Memory quota vastly exceeded)');
    this.say('Stopping process with SIGKILL');
    this.say('Process exited with status 137');
    this.change('crashed');
    this.#home.killed(this);
  };
}
