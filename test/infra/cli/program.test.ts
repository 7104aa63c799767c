import { describe, expect, it } from 'vitest';
import { openTerminal } from './typed.ts';

describe('the command line', () => {
  it('says what it can do, and how a script is told what came of it', async () => {
    const { type } = await openTerminal();
    const help = await type(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: npx whacamole /);
    expect(help.stdout).toMatch(/^ {2}apps +the apps that are watched/m);
    expect(help.stdout).toContain('Exit codes: 0 done');
    expect(await type(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it.each([[[]], [['apps']]])('shows its help where no command was named: %j', async (args) => {
    const { type } = await openTerminal();
    const typed = await type(args);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toMatch(/^Usage: npx whacamole/);
  });

  it.each([
    [['aps'], "unknown command 'aps'\n(Did you mean apps?)\nnpx whacamole --help says more."],
    [['apps', 'lst'], "unknown command 'lst'\n(Did you mean list?)\nnpx whacamole apps --help says more."],
    [
      ['apps', 'list', '--jso'],
      "unknown option '--jso'\n(Did you mean --json?)\nnpx whacamole apps list --help",
    ],
    [['apps', 'list', '--prefix', 'no path'], '--prefix: found "no path", expected a path such as'],
  ])('refuses %j in a sentence, with exit code 2', async (args, message) => {
    const { type } = await openTerminal();
    const typed = await type(args);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toMatch(/^error: /);
    expect(typed.stderr).toContain(message);
  });

  it('says errors as a JSON document too, where one was asked for', async () => {
    const { type } = await openTerminal();
    const typed = await type(['apps', 'list', '--json', '--prefix', '/no/trailing thing']);
    expect(typed.code).toBe(2);
    expect(typed.json()).toEqual({
      error: { exitCode: 2, message: expect.stringContaining('--prefix: found "/no/trailing thing"') },
    });
  });

  it('does not repeat what might be a token', async () => {
    const { type } = await openTerminal();
    const secret = 'HRKU-0b9e980b-a811-4826-87a9-3389db94a77c';
    for (const args of [
      [secret],
      ['apps', secret],
      ['apps', 'list', `--${secret}`],
      ['apps', 'list', secret],
    ]) {
      const typed = await type(args);
      expect(typed.code).toBe(2);
      expect(typed.stdout + typed.stderr).not.toContain(secret);
    }
  });
});

describe('AWS', () => {
  it.each([
    ['ExpiredTokenException', 'The AWS credentials have expired. Log in again: aws sso login'],
    ['UnrecognizedClientException', 'AWS does not accept the credentials.'],
    ['AccessDeniedException', 'The AWS credentials do not allow this.'],
  ])('that answers %s is met with what to do', async (code, advice) => {
    const { world, type } = await openTerminal();
    world.parameters.faults.push({ do: { code, message: `because of ${code}` } });
    const typed = await type(['apps', 'list']);
    expect(typed).toMatchObject({ code: 1, stdout: '' });
    expect(typed.stderr).toContain(advice);
    expect(typed.stderr).toContain(`because of ${code}`);
  });

  it('may have its region where the AWS CLI looks for it, or is asked for one', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop');
    const nowhere = { AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere' };
    expect(
      await type(['apps', 'list'], { environment: { ...nowhere, AWS_DEFAULT_REGION: 'eu-west-1' } }),
    ).toMatchObject({ code: 0 });
    const typed = await type(['apps', 'list'], { environment: nowhere });
    expect(typed.code).toBe(1);
    expect(typed.stderr).toContain('No AWS region is set. Set one, as in export AWS_REGION=eu-west-1');
  });
});
