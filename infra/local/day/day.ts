/**
 * One day of the fleet under one policy, from nine in the morning on. The fleet boots some minutes before; then the
 * policy takes over, and the ledger is opened.
 */

import { Random } from '../heroku/random.ts';
import { SimulatedHeroku } from '../heroku/simulated-heroku.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { startWorld } from '../world.ts';
import { type FleetApp, startFleet } from './fleet.ts';
import { FLEET } from './fleet-plan.ts';
import { gem } from './gem.ts';
import type { SlotTime } from './growth.ts';
import { Ledger } from './ledger.ts';
import { SlowNetwork } from './network.ts';
import { nobody } from './nobody.ts';
import type { Policy } from './policy.ts';
import type { DayResult, PolicyName } from './results.ts';
import { sumUp } from './sum-up.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';
import { whacamole } from './whacamole.ts';

export interface DayOptions {
  readonly policy: PolicyName;
  readonly seed: number;
  readonly hours: number;
  /** How many apps of the fleet, from its first on. */
  readonly apps: number;
  /** Told of each hour that has passed, from 1 on. */
  readonly onHour?: (hour: number) => void;
}

const DAY_STARTS_AT = Date.UTC(2026, 0, 5, 9);
const FLEET_BOOTS_FOR_MS = 10 * MINUTE_MS;

export async function liveDay(options: DayOptions): Promise<DayResult> {
  const { hours, onHour = () => undefined } = options;
  const to = DAY_STARTS_AT + hours * HOUR_MS;
  const clock = new VirtualClock({ start: DAY_STARTS_AT - FLEET_BOOTS_FOR_MS });
  const { policy, fleet, close } = await setUp(options, { clock, dayStartsAt: DAY_STARTS_AT, dayEndsAt: to });
  try {
    clock.advance(FLEET_BOOTS_FOR_MS);
    const ledger = new Ledger(clock, policy, fleet);
    const closeLedger = ledger.open();
    await policy.live(DAY_STARTS_AT, to, onHour);
    closeLedger();
    return sumUp(policy, ledger, fleet, DAY_STARTS_AT, clock.now());
  } finally {
    await policy.close();
    await close();
  }
}

interface SetUp {
  readonly policy: Policy;
  readonly fleet: readonly FleetApp[];
  close(): Promise<void>;
}

async function setUp({ policy, seed, apps }: DayOptions, time: SlotTime): Promise<SetUp> {
  const { clock } = time;
  const plans = FLEET.slice(0, apps);
  if (policy === 'whacamole') {
    const network = new SlowNetwork(clock, new Random(`network ${seed}`));
    const world = await startWorld({ clock, seed, network });
    const fleet = startFleet(plans, world.heroku, seed, time);
    const close = () => world.close();
    return { policy: await whacamole(clock, world, network, fleet, seed), fleet, close };
  }
  const fleet = startFleet(plans, new SimulatedHeroku({ clock, seed }), seed, time);
  const close = async () => undefined;
  if (policy === 'nobody') return { policy: nobody(clock), fleet, close };
  return { policy: gem(clock, fleet, new Random(`gem ${seed}`)), fleet, close };
}
