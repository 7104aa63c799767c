/**
 * Whether the dynos are heard of. What surprises: silence in a short history may mean nothing. Logplex keeps the last
 * 1,500 lines of the whole app, so a busy app's may span a second; there the function listens live, as lib/observe.ts
 * says. But a short history that ended long ago is that of an app which hardly logs.
 */
import type { AppConfig } from '../../../lib/config/app-config.ts';
import type { Dyno } from '../../../lib/heroku/answers.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { SAMPLING_PERIOD_MS } from '../../../lib/observe.ts';
import { FRESH_MS } from '../../../lib/sightings.ts';
import { span } from '../time.ts';
import type { LogFacts, MetricsFacts } from './app-facts.ts';
import { type Finding, notChecked, note, ok, problem } from './checks.ts';

export interface HeardOf {
  readonly config: AppConfig;
  readonly metrics: MetricsFacts;
  readonly dynos: readonly Dyno[];
  readonly log: LogFacts;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** All lines of a history that is short because the app is busy are newer than this, clocks that differ allowed for. */
const NEW_MS = 2 * SAMPLING_PERIOD_MS;

export function judgeSamples(heard: HeardOf): Finding {
  const { config, metrics, log, now } = heard;
  const { app } = config;
  if (metrics.justNow) {
    return problem(
      'dynos log none before they have been restarted: log-runtime-metrics was off when they started',
      `heroku ps:restart --app ${app}`,
    );
  }
  if (!metrics.enabled) return notChecked('log-runtime-metrics is off');
  const awaited = awaitedDynos(heard);
  if (awaited.length === 0) return note('no watched dyno has been up for long enough to be heard of');
  const silent = silentDynos(heard).map(({ name }) => name);
  if (silent.length === 0) {
    const oldest = Math.min(...[...freshSamples(heard).values()].map(({ at }) => at));
    const all =
      awaited.length === 1 ? 'the dyno that is up is' : `all ${awaited.length} dynos that are up are`;
    return ok(`${all} heard of, in the last ${span(now - oldest)}`);
  }
  if (isBusy(heard)) {
    return note(
      `the app is busy: its log's history spans ${span(log.spanMs)}, and holds no sample of ${silent.join(', ')}. ` +
        'The function listens live for up to 25 s each minute, and hears them',
    );
  }
  const said = log.notices.map((notice) => ` (${notice})`).join('');
  return problem(
    `nothing is heard of ${silent.join(', ')}, though up${said}. Dynos that were started before log-runtime-metrics was ` +
      'switched on have to be restarted',
    ...silent.map((name) => `heroku ps:restart ${name} --app ${app}`),
  );
}

/** The function has to listen live to hear of every dyno. */
export function isBusy(heard: HeardOf): boolean {
  const { spanMs, lastAt } = heard.log;
  const isNew = lastAt === undefined || heard.now - lastAt < NEW_MS;
  return spanMs < SAMPLING_PERIOD_MS && isNew && heard.metrics.enabled && silentDynos(heard).length > 0;
}

/** By dyno. */
function freshSamples({ log, now }: HeardOf): Map<string, Sample> {
  return new Map(
    log.samples.filter(({ at }) => now - at <= FRESH_MS).map((sample) => [sample.dyno, sample] as const),
  );
}

/** Those that have been up for long enough to have logged a sample. */
function awaitedDynos({ config, dynos, now }: HeardOf): Dyno[] {
  return dynos.filter(
    ({ type, state, createdAt, changedAt }) =>
      config.rules.has(type) && state === 'up' && now - Math.max(createdAt, changedAt) >= SAMPLING_PERIOD_MS,
  );
}

function silentDynos(heard: HeardOf): Dyno[] {
  const fresh = freshSamples(heard);
  return awaitedDynos(heard).filter(({ id }) => !fresh.has(id));
}
