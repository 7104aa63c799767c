import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTerminal } from './typed.ts';

const TOKEN = 'my own token, as a phrase';
const CONFIG = `Whacamole.configure("my-shop") do |config|
  config.api_token = ENV['HEROKU_API_TOKEN']
  config.dynos = %w{web worker}
  config.restart_threshold = 500
  config.restart_window = 20*60
  config.event_handler = lambda { |e| puts e }
end

Whacamole.configure("my-blog") do |config|
  config.api_token = "${TOKEN}"
end
`;

async function openShell(text = CONFIG) {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-import-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'whacamole.rb');
  await writeFile(file, text);
  return { ...(await openTerminal()), file };
}

describe('import', () => {
  it('shows the parameters, the tokens to store, and what is not taken over, and writes nothing', async () => {
    const { type, world, file } = await openShell();
    const { code, stdout, stderr } = await type(['import', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`/whacamole/apps/my-shop
{
  "dynos": [
    "web",
    "worker"
  ],
  "restartThreshold": 500,
  "restartWindow": 1200
}
restartThreshold is 500 MB on every type and size of dyno, as with the gem.

/whacamole/apps/my-blog
{
  "token": "my-blog"
}
It sets no restart_threshold: the gem takes 1000 MB on every dyno, and here it is 1000 MB on a dyno of 1 GB and in that proportion on others, as in 500 MB on one of 512 MB.

Tokens are not taken over. Store them:
  npx whacamole tokens set default  (for my-shop: the environment variable HEROKU_API_TOKEN)
  npx whacamole tokens set my-blog  (for my-blog: a token that stands in the file: take it out of there, and better make a new one)

Event handlers are not taken over (line 6). A rule on the EventBridge bus does what they did: docs/events.md. What they wrote to a log is in CloudWatch Logs anyway.

Nothing has been written. To write it: npx whacamole import ${file} --write
`);
    expect(world.parameters.get('/whacamole/apps/my-shop')).toBeUndefined();
  });

  it('writes them once somebody has agreed to what changes', async () => {
    const { type, world, file } = await openShell();
    world.configure('my-shop', { restartThreshold: 400 });
    const { code, stdout, stderr, asked } = await type(['import', file, '--write'], { answers: [true] });
    expect({ code, asked }).toEqual({ code: 0, asked: ['Write these 2?'] });
    expect(stderr).toContain('/whacamole/apps/my-shop (version 1)');
    expect(stderr).toMatch(/^- {3}"restartThreshold": 400$/m);
    expect(stderr).toContain('/whacamole/apps/my-blog (new)');
    expect(stdout).toContain('Wrote /whacamole/apps/my-shop (version 2). The next scan has it.');
    expect(world.parameters.get('/whacamole/apps/my-shop')).toBe(
      '{"dynos":["web","worker"],"restartThreshold":500,"restartWindow":1200}',
    );
    expect(world.parameters.get('/whacamole/apps/my-blog')).toBe('{"token": "my-blog"}');

    const again = await type(['import', file, '--write', '--json']);
    expect(again.json()).toMatchObject({ written: [{ written: false }, { written: false }] });
    expect(again.asked).toEqual([]);
  });

  it('writes a dry run of every app, beside which the gem may go on', async () => {
    const { type, world, file } = await openShell();
    const shown = await type(['import', file, '--dry-run']);
    expect(shown.stdout).toContain(`To write it: npx whacamole import ${file} --dry-run --write\n`);
    expect((await type(['import', file, '--dry-run', '--write', '--yes'])).code).toBe(0);
    expect(world.parameters.get('/whacamole/apps/my-shop')).toBe(
      '{"dynos": ["web", "worker"], "restartThreshold": 500, "restartWindow": 1200, "dryRun": true}',
    );
    expect(world.parameters.get('/whacamole/apps/my-blog')).toBe('{"token": "my-blog", "dryRun": true}');
  });

  it.each([
    ['somebody says no', { answers: [false] }, 1, 'Nothing was written.'],
    ['nobody is there to ask', {}, 2, 'there is nobody to ask'],
  ])('writes nothing where %s', async (_, typing, code, message) => {
    const { type, world, file } = await openShell();
    const typed = await type(['import', file, '--write'], typing);
    expect(typed.code).toBe(code);
    expect(typed.stderr).toContain(message);
    expect(world.parameters.get('/whacamole/apps/my-shop')).toBeUndefined();
    expect(world.parameters.get('/whacamole/apps/my-blog')).toBeUndefined();
  });

  it('writes what can be written, and says by its exit code that there is more', async () => {
    const { type, world, file } = await openShell(`${CONFIG}
require 'dotenv'
Whacamole.configure(ENV['THIRD']) do |config|
  config.restart_threshold = 600
end`);
    const typed = await type(['import', file, '--write', '--yes']);
    expect(typed.code).toBe(1);
    expect(typed.stdout).toContain(
      'an app (line 14)\n{\n  "restartThreshold": 600\n}\nIt cannot be written: The app\'s name',
    );
    expect(typed.stdout).toContain(
      'Not taken over:\n  line 13: require "…"\n    It is no setting of the gem',
    );
    expect(world.parameters.get('/whacamole/apps/my-blog')).toBe('{"token": "my-blog"}');
  });

  it('prints one document for programs, with the parameters of the stage', async () => {
    const { type, file } = await openShell();
    const environment = { PARAMETER_PREFIX: '' };
    const typed = await type(['import', file, '--json', '--stack', 'Whacamole-test'], { environment });
    expect(typed.json()).toMatchObject({
      apps: [
        {
          app: 'my-shop',
          parameter: '/whacamole-test/apps/my-shop',
          problem: null,
          config: { restartThreshold: 500 },
        },
        { app: 'my-blog', config: { token: 'my-blog' } },
      ],
      tokens: [{ name: 'default', parameter: '/whacamole-test/tokens/default' }, { name: 'my-blog' }],
      ...{ eventHandlerLines: [6], unread: [], written: [] },
    });
  });

  it('never says a token, nor writes one', async () => {
    const { type, world, file } = await openShell(`${CONFIG}
Whacamole.configure("${TOKEN}") do |config|
  config.api_token = "${TOKEN}"
  config.dynos = ["${TOKEN}"]
  config.restart_threshold = "${TOKEN}"
end`);
    for (const options of [[], ['--json'], ['--write', '--yes'], ['--write', '--yes', '--json']]) {
      const { stdout, stderr } = await type(['import', file, ...options]);
      expect(stdout + stderr).not.toContain(TOKEN);
    }
    for (const app of ['my-shop', 'my-blog']) {
      expect(world.parameters.get(`/whacamole/apps/${app}`)).not.toContain(TOKEN);
    }
  });

  it.each([
    ['names no app', '# nothing here', /whacamole\.rb names no app: expected the gem's config/],
    ['is no config', 'x'.repeat(1_000_001), /is no config of the gem: it has 1000001 characters/],
  ])('fails on a file that %s', async (_, text, message) => {
    const { type, file } = await openShell(text);
    const { code, stderr } = await type(['import', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('fails on a file that is not there', async () => {
    const { type } = await openTerminal();
    const { code, stderr } = await type(['import', '/no/such.rb']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "error: /no/such.rb could not be read: ENOENT: no such file or directory, open '/no/such.rb'.\n",
    });
  });
});
