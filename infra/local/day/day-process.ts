/**
 * A process that lives through the day under one policy: what it found goes to standard output as JSON, the hours
 * that have passed to standard error.
 */
import * as z from 'zod/mini';
import { liveDay } from './day.ts';

const Options = z.object({
  policy: z.enum(['whacamole', 'gem', 'nobody']),
  seed: z.int(),
  hours: z.int(),
  apps: z.int(),
});

const options = Options.parse(JSON.parse(process.argv[2] ?? '{}'));
const result = await liveDay({
  ...options,
  onHour: (hour) => process.stderr.write(`${hour}\n`),
});
// What a scan has left behind (a timer, a socket) must not keep the process.
process.stdout.write(JSON.stringify(result), () => process.exit(0));
