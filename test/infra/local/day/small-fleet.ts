/** A fleet of a few dynos whose memory a test sets as it likes, and a policy that does nothing by itself. */
import type { FleetApp } from '../../../../infra/local/day/fleet.ts';
import type { DayApp } from '../../../../infra/local/day/fleet-plan.ts';
import { Ledger } from '../../../../infra/local/day/ledger.ts';
import type { Decision, Policy } from '../../../../infra/local/day/policy.ts';
import type { SimulatedApp } from '../../../../infra/local/heroku/app.ts';
import { SimulatedHeroku } from '../../../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../../../infra/local/virtual-clock.ts';

export const MINUTE = 60_000;

export interface SmallFleet {
  readonly clock: VirtualClock;
  readonly app: SimulatedApp;
  readonly member: FleetApp;
}

/** An app `shop` of so many 2X dynos of type `web`, up, of 400 MB each. */
export function startSmallFleet(dynos: number, options: { preboot?: boolean } = {}): SmallFleet {
  const clock = new VirtualClock({ start: Date.UTC(2026, 0, 5, 9) });
  const heroku = new SimulatedHeroku({ clock });
  const app = heroku.addApp('shop', { bootSeconds: 20, ...options });
  const group = {
    type: 'web',
    size: 'standard-2X',
    count: dynos,
    restMb: 400,
    leakMbPerHour: [0, 0],
  } as const;
  app.scale('web', dynos, { size: group.size, baseMb: 400 });
  const plan: DayApp = {
    name: 'shop',
    groups: [group],
    bootSeconds: 20,
    linesPerSecond: 0,
    deploysPerDay: 0,
    config: {},
    gem: { dynos: ['web'], thresholdMb: 1000 },
  };
  clock.advance(MINUTE);
  return { clock, app, member: { plan, app, deployedAt: [], kills: heroku.kills } };
}

/** From now on a dyno has so many MB. */
export function setSize(app: SimulatedApp, process: string, sizeMb: number): void {
  const dyno = app.dyno(process);
  dyno.behaviour = { ...dyno.behaviour, baseMb: sizeMb };
}

export interface Books {
  readonly ledger: Ledger;
  /** The policy restarts a process, and says which dyno it had measured: that one, unless said otherwise. */
  restart(process: string, measured?: string): void;
}

export function openBooks({ clock, app, member }: SmallFleet): Books {
  const decisions: Decision[] = [];
  const policy: Policy = {
    name: 'whacamole',
    decisions,
    spared: [],
    watches: (_, type) => (type === 'web' ? { thresholdMb: 1000, measure: 'memory_total' } : undefined),
    live: async () => undefined,
    invocations: () => undefined,
    close: async () => undefined,
  };
  const ledger = new Ledger(clock, policy, [member]);
  ledger.open();
  return {
    ledger,
    restart(process, measured = app.dyno(process).id) {
      decisions.push({ at: clock.now(), app: app.name, process, dyno: measured });
      app.restart(process);
    },
  };
}
