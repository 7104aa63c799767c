/**
 * The function on a simulated Heroku, a minute a second. Time goes on at that pace between two scans. During a
 * scan it stands still, but for the seconds that the function spends waiting: so what is seen does not depend
 * on how fast the machine is, and each scan begins at the very beginning of its minute.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseAppConfig, type Rules } from '../../lib/config/app-config.ts';
import { invocation, loadBundle } from './bundle.ts';
import { FLEET_STARTS_AT, startFleet } from './fleet.ts';
import type { SimulatedApp } from './heroku/app.ts';
import type { SimulatedDyno } from './heroku/dyno.ts';
import { readMemory } from './heroku/memory.ts';
import { Random } from './heroku/random.ts';
import type { DynoRow } from './show/dyno-row.ts';
import { MINUTE_MS, type Stage, thresholdMb } from './stage.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WaitingClock } from './waiting-clock.ts';
import { startWorld, type World } from './world.ts';

/** Virtual milliseconds to a real one. */
const PACE = 60;
/** Real milliseconds between two steps of time: a frame of the live table sees each of them. */
const STEP_MS = 25;

export async function openSimulatedStage(seed: number, write: (line: string) => void): Promise<Stage> {
  const clock = new VirtualClock({ start: FLEET_STARTS_AT });
  const world = await startWorld({ clock, seed });
  const apps = startFleet(world, clock).map((app) => watched(app, world));
  const { createHandler } = await loadBundle(world.environment);
  const handler = createHandler({
    environment: world.environment,
    clock: new WaitingClock(clock, PACE),
    write,
  });
  let minuteEndsAt = clock.now() + MINUTE_MS;

  return {
    title: 'the function on a simulated Heroku, a minute a second',
    notice: `Simulated: ${apps.length} apps, seed ${seed}, a minute a second. Nothing leaves this machine.`,
    now: () => clock.now(),
    rows: () => apps.flatMap(rowsOf),
    scan() {
      minuteEndsAt = clock.now() + MINUTE_MS;
      return handler({}, invocation());
    },
    async restOfMinute(ending) {
      let steppedAt = performance.now();
      while (clock.now() < minuteEndsAt && !ending.aborted) {
        await wait(STEP_MS, undefined, { signal: ending }).catch(() => undefined);
        const passed = (performance.now() - steppedAt) * PACE;
        steppedAt = performance.now();
        clock.advance(Math.max(0, Math.min(passed, minuteEndsAt - clock.now())));
      }
    },
    close: () => world.close(),
  };
}

interface WatchedApp {
  readonly app: SimulatedApp;
  readonly rules: ReadonlyMap<string, Rules>;
}

function watched(app: SimulatedApp, world: World): WatchedApp {
  const config = world.parameters.get(`${world.environment.PARAMETER_PREFIX}/apps/${app.name}`) ?? '{}';
  return { app, rules: parseAppConfig(app.name, config).rules };
}

/** Listed dynos by type and number, each followed by the old ones of its name that live on. */
function rowsOf({ app, rules }: WatchedApp): DynoRow[] {
  const types = [...rules.keys()];
  const place = (dyno: SimulatedDyno) => types.indexOf(dyno.type) * 1000 + dyno.index;
  return [...app.dynos(), ...app.unlisted()]
    .filter(({ type }) => rules.has(type))
    .sort((one, other) => place(one) - place(other) || Number(other.listed) - Number(one.listed))
    .map((dyno) => rowOf(app, dyno, rules.get(dyno.type)));
}

function rowOf(app: SimulatedApp, dyno: SimulatedDyno, rules: Rules | undefined): DynoRow {
  // Without jitter, and with a chance of its own: to be looked at changes nothing about a dyno.
  const steady = { ...dyno.behaviour, jitterMb: 0 };
  const { total, rss, swap } = readMemory(steady, dyno.quota, dyno.ageSeconds, new Random(0));
  const size = { memory_total: total, memory_rss: rss, 'memory_rss+memory_swap': rss + swap };
  return {
    app: app.name,
    process: dyno.name,
    dyno: dyno.id,
    size: size[rules?.measure ?? 'memory_total'],
    threshold: thresholdMb(rules, dyno.quota),
    quota: dyno.quota,
    state: dyno.listed ? dyno.state : 'old',
    uptimeSeconds: dyno.ageSeconds,
  };
}
