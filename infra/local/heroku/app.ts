/**
 * One Heroku app: its formation, its dynos and its log. What surprises: with preboot a restart leaves the old
 * dyno alive, unlisted and logging under the same name, until the boot timeout and two more minutes are over.
 */
import type { Cancel, VirtualClock } from '../virtual-clock.ts';
import type { AppOptions, OneOffOptions, TrafficOptions, WrittenLine } from './app-options.ts';
import { type DynoHome, type Release, SimulatedDyno } from './dyno.ts';
import { LogBuffer } from './log-buffer.ts';
import { type LogSource, MessageLine, RawLine } from './log-line.ts';
import type { DynoBehaviour } from './memory.ts';
import type { Random } from './random.ts';
import { Traffic } from './traffic.ts';

export interface ProcessType {
  readonly id: string;
  readonly type: string;
  quantity: number;
  behaviourOf: (index: number) => DynoBehaviour;
  readonly createdAt: number;
  updatedAt: number;
}

/** Told when Heroku has killed a dyno for vastly exceeding its quota (R15). */
export type KillListener = (app: SimulatedApp, dyno: SimulatedDyno) => void;

/** Preboot's overlap is the boot timeout and so many seconds. */
const OVERLAP_BEYOND_BOOT_TIMEOUT = 120;
/** Milliseconds from a kill (R15) to Heroku's own restart. */
const RESTART_AFTER_KILL = 1000;
const SECONDS_PER_DAY = 86_400;

export class SimulatedApp {
  readonly id: string;
  readonly name: string;
  readonly options: AppOptions;
  readonly createdAt: number;
  readonly buffer = new LogBuffer();
  readonly features: { preboot: boolean; 'log-runtime-metrics': boolean };
  release: Release;
  readonly random: Random;
  /** Told of a dyno right before it is restarted because somebody asked for it. */
  readonly restartListeners = new Set<(dyno: SimulatedDyno) => void>();
  readonly #clock: VirtualClock;
  readonly #home: DynoHome;
  readonly #formation = new Map<string, ProcessType>();
  readonly #listed = new Map<string, SimulatedDyno>();
  /** Old dynos of a preboot overlap, each with what calls its end off. */
  readonly #unlisted = new Map<SimulatedDyno, Cancel>();
  #traffic: TrafficOptions;
  #started = 0;

