/**
 * `doctor`: what could keep dynos from being watched, or from being restarted when they should be, as a checklist with
 * a remedy for each trouble. What is asked stands in doctor/ask-*.ts, what is made of it in doctor/judge-*.ts.
 */
import { Command } from '@commander-js/extra-typings';
import type { AgreementOptions } from '../changes.ts';
import type { CommandLine, Report } from '../command-line.ts';
import { countProblems, drawSections } from '../doctor/draw.ts';
import { examine } from '../doctor/examine.ts';
import { accountsOf, judgeAccount } from '../doctor/judge-account.ts';
import { heardOf, judgeApp } from '../doctor/judge-app.ts';
import { judgeDeployment } from '../doctor/judge-deployment.ts';
import { isBusy } from '../doctor/judge-samples.ts';
import { switchOnMetrics } from '../doctor/switch-on.ts';
import { EXIT } from '../errors.ts';
import {
  appName,
  type DeploymentOptions,
  jsonOption,
  parameterPrefix,
  prefixOption,
  stackOption,
  yesOption,
} from '../options.ts';

const HELP = `
Example:
  npx whacamole doctor
  npx whacamole doctor my-shop --fix
  npx whacamole doctor --json | jq '.apps[] | select(any(.checks[]; .state == "problem")) | .app'

An app costs some seven requests of Heroku's budget. Nothing is changed without --fix.`;

interface DoctorOptions extends DeploymentOptions, AgreementOptions {
  readonly fix?: true | undefined;
}

export const doctorCommand = (commandLine: CommandLine) =>
  new Command('doctor')
    .description('Checks what could keep dynos from being restarted, and says what to do about it.')
    .argument('[app]', 'this app alone', appName)
    .option('--fix', 'switch log-runtime-metrics on where it is off')
    .addOption(yesOption())
    .addOption(prefixOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((app, options) => commandLine.report(options, () => consult(commandLine, app, options)));

async function consult(
  commandLine: CommandLine,
  app: string | undefined,
  options: DoctorOptions,
): Promise<Report> {
  const { environment, now: clock } = commandLine.surroundings;
  const prefix = parameterPrefix(options, environment);
  const { deployment, apps, tokens, tokenNames } = await examine(commandLine, app, options);
  const facts = options.fix
    ? await switchOnMetrics(commandLine, apps, options)
    : apps.map((asked) => asked.facts);

  const now = clock();
  const busy = facts.filter((one) => {
    const heard = heardOf(one, now);
    return heard.kind === 'known' && isBusy(heard.value);
  });
  const accounts = accountsOf(
    tokens,
    tokenNames,
    busy.map((one) => one.app),
  );
  const context = { stack: options.stack, parameterPrefix: prefix, now };
  const checked = {
    deployment: { stack: options.stack, checks: judgeDeployment(deployment, context) },
    accounts: accounts.map((account) => ({ account: account.account, checks: judgeAccount(account) })),
    apps: facts.map((one) => ({ app: one.app, checks: judgeApp(one, now) })),
  };
  const sections = [
    { title: `The deployment ${options.stack}`, checks: checked.deployment.checks },
    ...checked.accounts.map(({ account, checks }) => ({ title: `The Heroku account ${account}`, checks })),
    ...checked.apps.map(({ app: name, checks }) => ({ title: `The app ${name}`, checks })),
  ];
  const problems = countProblems(sections);
  const nothing = `No app is watched: there is no parameter under ${prefix}/apps. Add one: npx whacamole apps add YOUR-APP`;
  return {
    document: { ...checked, problems },
    text: (drawing) => drawSections(sections, drawing) + (facts.length === 0 ? `\n${nothing}` : ''),
    exitCode: problems === 0 ? EXIT.done : EXIT.failed,
  };
}
