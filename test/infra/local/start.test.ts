import { beforeAll, describe, expect, it } from 'vitest';
import { buildOnce, type Ended, start } from './start-child.ts';

beforeAll(buildOnce);

describe.concurrent('the local run', () => {
  let tenMinutes: Promise<Ended>;
  beforeAll(() => {
    tenMinutes = start(['--minutes', '10', '--plain']).ended;
  });

  it('ends by itself, in order', async () => {
    const { code, stderr, stdout } = await tenMinutes;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.match(/ ScanDone +minute \d+:/g)).toHaveLength(10);
    expect(stdout).toMatch(/^ {2}minutes +10$/m);
    expect(stdout).not.toMatch(/ScanFailed|AppFailed|NoSamples/);
  });

  it.each([
    ['two at once, one of which has to wait', /DynoRestart +shop +web\.2 +1[01]\d\d\/1000 MB +memory/],
    ['the one that waits', /DynoSpared +shop +web\.4 +10\d\d\/1000 MB +too-many-at-once/],
    ['the one that has waited', /DynoRestart +shop +web\.4/],
    ['the same dyno again, too soon', /DynoSpared +shop +web\.2 .* within-window/],
    ['a single sample where three are asked for', /DynoSpared +reports +worker\.1 .* not-sustained/],
    ['a measure and a threshold of its own', /DynoRestart +reports +worker\.2 +8\d\d\/819 MB +memory/],
    ['a dry run', /DynoSpared +reports +clock\.1 .* dry-run/],
    ['the restart before a preboot overlap', /DynoRestart +checkout +web\.1 +25\d\d\/2500 MB/],
    ['the old dyno of a preboot overlap, left alone', /DynoSpared +checkout +web\.1 .* not-current/],
    ['the busy app, measured', /DynoSize +busy +web\.1 \d+, web\.2 \d+ MB/],
    ['the busy app, restarted', /DynoRestart +busy +web\.1 +10\d\d\/1000 MB/],
  ])('shows %s', async (_what, line) => {
    const { stdout } = await tenMinutes;
    expect(stdout).toMatch(line);
  });

  it('restarts no dyno but those of its story', async () => {
    const { stdout } = await tenMinutes;
    expect(stdout.match(/DynoRestart/g)).toHaveLength(5);
    expect(stdout).not.toContain('99999');
    expect(stdout).toMatch(/^ {2}restarts +5$/m);
    expect(stdout).toMatch(/^ {4}too-many-at-once +1$/m);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const child = start(['--plain']);
    await child.says('minute 2:');
    child.kill(signal);
    child.kill(signal);
    const { code, stdout, stderr } = await child.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Summary\n {2}minutes +[23]\n/);
  });

  it('writes the events and nothing else with --json', async () => {
    const { code, stdout, stderr } = await start(['--minutes', '1', '--json', '--seed', '7']).ended;
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(new Set(events)).toEqual(new Set(['DynoSize', 'ScanDone']));
    expect(code).toBe(0);
    expect(stderr).toContain('Summary');
  });

  it('says in a sentence what is wrong with an option', async () => {
    const { code, stdout, stderr } = await start(['--minuets', '3']).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("Unknown option '--minuets', expected one of --minutes, ");
    expect(stderr).not.toContain('    at ');
  });
});