  constructor(name: string, options: AppOptions, clock: VirtualClock, random: Random, onKill: KillListener) {
    this.id = random.uuid();
    this.name = name;
    this.options = options;
    this.createdAt = clock.now();
    this.features = {
      preboot: options.preboot ?? false,
      'log-runtime-metrics': options.generation !== 'fir' && (options.runtimeMetrics ?? true),
    };
    this.release = { id: random.uuid(), version: 1 };
    this.#clock = clock;
    this.random = random;
    this.#home = {
      clock,
      log: this.buffer,
      number: random.integer(10_000_000, 999_999_999),
      bootSeconds: options.bootSeconds ?? 10,
      cycleEverySeconds: options.cycleEverySeconds ?? SECONDS_PER_DAY,
      killed: (dyno) => {
        onKill(this, dyno);
        this.#afterKill(dyno);
      },
      dueForCycling: (dyno) => {
        if (dyno.listed) this.#replace(dyno, 'Cycling');
      },
    };
    this.#traffic = options;
    this.setTraffic({});
  }

  /** The process types, those scaled to zero included. */
  formation(): ProcessType[] {
    return [...this.#formation.values()];
  }

  /** The dynos that the Platform API lists. */
  dynos(): SimulatedDyno[] {
    return [...this.#listed.values()];
  }

  /** The old ones that live on in a preboot overlap. */
  unlisted(): SimulatedDyno[] {
    return [...this.#unlisted.keys()];
  }

  find(nameOrId: string): SimulatedDyno | undefined {
    return this.#listed.get(nameOrId) ?? this.dynos().find((dyno) => dyno.id === nameOrId);
  }

  /** The listed dyno of a name. Throws where there is none. */
  dyno(name: string): SimulatedDyno {
    const dyno = this.find(name);
    if (dyno === undefined) {
      const found = [...this.#listed.keys()].join(', ') || 'none';
      throw new Error(`Expected app ${this.name} to list a dyno ${name}, found ${found}`);
    }
    return dyno;
  }

  /**
   * Runs so many dynos of a type. A behaviour (one for all, or one by the dyno's number) holds for dynos that
   * start from now on; left out, the type keeps the one it had.
   */
  scale(
    type: string,
    quantity: number,
    behaviour?: DynoBehaviour | ((index: number) => DynoBehaviour),
  ): void {
    const now = this.#clock.now();
    const known = this.#formation.get(type);
    const behaviourOf = typeof behaviour === 'function' ? behaviour : () => behaviour ?? {};
    const process = known ?? {
      id: this.random.uuid(),
      type,
      quantity,
      behaviourOf,
      createdAt: now,
      updatedAt: now,
    };
    if (behaviour !== undefined) process.behaviourOf = behaviourOf;
    process.quantity = quantity;
    process.updatedAt = now;
    this.#formation.set(type, process);
    const running = this.dynos().filter((dyno) => dyno.type === type && !dyno.oneOff);
    for (const dyno of running.filter(({ index }) => index > quantity)) this.#remove(dyno, 'down');
    for (let index = 1; index <= quantity; index++) {
      if (!running.some((dyno) => dyno.index === index)) this.#start(process, index);
    }
  }

  /** Restarts a dyno by its name, as the API does. A one-off is killed, and nothing takes its place. */
  restart(name: string): void {
    const dyno = this.dyno(name);
    for (const listener of this.restartListeners) listener(dyno);
    if (dyno.oneOff) this.#remove(dyno, 'complete');
    else this.#replace(dyno, 'Restarting');
  }

  /** What Heroku does to every dyno about once a day; for a one-off it is the end. */
  cycle(name: string): void {
    const dyno = this.dyno(name);
    if (dyno.oneOff) this.#remove(dyno, 'complete');
    else this.#replace(dyno, 'Cycling');
  }

  /** A new release: every dyno of the formation is replaced. */
  deploy(): void {
    this.release = { id: this.random.uuid(), version: this.release.version + 1 };
    const message = `Release v${this.release.version} created by user developer@example.com`;
    this.log({ source: 'app', process: 'api', message });
    for (const dyno of this.dynos()) if (!dyno.oneOff) this.#replace(dyno, 'Restarting');
  }

  /** The process ends by itself. It stays listed, as `crashed`, until somebody restarts it. */
  crash(name: string): void {
    const dyno = this.dyno(name);
    dyno.say('Process exited with status 1');
    dyno.change('crashed');
  }

  /** Sends the web dynos to sleep, and the traffic with them, as on the eco plan. */
  idle(): void {
    this.buffer.changeTraffic(this.#clock.now(), []);
    for (const dyno of this.dynos().filter(({ type }) => type === 'web')) {
      dyno.say('Idling');
      dyno.change('idle', 'down');
      dyno.say('Stopping all processes with SIGTERM');
      dyno.say('Process exited with status 143');
    }
  }

  wake(): void {
    this.setTraffic({});
    for (const dyno of this.dynos()) if (dyno.state === 'idle') this.#replace(dyno, 'Unidling');
  }

  runOneOff(options: OneOffOptions = {}): SimulatedDyno {
    const type = options.type ?? 'run';
    const index = options.number ?? this.random.integer(1000, 9999);
    const dyno = this.#create(type, index, options, true);
    if (options.seconds !== undefined) {
      const done = () => this.#listed.get(dyno.name) === dyno && this.#remove(dyno, 'complete', 0);
      this.#clock.after((this.#home.bootSeconds + options.seconds) * 1000, done);
    }
    return dyno;
  }

  log(line: WrittenLine): void {
    this.buffer.append(
      new MessageLine(
        this.#clock.now(),
        line.source,
        line.process,
        line.message,
        line.at ?? this.#clock.now(),
      ),
    );
  }

  /** Appends bytes as they are, and the newline that ends every line. They are filtered by source and process. */
  raw(bytes: string | Uint8Array, source: LogSource, process = ''): void {
    this.buffer.append(new RawLine(this.#clock.now(), source, process, bytes));
  }

  /** Changes how much and what router and app write from now on; what is left out stays as it was. */
  setTraffic(changes: TrafficOptions): void {
    this.#traffic = { ...this.#traffic, ...changes };
    const now = this.#clock.now();
    const { routerLinesPerSecond, appLinesPerSecond } = this.#traffic;
    const webDynos = () => this.#formation.get('web')?.quantity ?? 1;
    const stretch = (source: LogSource, linesPerSecond = 0) =>
      linesPerSecond > 0
        ? [new Traffic(source, now, linesPerSecond, this.#traffic, `${this.name}.herokuapp.com`, webDynos)]
        : [];
    const stretches = [...stretch('heroku', routerLinesPerSecond), ...stretch('app', appLinesPerSecond)];
    this.buffer.changeTraffic(now, stretches);
  }

  #start(process: ProcessType, index: number): void {
    this.#create(process.type, index, process.behaviourOf(index), false);
  }

  #create(type: string, index: number, behaviour: DynoBehaviour, oneOff: boolean): SimulatedDyno {
    const random = this.random.fork(`${type}.${index}#${this.#started++}`);
    const name =
      this.options.generation === 'fir'
        ? `${type}-${random.hexadecimal(9)}-${random.hexadecimal(5)}`
        : `${type}.${index}`;
    const identity = {
      ...{ name, type, index, oneOff },
      ...{ release: this.release, runtimeMetrics: this.features['log-runtime-metrics'] },
    };
    const dyno = new SimulatedDyno(this.#home, identity, behaviour, random);
    this.#listed.set(name, dyno);
    return dyno;
  }

  #replace(old: SimulatedDyno, cause: string): void {
    old.say(cause);
    if (this.features.preboot && old.type === 'web' && old.state === 'up') {
      this.#keepUnlisted(old);
    } else {
      old.say(`State changed from ${old.state === 'idle' ? 'down' : old.state} to starting`);
      old.terminate();
    }
    old.listed = false;
    if (old.name !== `${old.type}.${old.index}`) this.#listed.delete(old.name);
    const process = this.#formation.get(old.type);
    if (process !== undefined) this.#start(process, old.index);
  }

  /** Restarting a dyno within an overlap prolongs it: the oldest dyno lives on as well. */
  #keepUnlisted(dyno: SimulatedDyno): void {
    const overlap = (this.options.bootTimeoutSeconds ?? 60) + OVERLAP_BEYOND_BOOT_TIMEOUT;
    const sameName = this.unlisted().filter(({ name }) => name === dyno.name);
    for (const old of [...sameName, dyno]) {
      this.#unlisted.get(old)?.();
      const end = () => {
        this.#unlisted.delete(old);
        old.terminate();
      };
      this.#unlisted.set(old, this.#clock.after(overlap * 1000, end));
    }
  }

  #remove(dyno: SimulatedDyno, state: 'down' | 'complete', status = 143): void {
    if (status !== 0) dyno.say('Stopping all processes with SIGTERM');
    dyno.say(`Process exited with status ${status}`);
    dyno.change(state);
    dyno.listed = false;
    this.#listed.delete(dyno.name);
  }

  #afterKill(dyno: SimulatedDyno): void {
    this.#unlisted.get(dyno)?.();
    this.#unlisted.delete(dyno);
    if (!dyno.listed) return;
    if (dyno.oneOff) {
      dyno.listed = false;
      this.#listed.delete(dyno.name);
      return;
    }
    this.#clock.after(RESTART_AFTER_KILL, () => {
      if (dyno.listed && dyno.state === 'crashed') this.#replace(dyno, 'Restarting');
    });
  }
}
