import { describe, expect, it } from 'vitest';
import { openTerminal } from './typed.ts';

const TOKEN = 'HRKU-0b9e980b-a811-4826-87a9-3389db94a77c';
const NAME = '/whacamole/tokens/team';

describe('tokens set', () => {
  it('asks for the token, asks Heroku whose it is, and stores it as a SecureString', async () => {
    const { world, type } = await openTerminal();
    world.heroku.addToken(TOKEN, 'jane@example.com');
    const typed = await type(['tokens', 'set', 'team'], { answers: [` ${TOKEN}\n`, true] });
    expect(typed).toMatchObject({ code: 0, stdout: `Stored ${NAME} (version 1). The next scan uses it.\n` });
    expect(typed.asked).toEqual(['Heroku API token', 'Write this?']);
    expect(typed.stderr).toBe(
      `${NAME} (new)\n+ SecureString, key alias/aws/ssm: the token of jane@example.com, with 4499 requests left\n`,
    );
    expect(world.parameters.get(NAME)).toBe(TOKEN);
    const put = world.parameters.requests.find(({ action }) => action === 'PutParameter');
    expect(put?.input).toEqual({ Name: NAME, Value: TOKEN, Type: 'SecureString' });
  });

  it('takes it from standard input, replaces the one there is, and keeps its key', async () => {
    const { clock, world, type } = await openTerminal();
    world.parameters.put('/whacamole/tokens/default', 'the old one', 'SecureString', 'alias/ours');
    world.heroku.addToken(TOKEN);
    clock.advance(3 * 24 * 3600 * 1000);
    const typed = await type(['tokens', 'set', '--yes', '--json'], { input: `${TOKEN}\n` });
    expect(typed.code).toBe(0);
    expect(typed.stderr).toContain('- SecureString, key alias/ours: a token stored 3 d ago');
    expect(typed.json()).toEqual({
      ...{ token: 'default', parameter: '/whacamole/tokens/default', type: 'SecureString', version: 3 },
      ...{ account: 'developer@example.com', requestsLeft: 4499 },
    });
    const put = world.parameters.requests.find(({ action }) => action === 'PutParameter');
    expect(put?.input).toMatchObject({ KeyId: 'alias/ours', Overwrite: true });
    const other = await type(['tokens', 'set', '--yes', '--key-id', 'alias/new'], { input: TOKEN });
    expect(other.stderr).toContain('+ SecureString, key alias/new: the token of developer@example.com');
  });

  it.each([
    [
      'Heroku does not know',
      () => TOKEN,
      1,
      'Heroku does not know this token, so it was not stored. Make one: heroku authorizations:create',
    ],
    ['is empty', () => ' \n', 2, 'The token is empty.'],
    ['holds spaces', () => `${TOKEN} ${TOKEN}`, 2, 'The token is no token'],
  ])('stores none that %s', async (_what, token, code, message) => {
    const { world, type } = await openTerminal();
    for (const typing of [{ input: token() }, { answers: [token()] }]) {
      const typed = await type(['tokens', 'set', 'team', '--yes'], typing);
      expect(typed).toMatchObject({ code, stdout: '' });
      expect(typed.stderr).toContain(message);
      expect(typed.stderr).not.toContain(TOKEN);
    }
    expect(world.parameters.get(NAME)).toBeUndefined();
  });

  it.each([
    [
      'out of order',
      { status: 503 },
      'The token could not be checked, so it was not stored. Try again later. (GET /account: Heroku answered 503',
    ],
    ['not to be reached', 'reset', 'Heroku could not be asked at http://127.0.0.1'],
    ['not itself', { status: 200, body: ['?'] }, "Heroku's answer is not what its schema says"],
  ] as const)('stores none where Heroku is %s', async (_how, fault, message) => {
    const { world, type } = await openTerminal();
    world.heroku.addToken(TOKEN);
    world.heroku.faults.push({ match: () => true, do: fault });
    const typed = await type(['tokens', 'set', 'team', '--yes'], { input: TOKEN });
    expect(typed).toMatchObject({ code: 1, stdout: '' });
    expect(typed.stderr).toContain(message);
    expect(world.parameters.get(NAME)).toBeUndefined();
  });

  it('stores one that may not say whose it is', async () => {
    const { world, type } = await openTerminal();
    world.heroku.addToken(TOKEN);
    world.heroku.faults.push({ match: ({ kind }) => kind === 'account', do: { status: 403 } });
    const typed = await type(['tokens', 'set', 'team', '--yes', '--json'], { input: TOKEN });
    expect(typed.json()).toMatchObject({ account: null, requestsLeft: 4500 });
    expect(typed.stderr).toContain('a token that may not say whose it is, with 4500 requests left');
    expect(world.parameters.get(NAME)).toBe(TOKEN);
  });

  it('is never told the token as an argument', async () => {
    const { world, type } = await openTerminal();
    for (const args of [[TOKEN], ['0b9e980b-a811-4826-87a9-3389db94a77c'], ['team', TOKEN]]) {
      const typed = await type(['tokens', 'set', '--yes', ...args], { input: '' });
      expect(typed).toMatchObject({ code: 2, stdout: '' });
      expect(typed.stderr).not.toContain('0b9e980b');
    }
    expect(world.heroku.requests).toEqual([]);
  });

  it('never says it, whatever goes wrong', async () => {
    const { world, type } = await openTerminal();
    world.heroku.addToken(TOKEN);
    const message = `Value '${TOKEN}' at 'value' failed to satisfy constraint`;
    world.parameters.faults.push({ action: 'PutParameter', do: { code: 'ValidationException', message } });
    const typed = await type(['tokens', 'set', 'team', '--yes', '--json'], { input: TOKEN });
    expect(typed.code).toBe(1);
    expect(typed.stderr).toContain("Value '(withheld)' at 'value' failed");
    expect(typed.stdout + typed.stderr).not.toContain(TOKEN);
  });

  it('does not write into a parameter that is readable without decryption', async () => {
    const { world, type } = await openTerminal();
    world.parameters.put(NAME, 'plain');
    const typed = await type(['tokens', 'set', 'team', '--yes'], { input: TOKEN });
    expect(typed.code).toBe(1);
    expect(typed.stderr).toContain(
      `${NAME} is a String, readable without decryption, and cannot become a SecureString.`,
    );
    expect(world.heroku.requests).toEqual([]);
  });
});

