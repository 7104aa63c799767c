/**
 * The real Heroku CLI on the simulated Heroku: whatever a user of this product would type of it shows, or changes,
 * what the simulation holds. So the simulation answers as the CLI's own makers read Heroku's API, and the commands
 * that our texts name are commands that there are.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedApp } from '../../infra/local/heroku/app.ts';
import { SimulatedHeroku } from '../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../infra/local/virtual-clock.ts';
import { herokuEnvironment, linkHerokuCommand } from './heroku-cli.ts';
import { commandsOf, forApp, leftOut } from './readme.ts';
import { CTRL_C, INTERRUPTED, Terminal } from './terminal.ts';

const LOGIN = 'HRKU-the-login-of-the-user';
const APP = 'shop';
const TEN_MINUTES = 600_000;

describe('the Heroku CLI', () => {
  const clock = new VirtualClock({ start: Date.now() - TEN_MINUTES });
  const heroku = new SimulatedHeroku({ clock });
  let folder: string;
  let url: string;
  let app: SimulatedApp;
  let terminal: Terminal;
  let stopClock = () => {};
  const type = (command: string) => terminal.run(command);

  beforeAll(async () => {
    url = await heroku.listen();
    heroku.addToken(LOGIN);
    folder = await mkdtemp(join(tmpdir(), 'whacamole-heroku-cli-'));
    terminal = new Terminal({
      home: await mkdtemp(join(folder, 'home-')),
      path: [await linkHerokuCommand(folder)],
      environment: {
        ...herokuEnvironment(url, LOGIN),
        HEROKU_API_URL: url,
        npm_config_update_notifier: 'false',
      },
    });
    app = heroku.addApp(APP, { routerLinesPerSecond: 0.2, bootSeconds: 1 });
    app.scale('web', 2, (index) => ({ command: 'puma', baseMb: index === 1 ? 600 : 300 }));
    app.scale('worker', 1, { size: 'standard-2X' });
    clock.advance(TEN_MINUTES);
    stopClock = clock.run(1);
  });
  afterAll(async () => {
    stopClock();
    await heroku.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows the dynos', async () => {
    const shown = await type(`heroku ps -a ${APP}`);
    expect(shown).toContain('=== web (standard-1X): puma (2)');
    expect(shown).toContain('=== worker (standard-2X): bundle exec worker (1)');
    for (const name of ['web.1', 'web.2', 'worker.1'])
      expect(shown).toMatch(new RegExp(`^${name}: up `, 'm'));
    const dynos: unknown = JSON.parse(await type(`heroku ps -a ${APP} --json`));
    expect(dynos).toMatchObject(app.dynos().map(({ id, name }) => ({ id, name })));
  });

  it('shows the newest lines of the log', async () => {
    const lines = linesOf(await type(`heroku logs -n 10 -a ${APP}`));
    expect(lines).toHaveLength(10);
    const written = app.buffer.history(clock.now(), 1500, {}).map((line) => line.text());
    expect(written).toEqual(expect.arrayContaining(lines));
  });

  it('shows what Heroku says of one dyno, and what it says of a process type', async () => {
    const ofDyno = linesOf(await type(`heroku logs -s heroku -d web.1 -n 1500 -a ${APP}`));
    expect(ofDyno.some((line) => line.includes(`${app.dyno('web.1').id} sample#memory_total=600.00MB`))).toBe(
      true,
    );
    expect(ofDyno.filter((line) => !line.includes(' heroku[web.1]: '))).toEqual([]);
    const ofType = linesOf(await type(`heroku logs -p web -n 1500 -a ${APP}`));
    expect(new Set(ofType.map((line) => / heroku\[(.+?)\]: /.exec(line)?.[1]))).toEqual(
      new Set(['web.1', 'web.2']),
    );
  });

  it('runs the local run of the README until Ctrl-C', async () => {
    const [, start = ''] = commandsOf('Try it');
    const shown = await terminal.answer(start, [{ to: 'minute 1 ', say: CTRL_C }], INTERRUPTED);
    expect(shown).toContain('Summary');
  });

  it('makes a token that does, for the local run on an app', async () => {
    const [make = '', run = ''] = commandsOf('Try it').slice(-2);
    expect(make).toContain('authorizations:create');
    const both = ['set -e', make, forApp(APP, run)].join('\n');
    const shown = await terminal.answer(both, [{ to: 'dry-run: ', say: CTRL_C }], INTERRUPTED);
    expect(shown).toContain('Creating OAuth Authorization... done');
    expect(shown).toMatch(/ shop web\.1 +spared 600\/500 MB +dry-run: It would be restarted now/);
    expect(await type('heroku authorizations')).toMatch(/Whacamole, tried +\S+ +read,write/);
  });

  it.each([
    ['a dyno, in the form that is deprecated', `heroku ps:restart web.1 -a ${APP}`, ['web.1']],
    ['a dyno', `heroku ps:restart --dyno-name web.1 -a ${APP}`, ['web.1']],
    ['a process type', `heroku ps:restart --process-type web -a ${APP}`, ['web.1', 'web.2']],
    ['all', `heroku ps:restart -a ${APP}`, ['web.1', 'web.2', 'worker.1']],
    ['all, by the alias', `heroku restart -a ${APP}`, ['web.1', 'web.2', 'worker.1']],
  ])('restarts %s', async (_name, command, expected) => {
    const before = app.dynos();
    expect(await type(command)).toContain('done');
    const kept = new Set(app.dynos().map(({ id }) => id));
    expect(before.filter(({ id }) => !kept.has(id)).map(({ name }) => name)).toEqual(expected);
  });

  it('turns the memory samples on and off, and shows which it is', async () => {
    expect(await type(`heroku labs -a ${APP}`)).toContain('[+] log-runtime-metrics');
    await type(`heroku labs:disable log-runtime-metrics -a ${APP}`);
    expect(app.features['log-runtime-metrics']).toBe(false);
    expect(await type(`heroku labs -a ${APP}`)).toContain('[ ] log-runtime-metrics');
    await type(`heroku labs:enable log-runtime-metrics -a ${APP}`);
    expect(app.features['log-runtime-metrics']).toBe(true);
  });

  it('says what Heroku says where something is not there, and fails', async () => {
    await expect(type('heroku ps -a nobodys')).rejects.toThrow("Couldn't find that app.");
  });

  it('was asked for all that the README says of it', () => {
    expect(leftOut('heroku-cli.e2e.ts', terminal.typed)).toEqual([]);
  });

  it('asked for nothing that is not simulated, and showed no secret', () => {
    const unknown = heroku.requests.filter(({ kind }) => kind === 'unknown');
    expect(unknown.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect(heroku.secrets.filter((secret) => terminal.shown.includes(secret))).toHaveLength(0);
  });
});

function linesOf(shown: string): string[] {
  return shown.split('\n').filter((line) => line.startsWith('20'));
}
