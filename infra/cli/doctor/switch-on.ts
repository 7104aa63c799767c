/**
 * Switches log-runtime-metrics on where it is off: the one trouble that can be mended without a decision. What
 * surprises: no dyno that runs knows of it. Each has to be restarted, and that is for its owner to choose the time of.
 */
import * as z from 'zod/mini';
import { type AgreementOptions, agree } from '../changes.ts';
import type { CommandLine } from '../command-line.ts';
import { CommandError } from '../errors.ts';
import { askHeroku, type HerokuAccess } from '../heroku.ts';
import type { AppFacts, MetricsFacts } from './app-facts.ts';
import type { OpenApp } from './ask-app.ts';
import { attempt } from './attempt.ts';
import type { Fact } from './checks.ts';

const feature = z.object({ enabled: z.boolean() });

/**
 * Shows what is to be switched on, asks, and does it.
 *
 * @returns what is then known of the apps
 * @throws CommandError where somebody says no, UsageError where there is nobody to ask
 */
export async function switchOnMetrics(
  commandLine: CommandLine,
  apps: readonly OpenApp[],
  options: AgreementOptions,
): Promise<AppFacts[]> {
  const off = apps.filter(({ facts, access }) => access !== undefined && isOff(facts.metrics));
  if (off.length === 0) return apps.map(({ facts }) => facts);
  const stateOf = (state: string) => off.map(({ facts }) => `${facts.app}: ${state}`).join('\n');
  await agree(
    commandLine,
    {
      title: "log-runtime-metrics, one of Heroku's own features",
      before: stateOf('off'),
      after: stateOf('on'),
      notes: ['Dynos log their memory once they have been restarted: heroku ps:restart --app APP'],
    },
    options,
  );
  return Promise.all(
    apps.map(async ({ facts, access }) =>
      access !== undefined && isOff(facts.metrics)
        ? { ...facts, metrics: await switchOn(facts.app, access) }
        : facts,
    ),
  );
}

function isOff(metrics: Fact<MetricsFacts>): boolean {
  return metrics.kind === 'known' && !metrics.value.enabled;
}

function switchOn(app: string, access: HerokuAccess): Promise<Fact<MetricsFacts>> {
  const path = `/apps/${app}/features/log-runtime-metrics`;
  return attempt(async () => {
    const change = { method: 'PATCH', body: { enabled: true } } as const;
    const answer = await askHeroku(access, path, feature, change);
    if (answer.status === 'ok') return { enabled: answer.body.enabled, justNow: answer.body.enabled };
    throw new CommandError(
      `It could not be switched on: PATCH ${path}: Heroku answered ${answer.status} ${answer.message}.`,
    );
  }, `heroku labs:enable log-runtime-metrics --app ${app}`);
}
