/** From what is known of an app to its checks, in the order in which one depends on the other. Pure. */
import type { AppConfig, Rules } from '../../../lib/config/app-config.ts';
import type { Dyno } from '../../../lib/heroku/answers.ts';
import { typeOf } from '../../../lib/processes.ts';
import type { Claim } from '../../../lib/restart-items.ts';
import { describeStates, summarise } from '../config-summary.ts';
import { span } from '../time.ts';
import type { AppFacts, ConfigFacts, Formation, HerokuApp, MetricsFacts, TokenFacts } from './app-facts.ts';
import {
  all,
  basedOn,
  type Check,
  checksOf,
  type Fact,
  type Finding,
  known,
  note,
  ok,
  problem,
} from './checks.ts';
import { type HeardOf, judgeSamples } from './judge-samples.ts';
import { judgeThresholds } from './judge-thresholds.ts';

/** As many in a row as the function says RestartsNotHelping at. */
const RESTARTS_THAT_DO_NOT_HELP = 3;
/** Preboot's overlap: the boot timeout, a minute unless Heroku was asked for more, and two minutes. */
const PREBOOT_OVERLAP_SECONDS = 180;

/** @param now epoch milliseconds */
export function judgeApp(facts: AppFacts, now: number): Check[] {
  const { app, token, heroku, metrics, dynos, log, claims } = facts;
  const config = basedOn(facts.config, 'its config is not valid');
  const formation = basedOn(facts.formation, 'its formation is not known');
  const listed = basedOn(dynos, 'its dynos are not known');
  const heard = basedOn(log, 'its log could not be read');
  const scaled = all(config, facts.formation, listed);
  return [
    ...checksOf('config', facts.config, (own) => judgeConfig(own, now)),
    ...checksOf('token', token, judgeToken),
    ...checksOf('app', heroku, (found) => judgeHeroku(app, found)),
    ...checksOf('log-runtime-metrics', metrics, (found) => judgeMetrics(app, found)),
    ...checksOf('formation', scaled, ([own, types, running]) => judgeFormation(own.config, types, running)),
    ...checksOf('samples', heardOf(facts, now), judgeSamples),
    ...checksOf('threshold', all(config, formation, listed, heard), ([own, types, running, { samples }]) =>
      judgeThresholds({ config: own.config, formation: types, dynos: running, samples, now }),
    ),
    ...checksOf('restarts', all(config, claims), ([own, found]) => judgeRestarts(own.config, found, now)),
    ...checksOf('preboot', all(config, facts.preboot), ([own, on]) => judgePreboot(own.config, on)),
  ];
}

/** What there is to judge of its samples. */
export function heardOf({ config, metrics, dynos, log }: AppFacts, now: number): Fact<HeardOf> {
  const facts = all(
    basedOn(config, 'its config is not valid'),
    basedOn(metrics, 'whether log-runtime-metrics is on is not known'),
    basedOn(dynos, 'its dynos are not known'),
    log,
  );
  if (facts.kind !== 'known') return facts;
  const [own, on, running, history] = facts.value;
  return known({ config: own.config, metrics: on, dynos: running, log: history, now });
}

function judgeConfig({ config, text }: ConfigFacts, now: number): Finding {
  const states = describeStates(config, now);
  const summary = summarise(config, text);
  if (states === 'watched') return ok(summary);
  return note(`${states}, so not everything that is over its threshold is restarted: ${summary}`);
}

function judgeToken({ name, account }: TokenFacts): Finding {
  if (account !== null) return ok(`"${name}" works: the token of ${account}`);
  return ok(`"${name}" works, though it may not say whose it is`);
}

function judgeHeroku(app: string, { generation, maintenance }: HerokuApp): Finding {
  if (generation?.toLowerCase() === 'fir') {
    return problem(
      'is of the Fir generation, which logs no memory samples: its dynos cannot be watched',
      `npx whacamole apps remove ${app}`,
    );
  }
  if (maintenance) {
    return note(
      "is in maintenance mode: visitors see Heroku's page, and its dynos are watched and restarted all the same",
      `heroku maintenance:off --app ${app}`,
    );
  }
  return ok(`is there${generation === null ? '' : `, of the ${generation} generation`}`);
}

