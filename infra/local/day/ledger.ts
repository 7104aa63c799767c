/**
 * Keeps the books of a day. It looks at the simulated dynos themselves, never at what a policy says of them, but
 * for which dyno it had measured before a restart.
 *
 * - *Minutes above quota*: every ten seconds each dyno that runs, an old one in a preboot overlap too, and whose
 *   `memory_total` (without the jitter of a reading) is above its quota, adds ten seconds.
 * - *Restarts*: those asked for by the policy. Heroku's own (cycling, deploys, scaling, R15) are none.
 * - *Wrong*: the dyno that went down is not the one that the policy had measured, or it had itself not been above the
 *   policy's threshold at any time of the two minutes before (by the measure that the policy was told to use).
 * - *Double*: the second of two restarts of one process less than its window (30 minutes for all) apart.
 * - *Largest share down*: right after each restart, how many dynos of the type are not up because of the policy's
 *   restarts, of all listed. Types with one dyno are left out: that one has no choice.
 * - *Above restartsAtOnce*: restarts of a dyno while so many others of its type as 10 % (rounded up, and never all
 *   of several) were not up already, whatever the cause. Under the gem it says how often the same rule would be broken.
 * - *One-offs killed*: restarts of a one-off dyno.
 */
import type { SimulatedDyno } from '../heroku/dyno.ts';
import { readMemory } from '../heroku/memory.ts';
import { Random } from '../heroku/random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { FleetApp } from './fleet.ts';
import type { Decision, Policy, Watched } from './policy.ts';
import { ProcessBook } from './process-book.ts';
import type { RestartTold, ShareDown } from './results.ts';

const TICK_MS = 10_000;
const MINUTE_MS = 60_000;
const WINDOW_MS = 30 * MINUTE_MS;
const MEASURED_WITHIN_MS = 2 * MINUTE_MS + TICK_MS;
/** Between a policy's word and Heroku's deed, or the other way round. */
const SAME_RESTART_MS = 10_000;

interface Restarted {
  readonly at: number;
  readonly app: string;
  readonly process: string;
  readonly dyno: string;
  readonly oneOff: boolean;
  readonly wasOver: boolean;
  readonly double: boolean;
}

export class Ledger {
  readonly #clock: VirtualClock;
  readonly #policy: Policy;
  readonly #fleet: readonly FleetApp[];
  readonly #books = new Map<string, ProcessBook>();
  readonly #restarts: Restarted[] = [];
  readonly #lastOverAt = new Map<string, number>();
  readonly aboveQuota: { time: number; value: number }[] = [];
  dynoMinutes = 0;
  aboveRestartsAtOnce = 0;
  largestShareDown: ShareDown | undefined;

  constructor(clock: VirtualClock, policy: Policy, fleet: readonly FleetApp[]) {
    this.#clock = clock;
    this.#policy = policy;
    this.#fleet = fleet;
  }

