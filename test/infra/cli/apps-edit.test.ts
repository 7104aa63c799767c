import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTerminal } from './typed.ts';

const NAME = '/whacamole/apps/shop';

/** Writes a text after the other into the file that is edited, and keeps what was found there. */
function editor(...texts: string[]) {
  const found: string[] = [];
  return {
    found,
    async edit(path: string) {
      found.push(await readFile(path, 'utf8'));
      const text = texts.shift();
      if (text === undefined) throw new Error('Expected the editor not to be opened again');
      await writeFile(path, text);
    },
  };
}

/** The file that the error names. */
async function kept(stderr: string): Promise<string> {
  const path = /What you typed is kept in (.*)$/m.exec(stderr)?.[1] ?? '';
  onTestFinished(() => rm(dirname(path), { recursive: true }));
  return readFile(path, 'utf8');
}

describe('apps edit, in the editor', () => {
  it('opens the config a field to a line, shows what has changed, and writes it as it was laid out', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', '{"restartWindow": 900, "minUptime": 60}');
    const { edit, found } = editor('{"restartWindow": 900, "minUptime": 120}');
    const typed = await type(['apps', 'edit', 'shop'], { edit, answers: [true] });
    expect(typed).toMatchObject({ code: 0, stdout: `Wrote ${NAME} (version 2). The next scan has it.\n` });
    expect(found).toEqual(['{\n  "restartWindow": 900,\n  "minUptime": 60\n}\n']);
    expect(typed.stderr).toBe(
      [
        `${NAME} (version 1)`,
        '  {',
        '    "restartWindow": 900,',
        '-   "minUptime": 60',
        '+   "minUptime": 120',
        '  }',
        '',
      ].join('\n'),
    );
    expect(world.parameters.get(NAME)).toBe('{"restartWindow": 900, "minUptime": 120}');
  });

  it('refuses what the function would refuse, and opens it again as it was typed', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop');
    const { edit, found } = editor('{"minUptime": "60"}', '{"minUptime": 60', '{"minUptime": 60}');
    const typed = await type(['apps', 'edit', 'shop'], { edit, answers: [true, true, true] });
    expect(typed.code).toBe(0);
    expect(found).toEqual(['{}\n', '{"minUptime": "60"}', '{"minUptime": 60']);
    expect(typed.asked).toEqual(['Edit it again?', 'Edit it again?', 'Write this?']);
    expect(typed.stderr).toContain(
      'refused: The config has a mistake: minUptime: found "60", expected a number of seconds',
    );
    expect(typed.stderr).toContain('refused: The config is not valid JSON');
    expect(world.parameters.get(NAME)).toBe('{"minUptime": 60}');
  });

  it.each([
    ['refused, and somebody gives up', '{"minUptime": "60"}', [false], 1],
    ['refused, and nobody can be asked', '{"minUptime": "60"}', undefined, 2],
    ['not agreed to', '{"minUptime": 61}', [false], 1],
    ['shown, and nobody can be asked', '{"minUptime": 61}', undefined, 2],
  ])('loses nothing that was typed where it is %s', async (_why, text, answers, code) => {
    const { world, type } = await openTerminal();
    world.configure('shop');
    const typed = await type(['apps', 'edit', 'shop'], {
      edit: editor(text).edit,
      ...(answers === undefined ? {} : { answers }),
    });
    expect(typed.code).toBe(code);
    expect(typed.stderr).toContain('Nothing was written');
    expect(await kept(typed.stderr)).toBe(text);
    expect(world.parameters.get(NAME)).toBe('{}');
  });

  it('writes nothing where nothing was changed', async () => {
    const { world, type } = await openTerminal();
    world.configure('shop', '{"minUptime":60}');
    const typed = await type(['apps', 'edit', 'shop'], {
      edit: editor('{ "minUptime": 60 }').edit,
      answers: [],
    });
    expect(typed).toMatchObject({ code: 0, stderr: '' });
    expect(typed.stdout).toBe(`${NAME} stays as it is: there is nothing to change.\n`);
  });

  it('mends what is no JSON, and shows no token that stands there', async () => {
    const { world, type } = await openTerminal();
    const secret = 'HRKU-0b9e980b-a811-4826-87a9-3389db94a77c';
    world.configure('shop', `{"token": "${secret}",}`);
    const typed = await type(['apps', 'edit', 'shop', '--json'], {
      edit: editor('{}').edit,
      answers: [true],
    });
    expect(typed.code).toBe(0);
    expect(typed.stderr).toContain('- {"token": "(withheld)",}');
    expect(typed.stdout + typed.stderr).not.toContain(secret);
    expect(world.parameters.get(NAME)).toBe('{}');
  });
});

describe('apps edit --set and --unset', () => {
  it.each([
    ['{"minUptime":60}', ['--set', 'minUptime=120'], '{"minUptime":120}'],
    [
      '{}',
      ['--set', 'restartThreshold=80%', '--set', 'dryRun=true'],
      '{"restartThreshold": "80%", "dryRun": true}',
    ],
    ['{"token": "a", "dryRun": true}', ['--unset', 'token'], '{"dryRun": true}'],
    ['{}', ['--set', 'dynos=web,worker'], '{"dynos": ["web", "worker"]}'],
    ['{}', ['--set', 'dynos={"web":{}}'], '{"dynos": {"web": {}}}'],
    [
      '{"dynos": ["web", "worker"]}',
      ['--set', 'dynos.worker.measure=memory_rss'],
      '{"dynos": {"web": {}, "worker": {"measure": "memory_rss"}}}',
    ],
    ['{}', ['--set', 'dynos.worker.minUptime=5'], '{"dynos": {"web": {}, "worker": {"minUptime": 5}}}'],
    ['{"dynos": {"web": {"dryRun": true}}}', ['--unset', 'dynos.web.dryRun'], '{"dynos": {"web": {}}}'],
    [
      '{\n\t"dryRun": true,\n\t"token": "a"\n}',
      ['--set', 'token=b'],
      '{\n\t"dryRun": true,\n\t"token": "b"\n}',
    ],
    ['{"minUptimes": 3}', ['--unset', 'minUptimes'], '{}'],
  ])('changes %s by %j to %s', async (before, args, after) => {
    const { world, type } = await openTerminal();
    world.configure('shop', before);
    const typed = await type(['apps', 'edit', 'shop', '--yes', ...args]);
    expect(typed.code).toBe(0);
    expect(world.parameters.get(NAME)).toBe(after);
  });

  it.each([
    [['--set', 'minUptime'], '--set: expected NAME=VALUE, such as restartThreshold=80%.'],
    [['--set', 'minUptime=soon'], 'minUptime: found "soon", expected a number of seconds'],
    [['--set', 'minUptimes=3'], 'minUptimes: unknown field'],
    [['--set', 'token.name=a'], '--set: token has no fields of its own.'],
    [['--set', '__proto__=1'], 'The config has a field __proto__: unknown field.'],
    [['--unset', 'minUptime'], '--unset: there is no field minUptime to take out.'],
  ])('refuses %j', async (args, message) => {
    const { world, type } = await openTerminal();
    world.configure('shop');
    const typed = await type(['apps', 'edit', 'shop', '--yes', ...args]);
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toContain(message);
    expect(world.parameters.get(NAME)).toBe('{}');
  });
});
