/** The gem's rules, with the faults that its own readme names. */
import { describe, expect, it } from 'vitest';
import { gem } from '../../../../infra/local/day/gem.ts';
import { Random } from '../../../../infra/local/heroku/random.ts';
import { MINUTE, type SmallFleet, setSize, startSmallFleet } from './small-fleet.ts';

const HOUR = 60 * MINUTE;

/** Lets the gem look after the fleet; what happens meanwhile is to be set up before. Its own cycling is at `cycledAt`. */
async function lookAfter({ clock, member }: SmallFleet, minutes: number, cycledAt = 23 * HOUR) {
  class Chance extends Random {
    override between(low: number, high: number): number {
      return high === 24 ? cycledAt / HOUR : super.between(low, high);
    }
  }
  const from = clock.now();
  const policy = gem(clock, [member], new Chance(1));
  await policy.live(from, from + minutes * MINUTE, () => undefined);
  await policy.close();
  return policy.decisions.map(({ at, process, dyno }) => ({ minute: (at - from) / MINUTE, process, dyno }));
}

describe("the gem's rules", () => {
  it('restart all that are over at once, within a sampling period', async () => {
    const fleet = startSmallFleet(4);
    for (const process of ['web.1', 'web.2', 'web.3', 'web.4']) setSize(fleet.app, process, 1001);
    const decisions = await lookAfter(fleet, 5);
    expect(decisions.map(({ process }) => process).toSorted()).toEqual(['web.1', 'web.2', 'web.3', 'web.4']);
    for (const { minute } of decisions) expect(minute).toBeLessThan(0.5);
  });

  it('restart a process no more than once in their window', async () => {
    const fleet = startSmallFleet(1);
    fleet.app.scale('web', 1, { size: 'standard-2X', baseMb: 1001 });
    setSize(fleet.app, 'web.1', 1001);
    const decisions = await lookAfter(fleet, 65);
    expect(decisions).toHaveLength(3);
    expect(decisions[1]?.minute).toBeGreaterThan(30);
  });

  it('forget their restarts where their own dyno is cycled', async () => {
    const fleet = startSmallFleet(1);
    fleet.app.scale('web', 1, { size: 'standard-2X', baseMb: 1001 });
    setSize(fleet.app, 'web.1', 1001);
    const decisions = await lookAfter(fleet, 15, 10 * MINUTE);
    expect(decisions).toHaveLength(2);
    expect(decisions[1]?.minute).toBeLessThan(11);
  });

  it('restart the new dyno for what the old one weighs, in a preboot overlap', async () => {
    const fleet = startSmallFleet(1, { preboot: true });
    const old = fleet.app.dyno('web.1').id;
    fleet.clock.after(MINUTE, () => {
      const dyno = fleet.app.dyno('web.1');
      fleet.app.cycle('web.1');
      dyno.behaviour = { ...dyno.behaviour, baseMb: 1001 };
    });
    const restarted: string[] = [];
    fleet.app.restartListeners.add(({ id }) => restarted.push(id));
    const [decision] = await lookAfter(fleet, 5);
    expect(decision?.dyno).toBe(old);
    expect(restarted).toHaveLength(1);
    expect(restarted).not.toContain(old);
  });

  it('leave other types alone', async () => {
    const fleet = startSmallFleet(1);
    fleet.app.scale('worker', 1, { size: 'standard-1X', baseMb: 1010 });
    fleet.app.runOneOff({ size: 'standard-2X', baseMb: 1010 });
    expect(await lookAfter(fleet, 5)).toEqual([]);
  });
});
