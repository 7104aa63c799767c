import { expect, it } from 'vitest';
import { restarted } from './restarted.ts';
import { openTerminal } from './typed.ts';

it('lists what differs from the defaults, what is not watched and why, and the last restarts', async () => {
  const terminal = await openTerminal();
  const { world, type } = terminal;
  world.configure('shop', {
    restartThreshold: '80%',
    restartWindow: 1800,
    dynos: { web: {}, worker: { measure: 'memory_rss' } },
  });
  world.configure('asleep', { paused: true });
  world.configure('nights', { paused: '2026-01-05T18:00:00Z' });
  world.configure('over', { paused: '2026-01-05T11:00:00Z' });
  world.configure('mixed', { dryRun: true, dynos: { web: { dryRun: false }, worker: {} } });
  world.configure('broken', { restartTreshold: 700 });
  await restarted(terminal, { app: 'shop', process: 'worker.1', minutesAgo: 3 * 24 * 60 + 65 });
  await restarted(terminal, { app: 'shop', process: 'web.2', minutesAgo: 12 });
  const { code, stdout, stderr } = await type(['apps', 'list']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(
    [
      'asleep  paused: web',
      '        no restart on record',
      'broken  not watched',
      '        The config has a mistake: restartTreshold: unknown field, expected one of token, dynos, restartThreshold, restartWindow, measure, swapThreshold, sustainedSamples, minUptime, restartsAtOnce, dryRun, paused. The app is not watched until this is mended.',
      'mixed   web watched, worker dry run: web, worker',
      '        no restart on record',
      'nights  paused until 2026-01-05 18:00 UTC: web',
      '        no restart on record',
      'over    watched: web',
      '        no restart on record',
      'shop    watched: web, worker; restartThreshold 80%; worker: measure memory_rss',
      '        restarted: web.2 12 min ago, worker.1 3 d 1 h ago',
      '',
    ].join('\n'),
  );
});

it('says where a token is missing, and how to store it', async () => {
  const { world, type } = await openTerminal();
  world.configure('shop', { token: 'team' });
  const typed = await type(['apps', 'list', '--json']);
  expect(typed.json()).toMatchObject({
    apps: [
      { problem: 'There is no token "team". Store it: npx whacamole tokens set team', state: 'not watched' },
    ],
  });
  world.parameters.delete('/whacamole/tokens/default');
  world.configure('shop', {});
  expect((await type(['apps', 'list'])).stdout).toContain(
    'There is no token "default". Store it: npx whacamole tokens set\n',
  );
});

it('lists an app whose config cannot be decrypted, and the others', async () => {
  const { world, type } = await openTerminal();
  world.parameters.put('/whacamole/apps/locked', '{}', 'SecureString');
  world.configure('shop');
  const refusal = { do: { code: 'AccessDeniedException', message: 'no kms:Decrypt' }, times: 1 } as const;
  world.parameters.faults.push(
    { action: 'GetParametersByPath', ...refusal },
    { action: 'GetParameter', ...refusal },
  );
  const typed = await type(['apps', 'list']);
  expect(typed.code).toBe(0);
  expect(typed.stdout).toContain(
    'locked  not watched\n        The config could not be read: no kms:Decrypt.\n',
  );
  expect(typed.stdout).toContain('shop    watched: web');
});

it('lists the same as a JSON document', async () => {
  const terminal = await openTerminal();
  const { world, type } = terminal;
  world.configure('shop', { minUptime: 60 });
  world.configure('broken', '{');
  await restarted(terminal, { app: 'shop', process: 'web.1', minutesAgo: 30 });
  const typed = await type(['apps', 'list', '--json']);
  expect(typed.code).toBe(0);
  expect(typed.json()).toEqual({
    prefix: '/whacamole',
    apps: [
      {
        app: 'broken',
        config: null,
        problem: 'The config is not valid JSON at character 1. Expected a JSON object, {} for the defaults.',
        ...{ states: {}, state: 'not watched', summary: '', restarts: [] },
      },
      {
        app: 'shop',
        config: { minUptime: 60 },
        problem: null,
        ...{ states: { web: 'watched' }, state: 'watched', summary: 'web; minUptime 60' },
        restarts: [{ process: 'web.1', dyno: 'd', at: '2026-01-05T11:30:00Z', settled: true }],
      },
    ],
  });
});

it('says how to begin where there is none', async () => {
  const { type } = await openTerminal();
  const { code, stdout } = await type(['apps', 'list', '--stack', 'Whacamole-staging'], {
    environment: { PARAMETER_PREFIX: undefined },
  });
  expect(code).toBe(0);
  expect(stdout).toContain(
    'no parameter under /whacamole-staging/apps. Add one: npx whacamole apps add YOUR-APP',
  );
});
