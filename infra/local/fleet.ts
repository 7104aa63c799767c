/**
 * The apps of the simulation, and their story: told so that the first minutes show every kind of decision. Four
 * apps have run for hours when the function is switched on, at 12:00; from then on some of their dynos leak.
 *
 *     12:02   reports  worker.1 has a sample or two over its threshold, and three in a row are asked for
 *     12:03   shop     web.2 and web.4 are over at once: one goes down at a time
 *     12:05   checkout web.1 is restarted; preboot keeps the old dyno alive, over, and logging, for three minutes
 *     12:06   reports  clock.1 is over, and its rules say dryRun
 *     12:07   reports  worker.2 and busy web.1 are restarted, the latter heard of by listening alone
 *     12:09   shop     web.2 leaks on: over again, and spared until its window ends, at 12:14
 */
import type { SimulatedApp } from './heroku/app.ts';
import type { DynoBehaviour } from './heroku/memory.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const JITTER = { jitterMb: 3 };

/** Two hours and a half before the function is switched on: the clock is to start here. */
export const FLEET_STARTS_AT = Date.UTC(2026, 0, 5, 9, 30);

/** Builds the apps, configures them, and lets them run until the minute at which the function is switched on. */
export function startFleet(world: World, clock: VirtualClock): SimulatedApp[] {
  const busy = startBusy(world);
  clock.advance(0.4 * HOUR);
  const shop = startShop(world);
  clock.advance(0.9 * HOUR);
  const reports = startReports(world);
  clock.advance(0.7 * HOUR);
  const checkout = startCheckout(world);
  clock.advance(0.5 * HOUR);

  leak(shop, 'web.2', { atMb: 770, mbPerMinute: 112 });
  leak(shop, 'web.4', { atMb: 735, mbPerMinute: 105 });
  leak(checkout, 'web.1', { atMb: 2150, mbPerMinute: 80 });
  leak(reports, 'worker.2', { atMb: 640, mbPerMinute: 32 });
  leak(reports, 'clock.1', { atMb: 375, mbPerMinute: 23, upToMb: 560 });
  leak(busy, 'web.1', { atMb: 640, mbPerMinute: 56 });
  spikes(reports, 'worker.1', { fromSecond: 97, toSecond: 145, byMb: 175 });

  // Running dynos stay as they are: this is what their successors will be like.
  shop.scale('web', 4, shopWeb(125));
  checkout.scale('web', 2, checkoutWeb(45));
  busy.scale('web', 2, busyWeb(24));
  return [shop, checkout, reports, busy];
}

/** Four web dynos. One leaks all day long: each restart helps for a while, and never for good. */
function startShop(world: World): SimulatedApp {
  const app = world.heroku.addApp('shop', { bootSeconds: 30, routerLinesPerSecond: 4, appLinesPerSecond: 4 });
  app.scale('web', 4, shopWeb(1));
  world.configure('shop', { restartWindow: 600 });
  return app;
}

function shopWeb(leakOfSecond: number): (index: number) => DynoBehaviour {
  const restsAt = [470, 300, 610, 380];
  return (index) => ({
    size: 'standard-2X',
    baseMb: restsAt[index - 1] ?? 400,
    leakMbPerMinute: index === 2 ? leakOfSecond : 0.6,
    ...JITTER,
  });
}

/** Preboot: after a restart the old dyno lives on for three minutes, unlisted, under the same name. */
function startCheckout(world: World): SimulatedApp {
  const app = world.heroku.addApp('checkout', { bootSeconds: 30, preboot: true, routerLinesPerSecond: 3 });
  app.scale('web', 2, checkoutWeb(4));
  world.configure('checkout', {});
  return app;
}

function checkoutWeb(leakOfFirst: number): (index: number) => DynoBehaviour {
  return (index) => ({
    size: 'performance-m',
    baseMb: index === 1 ? 980 : 1320,
    leakMbPerMinute: index === 1 ? leakOfFirst : 2,
    ...JITTER,
  });
}

/** Rules of their own for each type. The workers' page cache counts in `memory_total`, and harms nobody. */
function startReports(world: World): SimulatedApp {
  const app = world.heroku.addApp('reports', { bootSeconds: 30, appLinesPerSecond: 2 });
  const worker = { size: 'standard-2X', cacheMb: 180, leakMbPerMinute: 0.4, ...JITTER };
  app.scale('worker', 2, (index) => ({ ...worker, baseMb: index === 1 ? 640 : 420 }));
  app.scale('clock', 1, { size: 'standard-1X', baseMb: 240, ...JITTER });
  world.configure('reports', {
    dynos: {
      worker: { restartThreshold: '80%', measure: 'memory_rss', sustainedSamples: 3 },
      clock: { dryRun: true },
    },
  });
  return app;
}

/** A thousand requests a second: 1,500 lines of history are 1.5 s. And somebody asks for a spoofed sample. */
function startBusy(world: World): SimulatedApp {
  const app = world.heroku.addApp('busy', {
    bootSeconds: 30,
    routerLinesPerSecond: 1000,
    routerPath: '/?measure=memory_total&val=99999',
  });
  app.scale('web', 2, busyWeb(0.5));
  world.configure('busy', {});
  return app;
}

function busyWeb(leakOfFirst: number): (index: number) => DynoBehaviour {
  return (index) => ({
    size: 'standard-2X',
    baseMb: index === 1 ? 390 : 450,
    leakMbPerMinute: index === 1 ? leakOfFirst : 0.3,
    ...JITTER,
  });
}

/** From now on a dyno grows, from a size in MB (page cache not counted). */
function leak(
  app: SimulatedApp,
  name: string,
  { atMb, mbPerMinute, upToMb = Infinity }: { atMb: number; mbPerMinute: number; upToMb?: number },
): void {
  const dyno = app.dyno(name);
  const { cacheMb = 0 } = dyno.behaviour;
  const begins = dyno.ageSeconds;
  dyno.behaviour = {
    ...dyno.behaviour,
    memory: (age) => Math.min(atMb + ((age - begins) / 60) * mbPerMinute, upToMb) + cacheMb,
  };
}

/** For a few seconds, counted from now, a dyno is bigger by so many MB. */
function spikes(
  app: SimulatedApp,
  name: string,
  { fromSecond, toSecond, byMb }: { fromSecond: number; toSecond: number; byMb: number },
): void {
  const dyno = app.dyno(name);
  const { baseMb = 200, leakMbPerMinute = 0, cacheMb = 0 }: DynoBehaviour = dyno.behaviour;
  const begins = dyno.ageSeconds;
  dyno.behaviour = {
    ...dyno.behaviour,
    memory(age) {
      const inSpike = age >= begins + fromSecond && age < begins + toSecond;
      return baseMb + cacheMb + (age * leakMbPerMinute) / 60 + (inSpike ? byMb : 0);
    },
  };
}
