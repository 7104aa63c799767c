/**
 * Whacamole itself: the bundle that Lambda runs, over HTTP, invoked as the schedule delivers. What surprises: time
 * stands still while the function or a server has something to do, and goes on when all of them wait for it. So
 * invocations overlap in virtual time, by the latencies of the network, and not by how fast this machine is.
 */
import type { Handler } from '../../../functions/scan.ts';
import { parseAppConfig } from '../../../lib/config/app-config.ts';
import { describeError } from '../../../lib/errors.ts';
import { thresholdsOf } from '../../../lib/thresholds.ts';
import { invocation, loadBundle } from '../bundle.ts';
import { Random } from '../heroku/random.ts';
import { readSaid } from '../show/said.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { World } from '../world.ts';
import { Calm } from './calm.ts';
import { type Delivery, drawDeliveries } from './deliveries.ts';
import type { FleetApp } from './fleet.ts';
import type { SlowNetwork } from './network.ts';
import type { Decision, Policy, SparedMoment, Watched } from './policy.ts';
import { Sandboxes } from './sandboxes.ts';
import { HOUR_MS } from './time.ts';

/** Longest step of virtual time while an invocation runs: between two packets of a tail there are as many. */
const STEP_MS = 200;

export async function whacamole(
  clock: VirtualClock,
  world: World,
  network: SlowNetwork,
  fleet: readonly FleetApp[],
  seed: number,
): Promise<Policy> {
  for (const { plan } of fleet) world.configure(plan.name, plan.config);
  const { createHandler } = await loadBundle(world.environment);
  const log = new Log();
  const make = () =>
    createHandler({ environment: world.environment, clock, write: (line) => log.take(line) });
  const schedule = new Schedule(clock, world, network, make, seed);
  return {
    name: 'whacamole',
    decisions: log.decisions,
    spared: log.spared,
    watches: watchedBy(fleet),
    live: (from, to, onHour) => schedule.live(drawDeliveries(seed, from, to), from, to, onHour),
    invocations: () => ({ ...schedule.counts, coldStarts: schedule.coldStarts, troubles: log.troubles }),
    close: async () => schedule.close(),
  };
}

function watchedBy(fleet: readonly FleetApp[]): Policy['watches'] {
  const rules = new Map(
    fleet.map(({ plan }) => [plan.name, parseAppConfig(plan.name, JSON.stringify(plan.config)).rules]),
  );
  return ({ plan }, type, quota): Watched | undefined => {
    const rule = rules.get(plan.name)?.get(type);
    if (rule === undefined) return undefined;
    return { thresholdMb: thresholdsOf(rule, quota).memory ?? Infinity, measure: rule.measure };
  };
}

/** What the function wrote, as far as the day wants to know it. */
class Log {
  readonly decisions: Decision[] = [];
  readonly spared: SparedMoment[] = [];
  readonly troubles: string[] = [];

  take(line: string): void {
    // Nearly all lines are sizes.
    if (line.startsWith('{"event":"DynoSize"')) return;
    const event = readSaid(line);
    const at = Date.parse(event.at);
    switch (event.event) {
      case 'DynoRestart':
        this.decisions.push({ at, app: event.app, process: event.process, dyno: event.dyno });
        break;
      case 'DynoSpared': {
        const { app, process, reason, message } = event;
        this.spared.push({ at, app, process, reason, message });
        break;
      }
      case 'AppFailed':
      case 'RestartFailed':
      case 'NoSamples':
      case 'BudgetLow':
        this.troubles.push(`${event.at} ${event.event}: ${event.message}`);
        break;
    }
  }
}

class Schedule {
  readonly counts = { delivered: 0, duplicates: 0, late: 0, overlapping: 0, rejected: 0 };
  readonly #clock: VirtualClock;
  readonly #network: SlowNetwork;
  readonly #calm: Calm;
  readonly #sandboxes: Sandboxes;
  readonly #running = new Set<Promise<void>>();

  constructor(
    clock: VirtualClock,
    { heroku }: World,
    network: SlowNetwork,
    make: () => Handler,
    seed: number,
  ) {
    this.#clock = clock;
    this.#network = network;
    this.#calm = new Calm(() => network.travelling + heroku.waitingForTime);
    this.#sandboxes = new Sandboxes(clock, new Random(`sandboxes ${seed}`), make);
  }

  get coldStarts(): number {
    return this.#sandboxes.coldStarts;
  }

  async live(
    deliveries: readonly Delivery[],
    from: number,
    to: number,
    onHour: (hour: number) => void,
  ): Promise<void> {
    const left = [...deliveries];
    let hours = 0;
    for (;;) {
      const now = this.#clock.now();
      while ((left[0]?.at ?? Infinity) <= now) this.#invoke(left.shift());
      this.#network.deliver();
      await this.#calm.settle();
      for (; now - from >= (hours + 1) * HOUR_MS; hours++) onHour(hours + 1);
      const nextDelivery = left[0]?.at ?? Infinity;
      const next =
        this.#running.size === 0
          ? Math.min(nextDelivery, to)
          : Math.min(nextDelivery, this.#network.nextAt ?? Infinity, now + STEP_MS);
      if (this.#running.size === 0 && now >= to) break;
      this.#clock.advance(Math.max(0, next - now));
    }
    for (; to - from >= (hours + 1) * HOUR_MS; hours++) onHour(hours + 1);
  }

  close(): void {
    this.#calm.close();
  }

  #invoke(delivery: Delivery | undefined): void {
    if (delivery === undefined) return;
    this.counts.delivered++;
    if (delivery.kind === 'duplicate') this.counts.duplicates++;
    if (delivery.kind === 'late') this.counts.late++;
    if (this.#running.size > 0) this.counts.overlapping++;
    const run = this.#sandboxes
      .use((handler) => handler({}, invocation()))
      .catch((error) => {
        this.counts.rejected++;
        process.stderr.write(`${new Date(this.#clock.now()).toISOString()} ${describeError(error)}\n`);
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }
}