  /** From now on. Returns what ends it. */
  open(): () => void {
    const cancel = this.#clock.every(TICK_MS, () => this.#tick());
    for (const member of this.#fleet) {
      member.app.restartListeners.add((dyno) => this.#noteRestart(member, dyno));
    }
    return () => {
      cancel();
      for (const { app } of this.#fleet) app.restartListeners.clear();
    };
  }

  get books(): readonly ProcessBook[] {
    return [...this.#books.values()];
  }

  /** The restarts, each judged by the decision that it came from. */
  restarts(): (RestartTold & { readonly oneOff: boolean })[] {
    return this.#restarts.map(({ at, app, process, dyno, oneOff, wasOver, double }) => {
      const decision = nearest(this.#policy.decisions, { at, app, process });
      return { at, app, process, oneOff, double, wrong: !wasOver || decision?.dyno !== dyno };
    });
  }

  #tick(): void {
    const now = this.#clock.now();
    let above = 0;
    for (const member of this.#fleet) {
      for (const dyno of [...member.app.dynos(), ...member.app.unlisted()]) {
        if (dyno.oneOff || dyno.state !== 'up') continue;
        const size = sizeOf(dyno);
        this.dynoMinutes += TICK_MS / MINUTE_MS;
        const book = this.#bookOf(member, dyno);
        book.note(now, dyno, size[book.facts.measure]);
        const watched = this.#policy.watches(member, dyno.type, dyno.quota);
        if (isOver(dyno, watched)) this.#lastOverAt.set(dyno.id, now);
        if (size.memory_total <= dyno.quota) continue;
        above++;
        book.minutesAboveQuota += TICK_MS / MINUTE_MS;
      }
    }
    for (const book of this.#books.values()) book.endTick(now);
    this.aboveQuota.push({ time: now, value: above });
  }

  #bookOf(member: FleetApp, { name, type, size, quota }: SimulatedDyno): ProcessBook {
    const app = member.app.name;
    const key = `${app} ${name}`;
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const { thresholdMb, measure = 'memory_total' } = this.#policy.watches(member, type, quota) ?? {};
    const book = new ProcessBook({ app, process: name, type, size, quota, thresholdMb, measure });
    this.#books.set(key, book);
    return book;
  }

  #noteRestart(member: FleetApp, dyno: SimulatedDyno): void {
    const { app } = member;
    const at = this.#clock.now();
    const watched = this.#policy.watches(member, dyno.type, dyno.quota);
    const overAt = this.#lastOverAt.get(dyno.id) ?? -Infinity;
    const wasOver = isOver(dyno, watched) || at - overAt <= MEASURED_WITHIN_MS;
    const before = this.#restarts.findLast((one) => one.app === app.name && one.process === dyno.name);
    const double = before !== undefined && at - before.at < WINDOW_MS;
    const { name: process, id, oneOff } = dyno;
    this.#restarts.push({ at, app: app.name, process, dyno: id, oneOff, wasOver, double });
    if (oneOff) return;

    const listed = app.dynos().filter(({ type }) => type === dyno.type);
    const othersDown = listed.filter(({ id: other, state }) => other !== id && state !== 'up');
    if (othersDown.length >= mayBeDown(listed.length)) this.aboveRestartsAtOnce++;
    const byUs = othersDown.filter((other) => this.#wasRestartedByPolicy(app.name, other));
    const share = { app: app.name, type: dyno.type, down: byUs.length + 1, of: listed.length };
    const largest = this.largestShareDown;
    if (share.of > 1 && (largest === undefined || share.down / share.of > largest.down / largest.of)) {
      this.largestShareDown = share;
    }
  }

  /** Whether a dyno that is not up began its life with a restart of the policy's. */
  #wasRestartedByPolicy(app: string, { name, createdAt }: SimulatedDyno): boolean {
    return this.#restarts.some((one) => one.app === app && one.process === name && one.at === createdAt);
  }
}

/** The default of `restartsAtOnce`, which the whole fleet has. */
function mayBeDown(listed: number): number {
  const asked = Math.ceil(listed / 10);
  return listed > 1 ? Math.min(asked, listed - 1) : asked;
}

/** The decision that a restart came from: of those on its process, the nearest in time. */
function nearest(
  decisions: readonly Decision[],
  { at, app, process }: Pick<Restarted, 'at' | 'app' | 'process'>,
): Decision | undefined {
  const [closest] = decisions
    .filter((one) => one.app === app && one.process === process && Math.abs(one.at - at) <= SAME_RESTART_MS)
    .sort((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at));
  return closest;
}

/** Without jitter, and with a chance of its own: to be looked at changes nothing about a dyno. */
function sizeOf(dyno: SimulatedDyno) {
  const steady = { ...dyno.behaviour, jitterMb: 0 };
  const { total, rss, swap } = readMemory(steady, dyno.quota, dyno.ageSeconds, NO_CHANCE);
  return { memory_total: total, memory_rss: rss, 'memory_rss+memory_swap': rss + swap };
}

/** A reading may have been above by its jitter alone. */
function isOver(dyno: SimulatedDyno, watched: Watched | undefined): boolean {
  if (watched === undefined) return false;
  return sizeOf(dyno)[watched.measure] + (dyno.behaviour.jitterMb ?? 0) > watched.thresholdMb;
}

const NO_CHANCE = new Random(0);
