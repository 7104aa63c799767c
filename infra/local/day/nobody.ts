/** Nobody restarts anything: Heroku alone does, once a day, and where a dyno is at twice its quota. */
import type { VirtualClock } from '../virtual-clock.ts';
import type { Policy } from './policy.ts';
import { passTheTime } from './time.ts';

export function nobody(clock: VirtualClock): Policy {
  return {
    name: 'nobody',
    decisions: [],
    spared: [],
    watches: () => undefined,
    live: async (_from, to, onHour) => passTheTime(clock, to, onHour),
    invocations: () => undefined,
    close: async () => undefined,
  };
}
