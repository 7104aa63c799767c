/** That the search for secrets finds them: each is planted, and no message here quotes what was found. */
import { execFile } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secretsIn, withoutSecrets } from './looks.ts';

const TOKEN = 'HRKU-0b9e980b-a811-4826-87a9-3389db94a77c';
const URL = 'https://logs.example.com/sessions/7f9b14bc-1d3b-47f4-91c1-704964b8793f?srv=1767614400';

interface Guarded {
  readonly code: number;
  /** What the guard itself says. */
  readonly says: string;
  readonly output: string;
}

/** Without what this run's own vitest has in its environment. */
function guard(command: readonly string[], environment: Record<string, string> = {}): Promise<Guarded> {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, ['test/secrets/guard.ts', ...command], { env }, (error, stdout, stderr) => {
      const says = /^Expected no token.*/ms.exec(stderr)?.[0] ?? '';
      resolve({ code: error === null ? 0 : Number(error.code), says, output: stdout + stderr });
    });
  });
}

describe('the guard of a command', () => {
  it('hands on its output and its exit code, and says nothing', async () => {
    const { code, says, output } = await guard(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect({ code, says, output }).toEqual({ code: 3, says: '', output: 'out\nerr\n' });
  });

  it('fails where there is no such command', async () => {
    const { code, output } = await guard(['no-such-command']);
    expect(code).toBe(1);
    expect(output).toContain('no-such-command could not be run');
  });

  it.each([
    ['a token on standard output', 'echo "as $PLANTED says"', TOKEN],
    ['a token on standard error', 'echo "as $PLANTED says" >&2', TOKEN],
    ['a token that is cut short', 'echo "as $PLANTED" | cut -c 1-12', TOKEN],
    ['a token with a colour in it', 'echo "as $PLANTED says" | sed "s/-/$(printf \'\\033[31m\')-/"', TOKEN],
    ['a token that comes in two', 'printf "as HR"; sleep 0.2; echo "$PLANTED" | cut -c 3-', TOKEN],
    ['the URL of a log session', 'echo "as $PLANTED says"', URL],
  ])('fails on %s, and does not repeat it', async (_name, script, PLANTED) => {
    const { code, says } = await guard(['sh', '-c', script], { PLANTED });
    expect(code).toBe(1);
    expect(says).toContain('found some in 1 of its lines:\n  as ');
    expect(secretsIn(says)).toHaveLength(0);
  });
});

describe('the guard of a suite', () => {
  const suite = (...tests: string[]) => {
    const vitest = ['node_modules/.bin/vitest', 'run', '--config', 'test/secrets/planted/vitest.config.ts'];
    return guard([...vitest, '--testNamePattern', tests.join('|')], { PLANTED: TOKEN });
  };

  it('finds what tests print and what is said of those that fail', async () => {
    const { code, says, output } = await suite('prints', 'writes', 'expects', 'throws', 'keeps to itself');
    expect(code).toBe(1);
    for (const line of ['printed: ', 'written: ', 'expected: ', 'thrown: ']) {
      expect(says).toContain(`${line}(a secret)`);
    }
    expect(secretsIn(says)).toHaveLength(0);
    // What a test has written for itself alone makes that very test fail.
    const [, failed] = /Tests +(\d+) failed/.exec(stripVTControlCharacters(output)) ?? [];
    expect(failed).toBe('3');
    expect(withoutSecrets(output)).toContain('tokens and URLs of log sessions in what was written');
    expect(says).not.toContain('kept: ');
  });

  it('passes one that gives nothing away', async () => {
    const { code, says } = await suite('is discreet');
    expect({ code, says }).toEqual({ code: 0, says: '' });
  });
});
