/**
 * Whoever looks something up: all that the pages beside the guide say is typed here, on a deployment that has run for a
 * while, with one app that leaks. What surprises: `config/whacamole.rb`, `YOUR.log` and `YOUR.html` are in a folder of the
 * suite's own, so that nothing is written among the project's files.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployedFunction } from './deployed-function.ts';
import { commandsOf, forApp, leftOut } from './readme.ts';
import { addLeakingApp, bringTableOver, LOGIN, outputsIn, type Stage, setStage } from './stage.ts';
import type { Answer } from './terminal.ts';

const SHOP = 'shop';
const BLOG = 'my-blog';
const GEMS_TOKEN = 'HRKU-in-the-config-of-the-gem';
const GEMS_CONFIG = `Whacamole.configure("${SHOP}") do |config|
  config.api_token = ENV['HEROKU_API_TOKEN']
  config.restart_threshold = 480
  config.restart_window = 20*60
  config.event_handler = lambda { |e| puts e.inspect.to_s }
end

Whacamole.configure("${BLOG}") do |config|
  config.api_token = "${GEMS_TOKEN}"
end
`;
const YES: Answer = { to: 'Write this?', say: 'y' };
const TOKEN: Answer = { to: 'Heroku API token', say: LOGIN };

describe('whoever looks something up', () => {
  let stage: Stage;
  let scan: DeployedFunction;
  let outputs: ReadonlyMap<string, string>;

  /** A command of a page, with the reader's own words in it. */
  const command = (page: string, heading: string, words: string) => {
    const [found, another] = commandsOf(heading, page).filter((one) => one.includes(words));
    if (found === undefined || another !== undefined) {
      throw new Error(`Expected one command with "${words}" under "${heading}" in ${page}`);
    }
    const filled = forApp(SHOP, found).replaceAll('LOG-GROUP', outputs.get('LogGroupName') ?? '');
    return filled.replaceAll(/config\/whacamole\.rb|YOUR\.(?:log|html)/g, (name) => join(stage.folder, name));
  };
  const on = (page: string, heading: string) => ({
    type: (words: string) => stage.terminal.run(command(page, heading, words)),
    answer: (words: string, ...answers: readonly Answer[]) =>
      stage.terminal.answer(command(page, heading, words), answers),
  });

  beforeAll(async () => {
    stage = await setStage();
    for (const name of [SHOP, BLOG]) {
      const app = addLeakingApp(stage.heroku, name);
      app.features['log-runtime-metrics'] = true;
      app.deploy();
    }
    stage.passSeconds(60);
    for (const step of commandsOf('4. Deploy', 'docs/guide.md')) {
      outputs = outputsIn(await stage.terminal.run(step));
    }
    await bringTableOver(stage, outputs.get('RestartsTableName') ?? '');
    stage.terminal.export({
      AWS_ENDPOINT_URL_DYNAMODB: stage.dynamoDb.endpoint,
      HEROKU_API_URL: stage.herokuUrl,
      EDITOR: 'sed -i s/true/false/',
    });
    scan = await DeployedFunction.fetch(
      stage,
      outputs.get('FunctionName') ?? '',
      outputs.get('LogGroupName') ?? '',
    );
    stage.reachNow();
  });

  afterAll(async () => {
    await scan?.forget();
    await stage?.close();
  });

  describe('in the README', () => {
    const readme = on('README.md', 'From the command line');

    it('stores a token that is typed hidden, and watches an app', async () => {
      expect(await readme.answer('tokens set', TOKEN, YES)).toContain('+ SecureString, key alias/aws/ssm: ');
      expect(await stage.terminal.run('npx whacamole tokens list')).toMatch(/^default +SecureString/m);
      await readme.answer('apps add', YES);
      expect((await scan.scan()).of('DynoSpared')).toMatchObject([{ reason: 'dry-run' }]);
    });

    it('asks how it goes', async () => {
      expect(await readme.type('doctor')).toContain('No problem was found.');
      expect(await readme.type('explain')).toContain('spared dry-run');
      expect(await readme.type('apps list')).toMatch(/^shop +dry run/m);
    });

    it('edits the config in an editor, and the next scan restarts the dyno', async () => {
      expect(await readme.answer('apps edit', YES)).toContain('+   "dryRun": false');
      expect((await scan.scan()).of('DynoRestart')).toMatchObject([{ app: SHOP, process: 'web.1' }]);
      expect(await readme.type('apps list')).toMatch(/^shop +watched: web\n +restarted: web\.1 \d+ s ago$/m);
    });

    it('pauses an app, and ends that', async () => {
      await readme.answer('apps pause', YES);
      expect(await readme.type('apps list')).toMatch(/^shop +paused until /m);
      await stage.terminal.answer(`npx whacamole apps resume ${SHOP}`, [YES]);
      expect(await readme.type('apps list')).toMatch(/^shop +watched: web/m);
    });
  });

  describe('choosing a threshold', () => {
    const tried = on('docs/choosing-a-threshold.md', 'Try it on what was');

    it("replays the app's log, and is given a proposal", async () => {
      await tried.type('heroku logs');
      expect(await tried.type('--suggest')).toMatch(/web dynos \(.*\) settle at /);
      expect(await on('README.md', 'From the command line').type('replay')).toContain('web dynos (');
    });

    it('replays what a dry run has written, two configs side by side, as a page', async () => {
      await tried.type('filter-log-events');
      expect(await tried.type('--compare')).toContain('The charts are in ');
      expect(await readFile(join(stage.folder, 'YOUR.html'), 'utf8')).toMatch(/^<!doctype html>/i);
      expect(await tried.answer('apps edit', YES)).toContain('+   "restartThreshold": "90%"');
    });
  });

  describe('with a trouble', () => {
    const trouble = (heading: string) => on('docs/troubleshooting.md', heading);

    it('asks the two that know most', async () => {
      expect(await trouble('').type('doctor')).toContain('No problem was found.');
      expect(await trouble('').type('explain')).toContain('web.1 was last restarted');
    });

    it('sees why nothing is restarted, and restarts a dyno by hand', async () => {
      expect(await trouble('Nothing is restarted').type('explain')).toMatch(/^web\.1 /m);
      expect(await trouble('Nothing is restarted').type('heroku ps --app')).toContain('web.1: up');
      const before = stage.heroku.app(SHOP).dyno('web.1').id;
      await trouble('Nothing is restarted').type('heroku ps:restart');
      expect(stage.heroku.app(SHOP).dyno('web.1').id).not.toBe(before);
    });

    it('has it restart later, or less often', async () => {
      expect(await trouble('Restarted too often').type('explain')).toContain('web.1: ');
      const { answer } = trouble('Restarted too often');
      expect(await answer('restartThreshold', YES)).toContain('+   "restartThreshold": "95%"');
      expect(await answer('restartWindow', YES)).toContain('+   "restartWindow": 7200');
    });

    it('looks for samples, and switches them on', async () => {
      expect(await trouble('NoSamples').type('heroku logs')).toContain('sample#memory_total=');
      stage.heroku.app(SHOP).features['log-runtime-metrics'] = false;
      expect(await trouble('NoSamples').type('heroku labs')).toContain('[ ] log-runtime-metrics');
      // The doctor still finds that no dyno knows of it.
      const fix = command('docs/troubleshooting.md', 'NoSamples', '--fix');
      expect(await stage.terminal.answer(fix, [YES], 1)).toContain('dynos log none before they have been');
      await trouble('NoSamples').type('heroku ps:restart');
      expect(await trouble('AppFailed').type('doctor')).toContain('No problem was found.');
      expect(await trouble('RestartFailed').type('explain')).toContain('web.1');
    });

    it('gives an app a token of another account', async () => {
      const { type, answer } = trouble('Rate-limited');
      expect(await type('doctor')).toMatch(/^✓ request budget +1 app needs/m);
      await answer('tokens set', TOKEN, YES);
      expect(await answer('apps edit', YES)).toContain('+   "token": "second"');
    });

    it('finds no batch that was dropped', async () => {
      expect(JSON.parse(await trouble('BatchDropped').type('filter-log-events'))).toMatchObject({
        events: [],
      });
    });
  });

  it('sees what preboot does, and leaves more room in a Private Space', async () => {
    const preboot = on('docs/preboot-and-private-spaces.md', 'Preboot');
    expect(await preboot.type('explain')).toContain('web.1');
    expect(await preboot.type('doctor')).toMatch(/^✓ preboot +is off/m);
    const privately = on('docs/preboot-and-private-spaces.md', 'Private Spaces');
    expect(await privately.answer('apps edit', YES)).toContain('+   "restartThreshold": "85%"');
  });

  describe('moving from the gem', () => {
    const taking = on('docs/moving-from-the-gem.md', 'Take the config over');
    const changing = on('docs/moving-from-the-gem.md', 'Compare, and change over');

    it('takes its config over as a dry run, and no token with it', async () => {
      await mkdir(join(stage.folder, 'config'));
      await writeFile(join(stage.folder, 'config/whacamole.rb'), GEMS_CONFIG);
      expect(await on('README.md', 'From the command line').type('import')).toContain(
        '"restartThreshold": 480',
      );
      const look = commandsOf('Take the config over', 'docs/moving-from-the-gem.md')[0] ?? '';
      expect(await stage.terminal.run(look.replace('config/', `${stage.folder}/config/`))).toContain(
        `npx whacamole tokens set ${BLOG}`,
      );
      await taking.answer('tokens set', TOKEN, YES);
      await taking.answer('--dry-run --write', { to: 'Write these 2?', say: 'y' });
      expect(await taking.type('doctor')).toContain('No problem was found.');
    });

    it('compares, and changes over', async () => {
      await scan.scan();
      expect(await changing.type('explain')).toContain(SHOP);
      expect(await changing.answer('apps edit', YES)).toContain('-   "dryRun": true');
    });
  });

  it('no longer watches an app', async () => {
    await on('README.md', 'From the command line').answer('apps remove', YES);
    const { of } = await scan.scan();
    expect(of('ScanDone')).toMatchObject([{ apps: 1 }]);
  });

  it('has typed all that it was to type, and shown no secret', () => {
    expect(leftOut('pages.e2e.ts', stage.terminal.typed)).toEqual([]);
    for (const secret of [...stage.heroku.secrets, GEMS_TOKEN]) {
      expect(stage.terminal.shown.includes(secret)).toBe(false);
    }
  });
});