function judgeMetrics(app: string, { enabled, justNow }: MetricsFacts): Finding {
  if (justNow) return ok('is on, since just now');
  if (enabled) return ok('is on');
  return problem(
    'is off: its dynos log no memory samples, and nothing is ever restarted. Dynos have to be restarted for it',
    `heroku labs:enable log-runtime-metrics --app ${app}`,
    `heroku ps:restart --app ${app}`,
  );
}

function judgeFormation(
  { app, rules }: AppConfig,
  formation: readonly Formation[],
  dynos: readonly Dyno[],
): Finding[] {
  const findings = [...rules].flatMap(([type, own]) => {
    const scaled = formation.find((one) => one.type === type);
    if (scaled === undefined) {
      const types = formation.map((one) => one.type).join(', ') || 'none';
      return problem(
        `there is no process type "${type}" in it, only: ${types}`,
        `npx whacamole apps edit ${app}`,
      );
    }
    if (scaled.quantity === 0) return note(`${type} is scaled to zero: nothing of it is watched`);
    return judgeCrashed(app, type, own, dynos);
  });
  const unwatched = formation.filter(({ type, quantity }) => quantity > 0 && !rules.has(type));
  const watched = formation.filter(({ type, quantity }) => quantity > 0 && rules.has(type));
  const describe = (types: readonly Formation[]) =>
    types.map(({ type, quantity, size }) => `${quantity} ${type} (${size})`).join(', ');
  const others = unwatched.length === 0 ? '' : `; not watched: ${describe(unwatched)}`;
  return findings.length > 0 ? findings : [ok(`${describe(watched)}${others}`)];
}

/** A crashed dyno stays listed, and down, until somebody restarts it. */
function judgeCrashed(app: string, type: string, rules: Rules, dynos: readonly Dyno[]): Finding[] {
  const ofType = dynos.filter((dyno) => dyno.type === type);
  const crashed = ofType.filter(({ state }) => state === 'crashed').map(({ name }) => name);
  if (crashed.length === 0) return [];
  const { unit, value } = rules.restartsAtOnce;
  const atOnce = unit === 'absolute' ? value : Math.ceil((ofType.length * value) / 100);
  const others = ofType.length > crashed.length && crashed.length >= atOnce;
  const said = `${crashed.join(', ')} ${crashed.length === 1 ? 'has' : 'have'} crashed`;
  const restart = crashed.map((name) => `heroku ps:restart ${name} --app ${app}`);
  return [
    others
      ? problem(
          `${said} and counts as down: restartsAtOnce allows no other ${type} dyno to be restarted`,
          ...restart,
        )
      : note(said, ...restart),
  ];
}

function judgeRestarts({ app, rules }: AppConfig, claims: readonly Claim[], now: number): Finding[] {
  if (claims.length === 0) return [ok('none on record')];
  const newestFirst = [...claims].sort((one, other) => other.restartedAt - one.restartedAt);
  const inVain = newestFirst.filter(({ process, restarts, restartedAt }) => {
    const windowSeconds = rules.get(typeOf(process))?.restartWindowSeconds ?? 0;
    return restarts >= RESTARTS_THAT_DO_NOT_HELP && now - restartedAt < 2 * windowSeconds * 1000;
  });
  if (inVain.length === 0) {
    const last = newestFirst.map(({ process, restartedAt }) => `${process} ${span(now - restartedAt)} ago`);
    return [ok(`the last: ${last.join(', ')}`)];
  }
  return inVain.map(({ process, restarts, restartedAt }) =>
    problem(
      `${process} has been restarted ${restarts} times in a row, last ${span(now - restartedAt)} ago: restarts do not ` +
        'help. Raise its threshold, take a larger dyno, or look for the leak',
      `npx whacamole explain ${app} ${process} --since 6h`,
    ),
  );
}

function judgePreboot({ app, rules }: AppConfig, on: boolean): Finding {
  const web = rules.get('web');
  if (!on || web === undefined) return ok(on ? 'is on, for web alone, which is not watched' : 'is off');
  const meaning =
    'is on: after a restart the old dyno lives on for some three minutes and goes on logging under the same name; ' +
    'it is left alone (not-current)';
  if (web.minUptimeSeconds >= PREBOOT_OVERLAP_SECONDS) return note(meaning);
  return problem(
    `${meaning}. minUptime is ${web.minUptimeSeconds} s: a restart within those three minutes keeps the oldest ` +
      `dyno alive for longer; take ${PREBOOT_OVERLAP_SECONDS} at least`,
    `npx whacamole apps edit ${app}`,
  );
}
