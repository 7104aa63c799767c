import { describe, expect, it } from 'vitest';
import { openTerminal } from './typed.ts';

const NAME = '/whacamole/apps/shop';

describe('apps add', () => {
  it('writes the fields that were said, and no others, once somebody has seen them and agreed', async () => {
    const { world, type } = await openTerminal();
    const args = ['apps', 'add', 'shop', '--dynos', 'web,worker', '--threshold', '80%', '--window', '1h'];
    const more = [
      '--sustained',
      '3',
      '--min-uptime',
      '600',
      '--at-once',
      '2',
      '--token',
      'team',
      '--dry-run',
    ];
    const typed = await type([...args, ...more, '--measure', 'memory_rss', '--swap-threshold', '99.5'], {
      answers: [true],
    });
    expect(typed).toMatchObject({ code: 0, stdout: `Wrote ${NAME} (version 1). The next scan has it.\n` });
    expect(typed.asked).toEqual(['Write this?']);
    expect(typed.stderr).toContain(`${NAME} (new)`);
    expect(typed.stderr).toContain('+   "restartThreshold": "80%",');
    expect(world.parameters.get(NAME)).toBe(
      '{"token": "team", "dynos": ["web", "worker"], "restartThreshold": "80%", "restartWindow": 3600, "measure": "memory_rss", "swapThreshold": 99.5, "sustainedSamples": 3, "minUptime": 600, "restartsAtOnce": 2, "dryRun": true}',
    );
  });

  it('needs no option', async () => {
    const { world, type } = await openTerminal();
    const typed = await type(['apps', 'add', 'shop', '--yes', '--json']);
    expect(typed.code).toBe(0);
    expect(typed.json()).toEqual({
      ...{ app: 'shop', parameter: NAME, before: null, after: {}, version: 1, written: true, notes: [] },
    });
    expect(world.parameters.get(NAME)).toBe('{}');
  });

  it.each([
    [['--threshold', '0'], 'restartThreshold: found 0, expected a number of MB above 0'],
    [['--dynos', 'web,run'], 'dynos.1: found "run", expected a process type of the formation'],
    [['--measure', 'rss', '--at-once', '200%'], 'The config has 2 mistakes: measure: found "rss"'],
    [['--token', '0b9e980b-a811-4826-87a9-3389db94a77c'], 'token: found "(withheld)"'],
    [['--window', 'soon'], "option '--window <time>' argument 'soon' is invalid. Expected a time such as"],
  ])('refuses what the function would refuse: %j', async (options, message) => {
    const { world, type } = await openTerminal();
    const typed = await type(['apps', 'add', 'shop', '--yes', ...options]);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toContain(message);
    expect(world.parameters.get(NAME)).toBeUndefined();
  });

  it('leaves an app that is there alone', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', { minUptime: 60 });
    const typed = await type(['apps', 'add', 'shop', '--yes']);
    expect(typed.code).toBe(1);
    expect(typed.stderr).toContain(
      'shop is there already: /whacamole/apps/shop. To change it: npx whacamole apps edit shop',
    );
    expect(world.parameters.get(NAME)).toBe('{"minUptime":60}');
  });
});

describe('whatever writes', () => {
  const WRITES: readonly (readonly string[])[] = [
    ['apps', 'add', 'new-one'],
    ['apps', 'edit', 'shop', '--set', 'minUptime=1'],
    ['apps', 'pause', 'shop'],
    ['apps', 'resume', 'shop'],
    ['apps', 'remove', 'shop'],
    ['tokens', 'set'],
  ];
  const CHANGES = ['PutParameter', 'DeleteParameter'];

  it.each(WRITES.map((args) => [args]))('writes nothing where nobody can be asked: %j', async (args) => {
    const { world, type } = await openTerminal();
    world.configure('shop', { paused: '2027-01-01' });
    const typed = await type(args);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toMatch(/there is nobody to ask, for this is no terminal. With --yes/);
    expect(world.parameters.requests.filter(({ action }) => CHANGES.includes(action))).toEqual([]);
  });

  it.each(WRITES.map((args) => [args]))('writes nothing where somebody says no: %j', async (args) => {
    const { world, type } = await openTerminal();
    world.configure('shop', { paused: '2027-01-01' });
    const typed = await type(args, { answers: args[0] === 'tokens' ? [world.token, false] : [false] });
    expect(typed).toMatchObject({ code: 1, stdout: '' });
    expect(typed.stderr).toMatch(/error: Nothing was written\.\n$/);
    expect(world.parameters.requests.filter(({ action }) => CHANGES.includes(action))).toEqual([]);
  });

  it.each(WRITES.slice(1, 5).map((args) => [args]))('knows what is not there: %j', async (args) => {
    const { type } = await openTerminal();
    const typed = await type([...args, '--yes']);
    expect(typed).toMatchObject({ code: 1, stdout: '' });
    expect(typed.stderr).toContain(
      'There is no parameter /whacamole/apps/shop. npx whacamole apps list shows',
    );
  });
});

describe('apps remove', () => {
  it('deletes the parameter, and says what stays', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', { minUptime: 60 });
    const typed = await type(['apps', 'remove', 'shop'], { answers: [true] });
    expect(typed.code).toBe(0);
    expect(typed.stderr).toContain('-   "minUptime": 60');
    expect(typed.stdout).toMatch(/^Deleted \/whacamole\/apps\/shop\..*Its restarts stay in the table/);
    expect(world.parameters.get(NAME)).toBeUndefined();
  });
});

describe('somebody else who writes meanwhile', () => {
  it.each([[['edit', 'shop', '--set', 'minUptime=1']], [['pause', 'shop']], [['remove', 'shop']]])(
    'is not written over by %j',
    async (args) => {
      const { world, type } = await openTerminal();
      world.configure('shop', { minUptime: 60 });
      const typed = await type(['apps', ...args], {
        answers: [() => world.configure('shop', { minUptime: 90 })],
      });
      expect(typed).toMatchObject({ code: 1, stdout: '' });
      expect(typed.stderr).toContain(
        `somebody else has written ${NAME}: it was version 1, and is version 2. Nothing was`,
      );
      expect(world.parameters.get(NAME)).toBe('{"minUptime":90}');
    },
  );

  it('keeps what they created, and what they deleted stays deleted', async () => {
    const { world, type } = await openTerminal();
    const added = await type(['apps', 'add', 'shop'], { answers: [() => world.configure('shop')] });
    expect(added.code).toBe(1);
    expect(added.stderr).toContain(`Somebody else has just created ${NAME}. Nothing was written.`);
    const paused = await type(['apps', 'pause', 'shop'], { answers: [() => world.parameters.delete(NAME)] });
    expect(paused.code).toBe(1);
    expect(paused.stderr).toContain(`Meanwhile somebody else has deleted ${NAME}. Nothing was written.`);
    expect(world.parameters.get(NAME)).toBeUndefined();
  });
});

it('encrypts a config that is a SecureString with the key it had', async () => {
  const { world, type } = await openTerminal();
  world.parameters.put(NAME, '{}', 'SecureString', 'alias/ours');
  expect(await type(['apps', 'pause', 'shop', '--yes'])).toMatchObject({ code: 0 });
  const put = world.parameters.requests.find(({ action }) => action === 'PutParameter');
  expect(put?.input).toMatchObject({ Type: 'SecureString', KeyId: 'alias/ours', Value: '{"paused": true}' });
});
