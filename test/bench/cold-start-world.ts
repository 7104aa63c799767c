/**
 * Ten apps at a simulated Heroku that goes with the time of day, for a function whose clock is the system's, and
 * an event bus that takes everything. In a process of its own: says where it is on standard output, and ends with
 * its parent.
 */
import { createServer } from 'node:http';
import { listenOnLoopback, readBody } from '../../infra/local/loopback.ts';
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { startWorld } from '../../infra/local/world.ts';

const APPS = 10;
const DYNOS = 10;
const TWO_HOURS = 2 * 3600_000;

const clock = new VirtualClock({ start: Date.now() - TWO_HOURS });
const world = await startWorld({ clock, rateLimit: { capacity: 1e9 } });
for (let index = 0; index < APPS; index++) {
  const name = `app-${index}`;
  world.heroku.addApp(name, { routerLinesPerSecond: 4 }).scale('web', DYNOS, { baseMb: 300, jitterMb: 20 });
  world.configure(name);
  // The same apps once more, every dyno over its threshold: all that a scan can do is done, but the restart.
  world.parameters.put(`/busy/apps/${name}`, '{"restartThreshold": 100, "dryRun": true}');
}
world.parameters.put('/busy/tokens/default', world.token, 'SecureString');

const bus = createServer(async (request, response) => {
  const { Entries = [] }: { Entries?: unknown[] } = JSON.parse((await readBody(request)) || '{}');
  const answer = { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(index) })) };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
});
const environment = {
  ...world.environment,
  EVENT_BUS_NAME: 'default',
  AWS_ENDPOINT_URL_EVENTBRIDGE: await listenOnLoopback(bus),
};

clock.advance(Date.now() - clock.now());
clock.run(1);
process.stdout.write(`${JSON.stringify(environment)}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
