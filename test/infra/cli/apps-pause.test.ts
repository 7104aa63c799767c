import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject } from '../../../infra/cli/config-text.ts';
import { type Pause, paused, resumed } from '../../../infra/cli/pause.ts';
import { parseAppConfig } from '../../../lib/config/app-config.ts';
import { openTerminal } from './typed.ts';

const NAME = '/whacamole/apps/shop';
/** The clock's first moment. */
const NOW = Date.UTC(2026, 0, 5, 12);

describe('apps pause', () => {
  it.each([
    [[], true],
    [['--for', '2h'], '2026-01-05T14:00:00Z'],
    [['--for', '1d12h'], '2026-01-07T00:00:00Z'],
    [['--until', '2026-12-24T18:00:00+01:00'], '2026-12-24T18:00:00+01:00'],
  ])('%j sets paused, and nothing else', async (args, value) => {
    const { world, type } = await openTerminal();
    world.configure('shop', { token: 'a', paused: false, minUptime: 60 });
    const typed = await type(['apps', 'pause', 'shop', '--yes', ...args]);
    expect(typed.code).toBe(0);
    expect(world.parameters.get(NAME)).toBe(JSON.stringify({ token: 'a', paused: value, minUptime: 60 }));
  });

  it.each([
    [['--until', 'tomorrow'], '--until: found "tomorrow", expected an ISO 8601 time'],
    [
      ['--until', '2026-01-05T11:59:00Z'],
      'found 2026-01-05 11:59 UTC, expected a time ahead: it is 2026-01-05 12:00 UTC',
    ],
    [
      ['--for', '2 hours'],
      "argument '2 hours' is invalid. Expected a time such as 90s, 30m, 2h, 1d or 1h30m.",
    ],
    [['--for', '0h'], "argument '0h' is invalid."],
    [
      ['--for', '2h', '--until', '2027-01-01'],
      "option '--for <time>' cannot be used with option '--until <time>'",
    ],
  ])('refuses %j', async (args, message) => {
    const { world, type } = await openTerminal();
    world.configure('shop');
    const typed = await type(['apps', 'pause', 'shop', '--yes', ...args]);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toContain(message);
    expect(world.parameters.get(NAME)).toBe('{}');
  });

  it('takes out what would keep a process type running, and says so', async () => {
    const { world, type } = await openTerminal();
    const dynos = {
      web: { paused: false, minUptime: 60 },
      worker: { paused: '2026-01-05T13:00:00Z' },
      clock: { paused: true },
    };
    world.configure('shop', { dynos });
    const typed = await type(['apps', 'pause', 'shop', '--for', '3h', '--yes']);
    expect(JSON.parse(world.parameters.get(NAME) ?? '')).toEqual({
      dynos: { web: { minUptime: 60 }, worker: {}, clock: { paused: true } },
      paused: '2026-01-05T15:00:00Z',
    });
    expect(typed.stderr).toContain(
      'web had a "paused" of its own, which would have kept it running: it is taken out.',
    );
    expect(typed.stderr).toContain(
      'worker had a pause of its own, until 2026-01-05 13:00 UTC: it becomes part of this one, and ends with it.',
    );
    expect(typed.stderr).not.toContain('clock had');
  });

  it('says where a pause becomes shorter', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', { paused: true });
    const typed = await type(['apps', 'pause', 'shop', '--for', '1h', '--yes']);
    expect(typed.stderr).toContain('It was paused until further notice, and this pause ends before that.');
  });

  it('leaves a config alone that the function refuses', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', { minUptimes: 60 });
    const typed = await type(['apps', 'pause', 'shop', '--yes']);
    expect(typed.code).toBe(1);
    expect(typed.stderr).toContain('minUptimes: unknown field');
    expect(typed.stderr).toContain('Mend it first: npx whacamole apps edit shop');
  });
});

describe('apps resume', () => {
  it('takes paused out, and nothing else', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', { token: 'a', paused: true, minUptime: 60 });
    const typed = await type(['apps', 'resume', 'shop'], { answers: [true] });
    expect(typed.code).toBe(0);
    expect(world.parameters.get(NAME)).toBe('{"token":"a","minUptime":60}');
  });

  it("leaves a process type's own pause, and says so, unless it is told to end that too", async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', {
      paused: true,
      dynos: { web: {}, worker: { paused: '2027-01-01', dryRun: true } },
    });
    const typed = await type(['apps', 'resume', 'shop', '--yes', '--json']);
    const note =
      'worker stays paused until 2027-01-01 00:00 UTC, by a rule of its own. --all-types ends that, too.';
    expect(typed.json()).toMatchObject({ written: true, notes: [note] });
    expect(typed.stderr).toContain(note);
    expect(world.parameters.get(NAME)).toBe(
      '{"dynos":{"web":{},"worker":{"paused":"2027-01-01","dryRun":true}}}',
    );

    expect(await type(['apps', 'resume', 'shop', '--yes'])).toMatchObject({
      code: 0,
      stdout: `${note}\n${NAME} stays as it is: there is nothing to change.\n`,
    });
    expect(await type(['apps', 'resume', 'shop', '--yes', '--all-types'])).toMatchObject({ code: 0 });
    expect(world.parameters.get(NAME)).toBe('{"dynos":{"web":{},"worker":{"dryRun":true}}}');
  });
});

const pause = fc.constantFrom(undefined, true, false, '2025-06-01', '2026-01-05T12:30:00Z', '2027-01-01');
const rules = fc.record(
  { minUptime: fc.nat(600), paused: pause, dryRun: fc.boolean() },
  { requiredKeys: [] },
);
const configs = fc
  .record(
    {
      paused: pause,
      token: fc.constant('team'),
      dynos: fc.dictionary(fc.constantFrom('web', 'worker', 'clock'), rules, { minKeys: 1 }),
      dryRun: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  // As it stands in a parameter.
  .map((config) => asObject(JSON.parse(JSON.stringify(config))) ?? {});

function ends(config: unknown): number[] {
  return [...parseAppConfig('shop', JSON.stringify(config)).rules.values()].map(
    ({ pausedUntil }) => pausedUntil,
  );
}

function withoutPauses(config: unknown): string {
  return JSON.stringify(config, (key, value) => (key === 'paused' ? undefined : value));
}

describe('whatever the config says', () => {
  it('a pause holds for every process type, and nothing but pauses is touched', () => {
    fc.assert(
      fc.property(configs, fc.constantFrom<Pause[]>(true, '2026-01-05T14:00:00Z'), (config, value) => {
        const changed = paused(config, value, NOW).config;
        const until = value === true ? Infinity : Date.parse(value);
        for (const end of ends(changed)) expect(end).toBeGreaterThanOrEqual(until);
        expect(withoutPauses(changed)).toBe(withoutPauses(config));
      }),
    );
  });

  it('a resume leaves no pause that it does not say, and shortens none of a type', () => {
    fc.assert(
      fc.property(configs, fc.boolean(), (config, allTypes) => {
        const { config: changed, notes } = resumed(config, { allTypes }, NOW);
        expect(ends(changed).filter((end) => end > NOW)).toHaveLength(notes.length);
        if (allTypes) expect(notes).toEqual([]);
        else expect(changed.dynos).toEqual(config.dynos);
        expect(withoutPauses(changed)).toBe(withoutPauses(config));
      }),
    );
  });
});
