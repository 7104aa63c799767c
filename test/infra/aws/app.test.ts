import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './synthesise.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** A copy of the app alone, whose `dist/scan` is there or not, run as the CDK CLI runs it. */
const runApp = (context: Record<string, unknown>, options: { built: boolean }) => {
  const project = temporaryFolder();
  cpSync(join(PROJECT, 'infra/aws'), join(project, 'infra/aws'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(project, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
  if (options.built) {
    mkdirSync(join(project, 'dist/scan'), { recursive: true });
    writeFileSync(join(project, 'dist/scan/index.mjs'), 'export const handler = async () => ({});\n');
  }
  const outdir = join(project, 'cdk.out');
  const { status, stderr } = spawnSync(process.execPath, ['infra/aws/app.ts'], {
    cwd: project,
    encoding: 'utf8',
    env: { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return { status, stderr, written: existsSync(outdir) ? readdirSync(outdir) : [] };
};

test('the app writes a template without an account, credentials or a region', () => {
  const { status, written } = runApp({ stage: 'staging' }, { built: true });
  expect(status).toBe(0);
  expect(written).toContain('Whacamole-staging.template.json');
});

test('wrong context is one plain error, and nothing is synthesised', () => {
  const { status, stderr, written } = runApp({ memoryMb: 'big', schedule: 'daily' }, { built: true });
  expect(status).toBe(1);
  expect(stderr).toContain('memoryMb: found "big", expected a whole number of MB from 128 to 10240');
  expect(stderr).toContain('schedule: found "daily", expected "rate(1 minute)"');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(written).toEqual([]);
});

test('a function that is not built is said to be missing, with the command that builds it', () => {
  const { status, stderr, written } = runApp({}, { built: false });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe(
    'The function is not built: dist/scan/index.mjs is missing. Run `npm run build` first.',
  );
  expect(written).toEqual([]);
});
