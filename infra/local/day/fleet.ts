/**
 * Brings the fleet to life in a simulated Heroku: its dynos, and all that happens to them whoever watches over their
 * memory. Traffic comes and goes with the hour, an autoscaler follows it, releases are deployed in the first nine hours of the day, and
 * each dyno is cycled once a day. All of it is drawn from the seed alone, so it is the same under every policy.
 */
import type { SimulatedApp } from '../heroku/app.ts';
import type { RestartRecord } from '../heroku/platform-api.ts';
import { Random } from '../heroku/random.ts';
import type { SimulatedHeroku } from '../heroku/simulated-heroku.ts';
import type { DayApp, DynoGroup } from './fleet-plan.ts';
import { type SlotTime, slot } from './growth.ts';
import { shareOfPeak } from './load.ts';

export interface FleetApp {
  readonly plan: DayApp;
  readonly app: SimulatedApp;
  /** When a release was deployed, epoch milliseconds. */
  readonly deployedAt: readonly number[];
  /** The dynos that Heroku killed (R15). */
  readonly kills: readonly RestartRecord[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const TRAFFIC_CHANGES_EVERY_MS = 10 * MINUTE_MS;
const SCALES_EVERY_MS = 15 * MINUTE_MS;
/** The day begins at nine in the morning. */
const WORKING_HOURS = [0, 9] as const;
/** For each line of the router, an app writes some. */
const ROUTER_SHARE = 0.25;

/** Starts all apps. The clock stands some minutes before the day: until then they boot. */
export function startFleet(
  plans: readonly DayApp[],
  heroku: SimulatedHeroku,
  seed: number,
  time: SlotTime,
): FleetApp[] {
  const chance = new Random(`day ${seed}`);
  return plans.map((plan) => {
    const random = chance.fork(plan.name);
    const { preboot = false, bootSeconds, linesPerSecond } = plan;
    const app = heroku.addApp(plan.name, { preboot, bootSeconds });
    const deployedAt: number[] = [];
    for (const group of plan.groups) startGroup(app, group, random.fork(group.type), time);
    cycleEachOnce(app, random.fork('cycling'), time);
    followTraffic(app, linesPerSecond, time);
    deployNowAndThen(app, plan.deploysPerDay, random.fork('deploys'), time, deployedAt);
    runOneOffs(app, plan.oneOffsPerDay ?? 0, random.fork('one-offs'), time);
    return {
      ...{ plan, app, deployedAt },
      get kills() {
        return heroku.kills.filter((kill) => kill.app === plan.name);
      },
    };
  });
}

function startGroup(app: SimulatedApp, group: DynoGroup, random: Random, time: SlotTime): void {
  const { type, count, scales } = group;
  const slots = new Map<number, ReturnType<typeof slot>>();
  app.scale(type, scales === undefined ? count : scaledTo(scales, time.clock.now()), (index) => {
    const known = slots.get(index) ?? slot(group, random.fork(String(index)), time);
    slots.set(index, known);
    return known();
  });
  if (scales === undefined) return;
  time.clock.every(SCALES_EVERY_MS, () => {
    const wanted = scaledTo(scales, time.clock.now());
    const now = app.formation().find((process) => process.type === type)?.quantity;
    if (wanted !== now) app.scale(type, wanted);
  });
}

function scaledTo([least, most]: readonly [number, number], now: number): number {
  return Math.round(least + (most - least) * shareOfPeak(now));
}

/**
 * Heroku cycles a dyno some 24 to 27 hours after its start. Those that are there when the day begins have lived for
 * hours nobody saw, so each is due at some time of the day, unless it has been replaced by then.
 */
function cycleEachOnce(app: SimulatedApp, random: Random, { clock, dayStartsAt }: SlotTime): void {
  for (const { name, id } of app.dynos()) {
    const dueAt = dayStartsAt + random.between(0, 24) * HOUR_MS;
    clock.after(dueAt - clock.now(), () => {
      if (app.find(name)?.id === id) app.cycle(name);
    });
  }
}

function followTraffic(app: SimulatedApp, linesPerSecond: number, { clock }: SlotTime): void {
  const follow = () => {
    const lines = linesPerSecond * shareOfPeak(clock.now());
    app.setTraffic({
      routerLinesPerSecond: lines * ROUTER_SHARE,
      appLinesPerSecond: lines * (1 - ROUTER_SHARE),
    });
  };
  follow();
  clock.every(TRAFFIC_CHANGES_EVERY_MS, follow);
}

function deployNowAndThen(
  app: SimulatedApp,
  perDay: number,
  random: Random,
  { clock, dayStartsAt }: SlotTime,
  deployedAt: number[],
): void {
  for (let deploy = 0; deploy < perDay; deploy++) {
    const at = dayStartsAt + random.between(...WORKING_HOURS) * HOUR_MS;
    clock.after(at - clock.now(), () => {
      deployedAt.push(clock.now());
      app.deploy();
    });
  }
}

/** Some need more memory than any threshold allows. Nobody may end them. */
function runOneOffs(
  app: SimulatedApp,
  perDay: number,
  random: Random,
  { clock, dayStartsAt }: SlotTime,
): void {
  for (let number = 1; number <= perDay; number++) {
    const at = dayStartsAt + random.between(0, 24) * HOUR_MS;
    const type = random.fraction() < 0.5 ? 'run' : 'scheduler';
    const seconds = random.between(60, 1800);
    const baseMb = random.between(200, 900);
    clock.after(at - clock.now(), () => app.runOneOff({ type, number: 1000 + number, seconds, baseMb }));
  }
}
