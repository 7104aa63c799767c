/**
 * The simulated Heroku in a process of its own, so that its CPU is not counted. Says where it is on standard
 * output, and ends with its parent.
 */
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { startWorld } from '../../infra/local/world.ts';

const APPS = Number(process.argv[2]);
const TWO_HOURS = 2 * 3600_000;

const clock = new VirtualClock();
const world = await startWorld({ clock, rateLimit: { capacity: 1e9 } });
for (let index = 0; index < APPS; index++) {
  const app = world.heroku.addApp(`app-${index}`, { routerLinesPerSecond: 4 });
  app.scale('web', 10, { baseMb: 300, jitterMb: 20 });
  world.configure(`app-${index}`);
}
clock.advance(TWO_HOURS);
process.stdout.write(
  `${JSON.stringify({ environment: world.environment, now: clock.now(), token: world.token })}\n`,
);
process.stdin.on('end', () => process.exit(0)).resume();
