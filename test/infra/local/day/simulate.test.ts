/** `npm run simulate` as a person types it: its processes, its files and its exit code. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';

async function simulate(...args: string[]) {
  const child = spawn(process.execPath, ['infra/local/day/simulate.ts', ...args]);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { output, said, code };
}

const Figures = z.object({ minutesAboveQuota: z.number(), restarts: z.number() });
const Document = z.object({
  seed: z.number(),
  targets: z.array(z.object({ name: z.string(), reached: z.boolean() })),
  whacamole: Figures,
  gem: Figures,
  nobody: Figures,
});

it('gives its figures as JSON, draws the day, and ends well where every target is reached', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-day-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'day.html');
  const { output, said, code } = await simulate('--hours', '1', '--apps', '1', '--json', '--html', file);
  const { targets, whacamole, nobody } = Document.parse(JSON.parse(output));
  expect(targets.filter(({ reached }) => !reached)).toEqual([]);
  expect(whacamole.restarts).toBeGreaterThan(0);
  expect(nobody.restarts).toBe(0);
  expect(said).toContain(file);
  expect(await readFile(file, 'utf8')).toContain('1 hour of a fleet');
  expect(code).toBe(0);
}, 120_000);

it('explains itself', async () => {
  const { output, code } = await simulate('--help');
  for (const option of ['--hours', '--apps', '--seed', '--json', '--html']) expect(output).toContain(option);
  expect(code).toBe(0);
});

it.each([
  [['--hours', 'many'], 'from 1 to 240'],
  [['--html', 'no/such/folder/day.html'], 'make it first'],
])('refuses %j before a day is lived through', async (args, words) => {
  const { output, said, code } = await simulate(...args);
  expect(said).toContain(words);
  expect(output).toBe('');
  expect(code).toBe(2);
});
