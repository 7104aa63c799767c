/**
 * Whoever knows Heroku and AWS and has found this product, with docs/guide.md at hand: from nothing to an app that is
 * watched, and away again. All that is typed stands in the guide, in that order; what is answered is what the commands
 * ask. Between the steps the suite runs the deployed function, as the schedule would.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployedFunction } from './deployed-function.ts';
import { commandsOf, forApp, leftOut } from './readme.ts';
import { addLeakingApp, bringTableOver, outputsIn, type Stage, setStage } from './stage.ts';
import { CTRL_C, INTERRUPTED } from './terminal.ts';

const APP = 'shop';

describe('whoever follows the guide', () => {
  let stage: Stage;
  let scan: DeployedFunction;
  let outputs: ReadonlyMap<string, string>;
  let userRestarts = 0;

  const step = (heading: string) => commandsOf(heading, 'docs/guide.md').map((line) => forApp(APP, line));
  const type = (command = '') => stage.terminal.run(command);
  const agreeTo = (command = '', question = 'Write this?') =>
    stage.terminal.answer(command, [{ to: question, say: 'y' }]);
  const output = (name: string) => outputs.get(name) ?? `No output ${name}`;
  const restarted = () => stage.heroku.restarts.slice(userRestarts).map(({ process }) => process);

  beforeAll(async () => {
    stage = await setStage();
    // The deploy asks, as it does where nobody has told it not to.
    stage.terminal.export({ CDK_REQUIRE_APPROVAL: 'broadening' });
    addLeakingApp(stage.heroku, APP);
    stage.passSeconds(60);
  });

  afterAll(async () => {
    await scan?.forget();
    await stage?.close();
  });

  it('looks at it first, and has seen enough after a minute', async () => {
    const [look = ''] = step('2. Look at it');
    const shown = await stage.terminal.answer(look, [{ to: 'minute 1 ', say: CTRL_C }], INTERRUPTED);
    expect(shown).toContain('the function on a simulated Heroku');
  });

  it('has the app log its memory', async () => {
    for (const command of step('3. Have the app log its memory')) await type(command);
    userRestarts = stage.heroku.restarts.length;
    expect(stage.heroku.app(APP).features['log-runtime-metrics']).toBe(true);
  });

  it('deploys', async () => {
    const [bootstrap, deploy] = step('4. Deploy');
    await type(bootstrap);
    outputs = outputsIn(await agreeTo(deploy, 'Do you wish to deploy these changes'));
    await bringTableOver(stage, output('RestartsTableName'));
    stage.terminal.export({
      AWS_ENDPOINT_URL_DYNAMODB: stage.dynamoDb.endpoint,
      HEROKU_API_URL: stage.herokuUrl,
    });
    scan = await DeployedFunction.fetch(stage, output('FunctionName'), output('LogGroupName'));
  });

  it('stores a token', async () => {
    const [store] = step('5. Store a token');
    expect(await type(store)).toContain('Stored /whacamole/tokens/default (version 1)');
  });

  it('watches the app, and is shown what is written', async () => {
    const [add] = step('6. Watch the app');
    const shown = await agreeTo(add);
    expect(shown).toContain('+   "dryRun": true');
    expect(shown).toContain(`Wrote /whacamole/apps/${APP}`);
  });

  it('has a doctor who finds no problem', async () => {
    stage.reachNow();
    await scan.scan();
    const [doctor] = step('7. See that it works');
    const shown = await type(doctor);
    expect(shown).toContain('\nNo problem was found.\n');
    expect(shown).not.toMatch(/^[✗·]/m);
    for (const check of ['stack', 'function', 'schedule', 'table', 'last scan', 'token', 'samples']) {
      expect(shown).toMatch(new RegExp(`^✓ ${check} `, 'm'));
    }
    expect(shown).toMatch(/^! config +dry run/m);
  });

  it('sees a dry run spare the leaking dyno, and why', async () => {
    const [, explain] = step('7. See that it works');
    const shown = await type(explain);
    expect(shown).toMatch(/ spared dry-run, at \d+(\.\d+)? MB, over 500 MB of memory_total/);
    expect(shown).toMatch(/^web\.1 is over its threshold of 500 MB and was not restarted/m);
    expect(shown).toMatch(/^web\.2 was not restarted, for it was never over its threshold/m);
    expect(restarted()).toEqual([]);
  });

  it('goes live, and the next scan restarts that dyno and no other', async () => {
    const [goLive] = step('8. Go live');
    expect(await agreeTo(goLive)).toContain('-   "dryRun": true');
    const { answer, of } = await scan.scan();
    expect(answer.error).toBeUndefined();
    expect(of('DynoRestart')).toMatchObject([{ app: APP, process: 'web.1', reason: 'memory' }]);
    expect(restarted()).toEqual(['web.1']);
    const [, explain] = step('7. See that it works');
    expect(await type(explain)).toMatch(/^web\.1 was last restarted at .* was over 500 MB\.$/m);
  });

  it('stops it at once, should that be needed', async () => {
    const [, pause] = step('8. Go live');
    expect(await agreeTo(pause)).toContain('+   "paused": true');
  });

  it('is told of troubles by mail, and all else stays as it was', async () => {
    const [deploy] = step('9. Be told');
    const after = outputsIn(await agreeTo(deploy, 'Do you wish to deploy these changes'));
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(outputs));
    const { Subscriptions } = await stage.terminal.ask<{ Subscriptions: unknown[] }>(
      'aws sns list-subscriptions',
    );
    expect(Subscriptions).toMatchObject([{ Protocol: 'email', Endpoint: 'YOU@example.com' }]);
  });

  it('leaves, and nothing stays', async () => {
    const [remove, destroy, deleteToken, list, revoke = '', deleteTable = ''] = step('Leave');
    await agreeTo(remove);
    await agreeTo(destroy, 'Are you sure you want to delete');
    await type(deleteToken);
    const [, id = ''] = /^ *Whacamole +(\S+)/m.exec(await type(list)) ?? [];
    await type(revoke.replace(/ID$/, id));
    expect(await type(list)).not.toMatch(/^ *Whacamole /m);
    await type(deleteTable.replace(/TABLE$/, output('RestartsTableName')));
    const parameters = await stage.terminal.ask(
      'aws ssm get-parameters-by-path --path /whacamole --recursive',
    );
    expect(parameters).toEqual({ Parameters: [] });
    expect(await stage.terminal.ask('aws lambda list-functions --query Functions')).toEqual([]);
  });

  it('has typed all that the guide says, and shown no secret', () => {
    expect(leftOut('guide.e2e.ts', stage.terminal.typed)).toEqual([]);
    const { secrets } = stage.heroku;
    expect(secrets.length).toBeGreaterThan(2);
    expect(secrets.filter((secret) => stage.terminal.shown.includes(secret))).toHaveLength(0);
  });
});
