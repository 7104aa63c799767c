/**
 * A user's whole life with this product, from the README's first command to its last: one story, each step of
 * which builds on those before it. All commands are the README's own, or printed by the deploy; what a user would
 * only look up (`aws lambda get-function` and the like) is the suite's.
 *
 * What AWS does here is emulated: limits.ts says what that leaves unproven.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployedFunction, type Run } from './deployed-function.ts';
import { EventSpy } from './event-spy.ts';
import { LIMITS } from './limits.ts';
import { blockOf, commandsOf, commandWith, forApp, leftOut } from './readme.ts';
import { addLeakingApp, bringTableOver, outputsIn, type Stage, setStage } from './stage.ts';

/** The one is watched with the command that the deploy prints, the other with the README's, a dry run at first. */
const CHECKOUT = 'checkout';
const SHOP = 'shop';

describe('whoever follows the README', () => {
  let stage: Stage;
  let outputs: ReadonlyMap<string, string>;
  let scan: DeployedFunction;
  let spy: EventSpy;
  const runs: Run[] = [];

  const type = (command: string) => stage.terminal.run(command);
  const deploying = (words: string) => theOne(commandsOf('Deploy it'), words);
  const output = (name: string) => outputs.get(name) ?? `No output ${name}`;
  const runScan = async () => {
    const run = await scan.scan();
    runs.push(run);
    return run;
  };
  const configure = (app: string, config: string) =>
    type(forApp(app, deploying('/apps/')).replace(/--value '.*'/, `--overwrite --value '${config}'`));
  const restarted = () => stage.heroku.restarts.slice(userRestarts).map(({ app, process }) => [app, process]);
  let userRestarts = 0;
  /** The ID of the one authorization that is named like the product. */
  const authorization = async (list: string) => {
    const [found = '', another] = [...(await type(list)).matchAll(/^ *Whacamole +(\S+)/gm)].map(
      ([, id]) => id,
    );
    expect(another).toBeUndefined();
    return found;
  };

  beforeAll(async () => {
    stage = await setStage();
    for (const app of [CHECKOUT, SHOP]) addLeakingApp(stage.heroku, app);
    stage.passSeconds(60);
  });

  afterAll(async () => {
    await scan?.forget();
    await stage?.close();
  });

  it('turns on the memory samples of two apps', async () => {
    const commands = commandsOf('Deploy it').filter((command) => command.startsWith('heroku '));
    for (const app of [CHECKOUT, SHOP]) for (const command of commands) await type(forApp(app, command));
    expect(stage.heroku.app(SHOP).features['log-runtime-metrics']).toBe(true);
    userRestarts = stage.heroku.restarts.length;
    expect(userRestarts).toBe(4);
  });

  it('prepares the account', async () => {
    expect(await type(deploying('cdk bootstrap'))).toContain('bootstrapped');
  });

  it('deploys, and is told what to do next', async () => {
    outputs = outputsIn(await type(deploying('run deploy')));
    for (const name of ['NextStoreToken', 'NextWatchApp', 'WatchEvents', 'DashboardUrl']) {
      expect([...outputs.keys()]).toContain(name);
    }
    expect(output('NextStoreToken')).toBe(deploying('/tokens/'));
    spy = await EventSpy.start(stage);
  });

  it('stores a token and names an app with the commands that were printed', async () => {
    const commands = [...outputs.values()].filter((value) => value.startsWith('aws ssm put-parameter'));
    expect(commands).toHaveLength(2);
    for (const command of commands) await type(forApp(CHECKOUT, command));
  });

  it('names another app with the command of the README', async () => {
    await type(forApp(SHOP, deploying('/apps/')));
  });

  it('has a schedule that runs the deployed function every minute, and retries nothing', async () => {
    scan = await DeployedFunction.fetch(stage, output('FunctionName'));
    const { Schedules } = await stage.terminal.ask<{ Schedules: { Name: string }[] }>(
      'aws scheduler list-schedules',
    );
    expect(Schedules).toHaveLength(1);
    const schedule = await stage.terminal.ask(`aws scheduler get-schedule --name ${Schedules[0]?.Name}`);
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Target: {
        Arn: scan.description.Configuration.FunctionArn,
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
    });
    expect(scan.description.Configuration).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('has the logs kept for 30 days, and alarms that say what to do', async () => {
    const { logGroups } = await stage.terminal.ask<{ logGroups: { logGroupName: string }[] }>(
      `aws logs describe-log-groups --log-group-name-prefix ${output('LogGroupName')}`,
    );
    expect(logGroups).toMatchObject([{ retentionInDays: 30 }]);
    expect(output('WatchEvents')).toContain(logGroups[0]?.logGroupName);
    const { MetricAlarms } = await stage.terminal.ask<{ MetricAlarms: { AlarmDescription: string }[] }>(
      'aws cloudwatch describe-alarms',
    );
    expect(MetricAlarms.length).toBeGreaterThanOrEqual(6);
    for (const { AlarmDescription } of MetricAlarms) expect(AlarmDescription).toMatch(/^Whacamole: .{60}/);
  });

  it('has a table that cleans up after itself and can be brought back', async () => {
    const name = output('RestartsTableName');
    expect(scan.description.Configuration.Environment.Variables.RESTARTS_TABLE).toBe(name);
    await bringTableOver(stage, name);
    const ttl = await stage.terminal.ask(`aws dynamodb describe-time-to-live --table-name ${name}`);
    expect(ttl).toMatchObject({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    });
  });

  it('sees a leaking dyno restarted within a minute, and a dry run restart nothing', async () => {
    stage.reachNow();
    const leaking = stage.heroku.app(CHECKOUT).dyno('web.1').id;
    const { answer, of } = await runScan();
    expect(answer.error).toBeUndefined();
    expect(scan.errorOutput).toBe('');
    expect(answer.result).toMatchObject({ event: 'ScanDone', apps: 2, dynos: 4, restarts: 1, spared: 1 });
    expect(of('DynoRestart')).toMatchObject([{ app: CHECKOUT, process: 'web.1', dyno: leaking }]);
    expect(of('DynoSpared')).toMatchObject([{ app: SHOP, process: 'web.1', reason: 'dry-run' }]);
    expect(restarted()).toEqual([[CHECKOUT, 'web.1']]);
    expect(stage.heroku.app(CHECKOUT).dyno('web.1').id).not.toBe(leaking);
  });

  it('changes a config, and the next scan has it', async () => {
    await configure(SHOP, '{}');
    expect((await runScan()).of('DynoRestart')).toMatchObject([{ app: SHOP, process: 'web.1' }]);
    expect(restarted()).toEqual([
      [CHECKOUT, 'web.1'],
      [SHOP, 'web.1'],
    ]);
  });

  it('rotates the token, and the next scan has the new one', async () => {
    const [list = '', store = '', revoke = ''] = commandsOf('Rotate the token', 'SECURITY.md');
    const old = await authorization(list);
    await type(store);
    await type(revoke.replace('OLD-ID', old));
    expect(await authorization(list)).not.toBe(old);
    const { of } = await runScan();
    expect(of('AppFailed')).toEqual([]);
    expect(of('DynoSize')).not.toEqual([]);
  });

  it('sees no second restart in a window, though the function has forgotten everything', async () => {
    await scan.forget();
    await configure(CHECKOUT, '{"minUptime": 0}');
    const dyno = stage.heroku.app(CHECKOUT).dyno('web.1');
    dyno.behaviour = { baseMb: 600 };
    stage.passSeconds(40);
    const { of } = await runScan();
    // Of the dyno before it, which the log still names, there is a word as well.
    const spared = of('DynoSpared', CHECKOUT).filter((event) => event.dyno === dyno.id);
    expect(spared).toMatchObject([{ process: 'web.1', reason: 'within-window' }]);
    expect(restarted()).toHaveLength(2);
  });

  it('mistypes a config and is told so, while the other app goes on', async () => {
    await configure(SHOP, '{"restartTreshold": 400, "minUptime": "long"}');
    const { answer, of } = await runScan();
    expect(answer.error).toBeUndefined();
    const failures = of('AppFailed');
    expect(failures).toMatchObject([{ app: SHOP, reason: 'config' }]);
    expect(failures[0]?.message).toMatch(/restartTreshold.*minUptime|minUptime.*restartTreshold/s);
    expect(of('DynoSize', CHECKOUT).map(({ process }) => process)).toEqual(
      expect.arrayContaining(['web.1', 'web.2']),
    );
  });

  it('has an error in Lambda, with words, where no app can be scanned at all', async () => {
    await configure(CHECKOUT, 'no JSON');
    const { answer } = await runScan();
    expect(answer.error).toMatchObject({ errorType: 'ScanError' });
    expect(answer.error?.errorMessage).toContain('Every app failed (2): config');
  });

  it('finds every event but the sizes on the bus, as it is in the log', async () => {
    const written = runs.flatMap(({ events }) => events).filter(({ event }) => event !== 'DynoSize');
    const seen = await spy.events();
    expect(seen.map(({ detail }) => detail).sort(byText)).toEqual(written.sort(byText));
    for (const { source, detail, ...event } of seen) {
      expect(source).toBe('whacamole');
      expect(event['detail-type']).toBe(detail.event);
    }
  });

  it('deploys again, and nothing changes', async () => {
    expect(await type(deploying('run deploy'))).toContain('(no changes)');
  });

  it('adds an address for the alarms, and table and function stay the same', async () => {
    const after = outputsIn(await type(commandWith('-c alarmEmail=')));
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(outputs));
    const { Subscriptions } = await stage.terminal.ask<{ Subscriptions: unknown[] }>(
      'aws sns list-subscriptions',
    );
    expect(Subscriptions).toMatchObject([{ Protocol: 'email' }]);
  });

  it('leaves: all is gone but the table, and the parameters are named', async () => {
    const [destroy = '', ...lookUp] = commandsOf('Leave it');
    expect(destroy).toContain('cdk destroy');
    await stage.terminal.answer(destroy, [{ to: 'Are you sure you want to delete', say: 'y' }]);
    for (const command of lookUp) {
      const shown = await type(command);
      for (const name of ['tokens/default', `apps/${SHOP}`, `apps/${CHECKOUT}`]) {
        expect(shown).toContain(`/whacamole/${name}`);
      }
    }
    const token = await authorization(commandWith('heroku authorizations'));
    await type(commandWith('authorizations:revoke').replace('ID', token));
    expect(await authorization('heroku authorizations')).toBe('');
    expect(await type('aws dynamodb list-tables --output text')).toContain(output('RestartsTableName'));
    for (const nothing of [
      'aws lambda list-functions --query Functions',
      'aws scheduler list-schedules --query Schedules',
      'aws cloudwatch describe-alarms --query MetricAlarms',
      'aws sns list-topics --query Topics',
    ]) {
      expect(await stage.terminal.ask(nothing)).toEqual([]);
    }
  });

  // The emulator's bus knows neither target, so that no event may come after this: see limits.ts.
  it.each([
    ['e-mail', 'Restarts by e-mail', 'whacamole-restarts', 'sns'],
    ['Slack', 'Restarts in Slack', 'whacamole-slack', 'api-destination'],
  ])('has restarts sent to %s by a rule on the bus', async (_name, heading, rule, kind) => {
    await type(blockOf(heading, 'docs/events.md'));
    const described = await stage.terminal.ask<{ EventPattern: string }>(
      `aws events describe-rule --name ${rule}`,
    );
    expect(JSON.parse(described.EventPattern)).toMatchObject({
      source: ['whacamole'],
      'detail-type': expect.arrayContaining(['DynoRestart', 'RestartsNotHelping']),
    });
    const { Targets } = await stage.terminal.ask<{ Targets: { Arn: string; InputTransformer: object }[] }>(
      `aws events list-targets-by-rule --rule ${rule}`,
    );
    expect(Targets).toHaveLength(1);
    expect(Targets[0]?.Arn).toContain(kind);
    expect(Targets[0]?.InputTransformer).toMatchObject({
      InputTemplate: expect.stringContaining('<what>: <process> of <app>'),
    });
  });

  it('has typed all that it was to type', () => {
    expect(leftOut('user.e2e.ts', stage.terminal.typed)).toEqual([]);
  });

  it('has met nothing that the emulator did wrong, or left out without being on the list', () => {
    expect(stage.aws.log).not.toContain('Traceback');
    expect(stage.aws.log).not.toMatch(/" 5\d\d /);
    const expected = LIMITS.flatMap(({ resourceTypes = [] }) => resourceTypes).sort();
    expect(stage.aws.skippedResourceTypes).toEqual(expected);
  });

  it('has seen no token and no address of a log session anywhere', async () => {
    const { secrets } = stage.heroku;
    expect(secrets.length).toBeGreaterThan(4);
    const places = {
      terminal: stage.terminal.shown,
      log: scan.output + scan.errorOutput,
      bus: JSON.stringify(await spy.events()),
      table: JSON.stringify(await stage.dynamoDb.items(output('RestartsTableName'))),
      emulator: stage.aws.log + stage.dynamoDb.log,
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text, place).not.toBe('');
      // Only whether it is there is said: the message of a failing test is an output as well.
      for (const [index, secret] of secrets.entries())
        expect(text.includes(secret), `${place} ${index}`).toBe(false);
    }
    expect(stage.heroku.authorizationLeaks).toBe(0);
  });
});

function theOne(commands: readonly string[], words: string): string {
  const [command, another] = commands.filter((one) => one.includes(words));
  if (command === undefined || another !== undefined) {
    throw new Error(`Expected one command with "${words}", found: ${commands.join('\n')}`);
  }
  return command;
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other));
}