describe('tokens list', () => {
  it('names them, and reads no value', async () => {
    const { clock, world, type } = await openTerminal();
    world.parameters.put(NAME, 'plain');
    world.parameters.put('/whacamole/tokens/team/deeper', 'no token');
    clock.advance(90 * 60_000);
    const typed = await type(['tokens', 'list']);
    expect(typed).toMatchObject({ code: 0, stderr: '' });
    expect(typed.stdout).toBe(
      [
        'default  SecureString  alias/aws/ssm  stored 1 h 30 min ago',
        'team     String: readable without decryption  stored 1 h 30 min ago',
        '',
      ].join('\n'),
    );
    const json = await type(['tokens', 'list', '--json']);
    expect(json.json()).toMatchObject({
      tokens: [
        {
          name: 'default',
          type: 'SecureString',
          key: 'alias/aws/ssm',
          version: 1,
          storedAt: '2026-01-05T12:00:00Z',
        },
        { name: 'team', type: 'String', key: null },
      ],
    });
    expect(new Set(world.parameters.requests.map(({ action }) => action))).toEqual(
      new Set(['DescribeParameters']),
    );
  });

  it('says how to store the first', async () => {
    const { type } = await openTerminal();
    const typed = await type(['tokens', 'list', '--prefix', '/elsewhere']);
    expect(typed.stdout).toBe(
      'There is no token under /elsewhere/tokens. Store one: npx whacamole tokens set\n',
    );
  });
});
