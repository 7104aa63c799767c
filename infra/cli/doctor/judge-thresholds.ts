/**
 * Whether a threshold can do its work: against the quota of the dynos, which Heroku itself sets an end to (R15), and
 * against what the app needs right after a restart, as far as the samples at hand show it.
 */
import type { Amount, AppConfig, Rules } from '../../../lib/config/app-config.ts';
import { assess, type Candidate, unmeasurable } from '../../../lib/decide.ts';
import type { Dyno } from '../../../lib/heroku/answers.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { sizeOf, thresholdsOf } from '../../../lib/thresholds.ts';
import { findQuota, vastlyExceededFactor } from '../../local/heroku/dyno-sizes.ts';
import { span } from '../time.ts';
import type { Formation } from './app-facts.ts';
import { type Finding, note, ok, problem } from './checks.ts';

export interface Measured {
  readonly config: AppConfig;
  readonly formation: readonly Formation[];
  readonly dynos: readonly Dyno[];
  /** The newest of each dyno. */
  readonly samples: readonly Sample[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A process type that runs dynos. */
interface Type extends Formation {
  readonly app: string;
  readonly rules: Rules;
  /** MB; undefined where neither a sample nor its size says it. */
  readonly quota: number | undefined;
  /** With the dyno that it was taken of. */
  readonly measured: readonly { readonly sample: Sample; readonly dyno: Dyno }[];
}

export function judgeThresholds({ config, formation, dynos, samples, now }: Measured): Finding[] {
  const types = formation.flatMap((one): Type[] => {
    const rules = config.rules.get(one.type);
    if (rules === undefined || one.quantity === 0) return [];
    const measured = samples.flatMap((sample) => {
      const dyno = dynos.find(({ id, type }) => id === sample.dyno && type === one.type);
      return dyno === undefined ? [] : [{ sample, dyno }];
    });
    const quota =
      measured.find(({ sample }) => sample.quota !== undefined)?.sample.quota ?? findQuota(one.size);
    return [{ ...one, app: config.app, rules, quota, measured }];
  });
  if (types.length === 0) return [note('no watched type runs a dyno to compare it with')];
  return [...types.flatMap((type) => judgeType(type, now)), ...judgeOneForAll(types)];
}

function judgeType(type: Type, now: number): Finding[] {
  const findings = [
    ...judgeMeasurable(type),
    ...judgeQuota(type),
    ...judgeSwapThreshold(type),
    ...judgeYoung(type, now),
  ];
  return findings.length > 0 ? findings : [ok(describe(type))];
}

/** `web restarts above 1000 MB, of 1024 (standard-2X); the largest is at 780 MB` */
function describe({ type, rules, quota, size, measured }: Type): string {
  const { memory } = thresholdsOf(rules, quota);
  const sizes = measured.map(({ sample }) => sizeOf(sample, rules.measure) ?? sample.total);
  const largest = sizes.length === 0 ? '' : `; the largest is at ${Math.max(...sizes)} MB`;
  return `${type} restarts above ${memory ?? '?'} MB, of ${quota ?? '?'} (${size})${largest}`;
}

function judgeMeasurable({ app, rules, type, size, quota, measured }: Type): Finding[] {
  const edit = `npx whacamole apps edit ${app}`;
  const unmeasured = measured.flatMap(({ sample }) => unmeasurable([sample], rules) ?? []);
  if (unmeasured.length > 0) return unmeasured.map((said) => problem(said, edit));
  if (quota !== undefined) return [];
  return [note(`${type}: how much memory a dyno of size ${size} has is not known, and no sample says it`)];
}

function judgeQuota({ app, type, rules, size, quota }: Type): Finding[] {
  const { memory } = thresholdsOf(rules, quota);
  if (quota === undefined || memory === undefined || memory <= quota) return [];
  const edit = `npx whacamole apps edit ${app}`;
  const above = `${type}: ${said(rules.restartThreshold)} is above the quota of ${quota} MB (${size})`;
  const killedAt = Math.round(quota * vastlyExceededFactor(size));
  if (rules.measure === 'memory_rss') {
    return [problem(`${above}, and memory_rss never is: nothing is restarted. Try "90%"`, edit)];
  }
  if (memory >= killedAt) {
    return [problem(`${above}, and at ${killedAt} MB Heroku itself kills the dyno (R15). Try "90%"`, edit)];
  }
  const late = `${above}: it acts only once the dyno swaps, and crawls`;
  // A share above 100 % is no slip.
  if (rules.restartThreshold?.unit === 'percent') return [note(late)];
  return [problem(`${late}. "90%" would act before`, edit)];
}

function judgeSwapThreshold({ app, type, rules, size, quota }: Type): Finding[] {
  const { swap } = thresholdsOf(rules, quota);
  if (quota === undefined || swap === undefined) return [];
  // What is beyond the quota is swap.
  const most = quota * (vastlyExceededFactor(size) - 1);
  if (swap < most) return [];
  const why =
    most === 0
      ? `a dyno of size ${size} has no swap`
      : `at ${Math.round(most)} MB of swap Heroku itself kills the dyno (R15)`;
  return [
    problem(
      `${type}: swapThreshold ${said(rules.swapThreshold)} is never reached: ${why}`,
      `npx whacamole apps edit ${app}`,
    ),
  ];
}

/** A dyno that is over before its window is over would be restarted each time the window allows it, for ever. */
function judgeYoung({ app, type, rules, measured }: Type, now: number): Finding[] {
  return measured.flatMap(({ sample, dyno }) => {
    const candidate = overAt(sample, rules, now);
    if (candidate === null) return [];
    const over = `${sample.process} is at ${candidate.size} MB, over ${candidate.threshold} (${candidate.measure})`;
    const age = sample.at - dyno.createdAt;
    if (age >= rules.restartWindowSeconds * 1000) return [note(`${over}, after ${span(age)}`)];
    return [
      problem(
        `${over}, only ${span(age)} after its start: it would be restarted for ever, as often as restartWindow ` +
          `(${span(rules.restartWindowSeconds * 1000)}) allows. Raise the threshold, or take a larger dyno`,
        `npx whacamole apps edit ${app}`,
        `heroku ps:type ${type}=LARGER-SIZE --app ${app}`,
      ),
    ];
  });
}

/** What one sample alone says, whatever the config asks for besides. */
function overAt(sample: Sample, rules: Rules, now: number): Candidate | null {
  const alone = { ...rules, sustainedSamples: 1, pausedUntil: Number.NEGATIVE_INFINITY };
  const assessment = assess([sample], alone, now);
  return assessment.kind === 'over' ? assessment.candidate : null;
}

/** A number of MB for types of different sizes fits one of them at most. */
function judgeOneForAll(types: readonly Type[]): Finding[] {
  const byMegabytes = Map.groupBy(
    types.filter(({ rules, quota }) => rules.restartThreshold?.unit === 'absolute' && quota !== undefined),
    ({ rules }) => rules.restartThreshold?.value,
  );
  return [...byMegabytes].flatMap(([megabytes, alike]) => {
    const quotas = new Set(alike.map(({ quota }) => quota));
    if (quotas.size < 2) return [];
    const sizes = alike.map(({ type, quota }) => `${type} of ${quota} MB`).join(' and ');
    return [note(`one threshold of ${megabytes} MB for ${sizes}: a share, such as "90%", would fit each`)];
  });
}

function said(amount: Amount | undefined): string {
  if (amount === undefined) return 'the default';
  return amount.unit === 'percent' ? `"${amount.value}%"` : `${amount.value} MB`;
}
