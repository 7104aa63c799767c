/**
 * The rules of the Ruby gem `whacamole`, told by what it does: it tails each app's log for ever, and restarts whatever
 * is above the threshold as soon as it reads of it, unless it remembers to have restarted that process within the
 * window. It knows processes by their names alone, asks for no dyno list, and looks at no answer. What it remembers
 * is in its memory: its own dyno is cycled once a day, and for some seconds there are two of it, the new one with no
 * memory at all.
 *
 * What surprises: a tail begins with the last lines of the history, so a new instance hears of dynos that may be gone.
 *
 * It is given more than it has: every line arrives whole and at once, the tail never falls silent nor ends, and
 * nobody puts a sample into a URL.
 */
import { parseSample, type Sample } from '../../../lib/heroku/sample.ts';
import type { LogLine } from '../heroku/log-line.ts';
import { MemoryLine } from '../heroku/memory.ts';
import type { Random } from '../heroku/random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { FleetApp } from './fleet.ts';
import type { Decision, Policy } from './policy.ts';
import { HOUR_MS, passTheTime } from './time.ts';

const WINDOW_MS = 30 * 60_000;
/** How many lines of history a tail begins with where nothing else is asked for. */
const HISTORY_LINES = 100;
/** A dyno has so long to end after SIGTERM, and its successor starts at the same time. */
const OVERLAP_MS = 30_000;
const BOOT_MS = 10_000;
/** A packet of the tail, and the request to restart, on their ways. Milliseconds. */
const REACTS_WITHIN = [100, 600] as const;

export function gem(clock: VirtualClock, fleet: readonly FleetApp[], random: Random): Policy {
  const decisions: Decision[] = [];
  let running: Instance;
  const start = () => new Instance(clock, fleet, random, decisions);
  return {
    name: 'gem',
    decisions,
    spared: [],
    watches: ({ plan }, type) =>
      plan.gem.dynos.includes(type)
        ? { thresholdMb: plan.gem.thresholdMb, measure: 'memory_total' }
        : undefined,
    async live(from, to, onHour) {
      running = start();
      clock.after(from + random.between(0, 24) * HOUR_MS - clock.now(), () => {
        const old = running;
        clock.after(OVERLAP_MS, () => old.end());
        clock.after(BOOT_MS, () => {
          running = start();
        });
      });
      passTheTime(clock, to, onHour);
    },
    invocations: () => undefined,
    close: async () => running?.end(),
  };
}

class Instance {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #decisions: Decision[];
  readonly #restartedAt = new Map<string, number>();
  readonly #unfollow: (() => void)[];
  #ended = false;

  constructor(clock: VirtualClock, fleet: readonly FleetApp[], random: Random, decisions: Decision[]) {
    this.#clock = clock;
    this.#random = random;
    this.#decisions = decisions;
    this.#unfollow = fleet.map((member) => {
      const hear = (line: LogLine) => this.#hear(member, line);
      for (const line of member.app.buffer.history(clock.now(), HISTORY_LINES, {})) hear(line);
      return member.app.buffer.follow(hear);
    });
  }

  end(): void {
    this.#ended = true;
    for (const unfollow of this.#unfollow) unfollow();
  }

  #hear({ plan, app }: FleetApp, line: LogLine): void {
    if (this.#ended || !(line instanceof MemoryLine)) return;
    const sample = parseSample(line.text());
    if (sample === null || !plan.gem.dynos.includes(sample.type)) return;
    if (sample.total > plan.gem.thresholdMb) this.#restart(app, sample);
  }

  #restart(app: FleetApp['app'], { process, dyno }: Sample): void {
    const now = this.#clock.now();
    const key = `${app.name} ${process}`;
    if (now - (this.#restartedAt.get(key) ?? -Infinity) <= WINDOW_MS) return;
    this.#restartedAt.set(key, now);
    this.#clock.after(this.#random.between(...REACTS_WITHIN), () => {
      if (app.find(process) === undefined) return;
      this.#decisions.push({ at: this.#clock.now(), app: app.name, process, dyno });
      app.restart(process);
    });
  }
}
