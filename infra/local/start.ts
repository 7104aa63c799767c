/**
 * `npm start`: the function, a minute at a time, on a simulated Heroku or on the real one, and somebody to watch
 * it. What surprises: a terminal sends Ctrl-C to npm and to this process, and npm passes it on, so one key press
 * arrives twice; only a second one, later, is taken for impatience.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '../../lib/errors.ts';
import { openHerokuStage } from './heroku-stage.ts';
import { LiveShow } from './show/live-show.ts';
import { paintFor } from './show/paint.ts';
import { JsonShow, PlainShow } from './show/plain-show.ts';
import { readSaid } from './show/said.ts';
import type { Show } from './show/show.ts';
import { Tally } from './show/tally.ts';
import { openSimulatedStage } from './simulated-stage.ts';
import { MINUTE_MS, type Stage } from './stage.ts';
import {
  HELP,
  type HerokuOptions,
  parseStartOptions,
  type SimulationOptions,
  UsageError,
} from './start-options.ts';

type RunOptions = SimulationOptions | HerokuOptions;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

/** What arrives within this time of the first signal is the same key press. Real milliseconds. */
const SAME_KEY_PRESS_MS = 400;
/** So long a scan that is under way may take to end by itself. */
const PATIENCE_MS = { simulation: 2000, heroku: 10_000 } as const;

/** @returns the exit code */
async function run(options: RunOptions): Promise<number> {
  const tally = new Tally();
  let show: Show | undefined;
  let ended = false;
  const write = (line: string) => {
    if (ended) return;
    const event = readSaid(line);
    tally.add(event);
    show?.said(event, line);
  };
  const stage =
    options.mode === 'simulation'
      ? await openSimulatedStage(options.seed, write)
      : await openHerokuStage(options, process.env, write);
  show = showFor(options, stage, tally);
  const ending = endsOnSignal(() => show.ending());
  try {
    show.begin();
    await scanMinutes(options, stage, show, tally, ending);
  } finally {
    ended = true;
    show.end(tally.summary());
    await stage.close();
  }
  return tally.minutes > 0 && tally.rejections === tally.minutes ? EXIT_FAILED : 0;
}

async function scanMinutes(
  { minutes, mode }: RunOptions,
  stage: Stage,
  show: Show,
  tally: Tally,
  ending: AbortSignal,
): Promise<void> {
  const patienceLost = lostPatience(ending, PATIENCE_MS[mode]);
  for (let minute = 1; minute <= minutes && !ending.aborted; minute++) {
    show.scanBegins(minute);
    const scan = stage.scan().catch((error: unknown) => {
      if (ending.aborted) return;
      tally.rejections++;
      show.rejected(stage.now(), describeError(error));
    });
    if ((await Promise.race([scan, patienceLost])) === 'lost patience') return;
    tally.minutes++;
    show.scanEnds(minute);
    if (minute < minutes) await stage.restOfMinute(ending);
  }
}

function showFor(options: RunOptions, stage: Stage, tally: Tally): Show {
  const { stdout, stderr } = process;
  const { title, notice } = stage;
  if (options.output === 'json') {
    return new JsonShow(
      (text) => stdout.write(text),
      (text) => stderr.write(text),
      notice,
    );
  }
  if (options.output === 'auto' && stdout.isTTY && process.env.TERM !== 'dumb') {
    const nextScanAfterMs = options.mode === 'heroku' ? MINUTE_MS : undefined;
    return new LiveShow({
      ...{ stream: stdout, title, notice, tally, nextScanAfterMs },
      ...{ rows: () => stage.rows(), now: () => stage.now() },
    });
  }
  return new PlainShow({ write: (text) => stdout.write(text), paint: paintFor(stdout), title, notice });
}

/** Aborts at the first signal. At the second the process ends at once. */
function endsOnSignal(atFirst: () => void): AbortSignal {
  const ending = new AbortController();
  let firstAt: number | undefined;
  const signalled = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      ending.abort();
      atFirst();
    } else if (performance.now() - firstAt > SAME_KEY_PRESS_MS) {
      process.exit(EXIT_INTERRUPTED);
    }
  };
  process.on('SIGINT', signalled);
  process.on('SIGTERM', signalled);
  return ending.signal;
}

/** Resolves so many milliseconds after `ending` aborts. */
async function lostPatience(ending: AbortSignal, afterMs: number): Promise<'lost patience'> {
  if (!ending.aborted) {
    await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
  }
  await wait(afterMs, undefined, { ref: false });
  return 'lost patience';
}

async function main(): Promise<number> {
  try {
    const options = parseStartOptions(process.argv.slice(2));
    if (options.mode !== 'help') return await run(options);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    process.stderr.write(`${describeError(error)}${usage ? '\nnpm start -- --help says more.' : ''}\n`);
    return usage ? EXIT_USAGE : EXIT_FAILED;
  }
}

// Whoever reads no further (`| head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : EXIT_FAILED);
});
const code = await main();
// What a scan left behind that was not waited for (a timer, a socket) must not keep the process.
process.stdout.write('', () => process.exit(code));
