/**
 * `npm run simulate`: lives through the same day under three policies, each in a process of its own and two at a
 * time, and says what came of it. It fails where Whacamole misses a target.
 */
import { spawn } from 'node:child_process';
import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CommanderError } from '@commander-js/extra-typings';
import { describeError } from '../../../lib/errors.ts';
import { renderPage } from '../../report/page.ts';
import { paintFor } from '../show/paint.ts';
import { UsageError } from '../start-options.ts';
import { type Days, POLICY_NAMES, targetsOf } from './comparison.ts';
import { reportOf } from './day-report.ts';
import type { DayResult, PolicyName } from './results.ts';
import { simulateCommand } from './simulate-options.ts';
import { summaryOf } from './summary.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const DAY_PROCESS = fileURLToPath(new URL('day-process.ts', import.meta.url));
/** Hours between two words on how far a day has come. */
const SAID_EVERY = 6;

interface DayOptions {
  readonly seed: number;
  readonly hours: number;
  readonly apps: number;
}

async function liveThroughAll(options: DayOptions): Promise<Days> {
  // The day under Whacamole takes longest: the other two share the other core.
  const others = (async () => {
    const nobody = await liveThrough('nobody', options);
    return { nobody, gem: await liveThrough('gem', options) };
  })();
  const [whacamole, { nobody, gem }] = await Promise.all([liveThrough('whacamole', options), others]);
  return { whacamole, gem, nobody };
}

async function liveThrough(policy: PolicyName, options: DayOptions): Promise<DayResult> {
  const { seed, hours, apps } = options;
  const argument = JSON.stringify({ policy, seed, hours, apps });
  const child = spawn(process.execPath, [DAY_PROCESS, argument], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    const hour = Number(line);
    if (Number.isNaN(hour)) said.push(line);
    else if (hour % SAID_EVERY === 0) {
      process.stderr.write(`${POLICY_NAMES[policy]}: ${hour} of ${hours} hours\n`);
    }
  });
  const [result, code] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0)
    throw new Error(`The day under ${POLICY_NAMES[policy]} ended with ${code}: ${said.join('\n')}`);
  return JSON.parse(result);
}

/** Nobody wants to hear of it when the day is over. @throws UsageError */
async function expectWritable(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  await access(folder, constants.W_OK).catch((error) => {
    throw new UsageError(
      `--html: expected a folder that can be written to, found ${folder}: make it first.`,
      {
        cause: error,
      },
    );
  });
}

async function run(): Promise<number> {
  const command = simulateCommand().exitOverride().parse();
  const { json, html, ...options } = command.opts();
  if (html !== undefined) await expectWritable(html);
  const days = await liveThroughAll(options);
  const targets = targetsOf(days);
  if (json) {
    const figures = Object.fromEntries(
      Object.values(days).map((day) => [
        day.policy,
        { ...day.figures, apps: day.apps, invocations: day.invocations, restartsTold: day.restarts },
      ]),
    );
    process.stdout.write(`${JSON.stringify({ ...options, targets, ...figures }, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${summaryOf(days, paintFor(process.stdout))}\n`);
  }
  if (html !== undefined) {
    await writeFile(html, await renderPage(reportOf(days, options.seed)));
    process.stderr.write(`The day, drawn: ${html}\n`);
  }
  return targets.every(({ reached }) => reached) ? 0 : EXIT_FAILED;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  } else {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}
