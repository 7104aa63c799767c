/**
 * The decisions, pure: from what was read and the time to a verdict for every dyno that is over its threshold,
 * with the reason. A new rule goes here.
 *
 * There are two steps, for the second one costs requests. `assess` looks at one dyno's samples alone: is it
 * over? `decide` then looks at everything around the dynos that are: is that very dyno still there, may it be
 * restarted, did this process have its restart already, and would too many of its type be down at once?
 */
import type { Rules } from './config/app-config.ts';
import type { RestartReason, SpareReason } from './events.ts';
import type { Dyno } from './heroku/answers.ts';
import type { Sample } from './heroku/sample.ts';
import { typeOf } from './processes.ts';
import type { Claim } from './restart-items.ts';
import { type DynoSamples, FRESH_MS } from './sightings.ts';
import { sizeOf, type Thresholds, thresholdsOf } from './thresholds.ts';

/** A dyno that is over its threshold. Sizes are in MB. */
export interface Candidate {
  readonly process: string;
  readonly type: string;
  /** UUID of the dyno that was measured. */
  readonly dyno: string;
  /** When it was measured, epoch milliseconds. */
  readonly at: number;
  readonly size: number;
  readonly threshold: number;
  readonly reason: RestartReason;
  /** What `size` is: the configured measure, or `memory_swap`. */
  readonly measure: string;
}

/** Over its threshold, and yet not to be restarted. */
export interface Spared {
  readonly kind: 'spared';
  readonly candidate: Candidate;
  readonly reason: SpareReason;
  /** The reason in words, with its numbers. */
  readonly message: string;
}

/** What its samples alone say of one dyno. */
export type Assessment =
  | { readonly kind: 'fine' }
  | { readonly kind: 'over'; readonly candidate: Candidate }
  | Spared;

export type Verdict = { readonly kind: 'restart'; readonly candidate: Candidate } | Spared;

/**
 * So long after a restart was asked for, the list may not show it yet: the dyno counts as down. Longer than any
 * list has been seen to lag, and less than a minute, for the next scan may go on.
 */
const RESTART_SHOWS_WITHIN_MS = 50_000;

/**
 * Is this dyno over?
 *
 * @param samples the newest samples of one dyno, newest first
 * @param now epoch milliseconds
 */
export function assess(samples: DynoSamples, rules: Rules, now: number): Assessment {
  const [newest] = samples;
  const thresholds = thresholdsOf(rules, quotaOf(samples));
  const candidate = overBy(newest, rules, thresholds);
  if (candidate === null) return { kind: 'fine' };

  const spared = (reason: SpareReason, message: string): Spared => ({
    kind: 'spared',
    candidate,
    reason,
    message,
  });
  const stale = staleness(newest.at, now);
  if (stale !== null) return spared('stale', stale);
  const firstFine = samples.findIndex((sample) => overBy(sample, rules, thresholds) === null);
  const inRow = firstFine === -1 ? samples.length : firstFine;
  if (inRow < rules.sustainedSamples) {
    return spared(
      'not-sustained',
      `${inRow} sample(s) in a row are over, and ${rules.sustainedSamples} are asked for.`,
    );
  }
  if (rules.pausedUntil > now) {
    const until = Number.isFinite(rules.pausedUntil)
      ? ` until ${new Date(rules.pausedUntil).toISOString()}`
      : '';
    return spared('paused', `Restarts are paused by the config${until}.`);
  }
  return { kind: 'over', candidate };
}

/** Why a sample says nothing of now, in words; null where it does. */
function staleness(at: number, now: number): string | null {
  if (Math.abs(now - at) <= FRESH_MS) return null;
  const age = Math.round((now - at) / 1000);
  return `Its newest sample is ${age} s old: more than ${FRESH_MS / 1000} s say nothing of now.`;
}

/** What the config asks for and the samples of this dyno do not say, in words; null where they say all. */
export function unmeasurable(samples: DynoSamples, rules: Rules): string | null {
  const [newest] = samples;
  const problems: string[] = [];
  if (sizeOf(newest, rules.measure) === null) problems.push(`its samples do not say its ${rules.measure}`);
  if (quotaOf(samples) === undefined) {
    for (const field of ['restartThreshold', 'swapThreshold'] as const) {
      const amount = rules[field];
      if (amount?.unit === 'percent') {
        problems.push(
          `its samples do not say its quota, which ${field} "${amount.value}%" is a share of: give MB`,
        );
      }
    }
  }
  return problems.length === 0 ? null : `${newest.process}: ${problems.join(', ')}`;
}

function quotaOf(samples: DynoSamples): number | undefined {
  return samples.find((sample) => sample.quota !== undefined)?.quota;
}

function overBy(sample: Sample, rules: Rules, thresholds: Thresholds): Candidate | null {
  const { process, type, dyno, at, swap } = sample;
  const size = sizeOf(sample, rules.measure);
  if (size !== null && thresholds.memory !== undefined && size > thresholds.memory) {
    return {
      process,
      type,
      dyno,
      at,
      size,
      threshold: thresholds.memory,
      reason: 'memory',
      measure: rules.measure,
    };
  }
  if (swap !== undefined && thresholds.swap !== undefined && swap > thresholds.swap) {
    return {
      process,
      type,
      dyno,
      at,
      size: swap,
      threshold: thresholds.swap,
      reason: 'swap',
      measure: 'memory_swap',
    };
  }
  return null;
}

/** What was read of an app right before deciding. */
export interface Situation {
  /** The dyno list: every dyno of the app, of all types. */
  readonly dynos: readonly Dyno[];
  /** The restarts that the table knows, by process. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** Processes whose restart this scan has asked for already, whatever came of it. */
  readonly attempted: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * What happens to the dynos that are over: a verdict for each, those furthest over first. As many are to be
 * restarted as may be down at once, and no more.
 */
export function decide(
  candidates: readonly Candidate[],
  rulesByType: ReadonlyMap<string, Rules>,
  situation: Situation,
): Verdict[] {
  const rooms = new Map<string, Room>();
  const verdicts: Verdict[] = [];
  const furthestOverFirst = [...candidates].sort((a, b) => b.size / b.threshold - a.size / a.threshold);
  for (const candidate of furthestOverFirst) {
    const rules = rulesByType.get(candidate.type);
    if (rules === undefined) continue;
    const spare = (reason: SpareReason, message: string) =>
      verdicts.push({ kind: 'spared', candidate, reason, message });

    const obstacle = obstacleOf(candidate, rules, situation);
    if (obstacle !== null) {
      spare(...obstacle);
      continue;
    }
    const room = rooms.get(candidate.type) ?? roomFor(candidate.type, rules, situation);
    rooms.set(candidate.type, room);
    // Its own earlier attempt, which did not happen or is past its window, does not stand in its way.
    const othersDown = room.down.size - (room.down.has(candidate.process) ? 1 : 0);
    if (othersDown >= room.limit) {
      spare(
        'too-many-at-once',
        `Of ${room.total} ${candidate.type} dynos at most ${room.limit} may be down at once, and so many are or are about to be.`,
      );
      continue;
    }
    room.down.add(candidate.process);
    if (rules.dryRun) {
      spare('dry-run', 'It would be restarted now, were it not for dryRun.');
    } else {
      verdicts.push({ kind: 'restart', candidate });
    }
  }
  return verdicts;
}

/** Why this dyno may not be restarted, whatever the others do; null where nothing stands against it. */
function obstacleOf(candidate: Candidate, rules: Rules, situation: Situation): [SpareReason, string] | null {
  const { process, dyno } = candidate;
  const { now } = situation;
  // It was fresh when it was assessed, but listing and restarting others take their time.
  const stale = staleness(candidate.at, now);
  if (stale !== null) return ['stale', stale];
  const [listed, another] = situation.dynos.filter(({ name }) => name === process);
  // A restart goes to a name. Where two dynos bear it, nobody can say which one it would hit.
  if (listed === undefined || another !== undefined || listed.id !== dyno || listed.type !== candidate.type) {
    const instead =
      listed === undefined
        ? 'no dyno of this name'
        : another === undefined
          ? `${listed.id} (${listed.type}) as ${process}`
          : `several as ${process}`;
    const known = situation.claims.get(process);
    const restarted =
      known?.dyno === dyno ? ` It was restarted ${Math.floor((now - known.restartedAt) / 1000)} s ago.` : '';
    return [
      'not-current',
      `The dyno that was measured is not the one listed: Heroku lists ${instead}.${restarted}`,
    ];
  }
  if (listed.state !== 'up') return ['not-up', `Heroku lists it as "${listed.state}".`];

  const uptime = Math.floor((now - listed.createdAt) / 1000);
  if (now - listed.createdAt < rules.minUptimeSeconds * 1000) {
    return ['too-young', `It has been alive for ${uptime} s, and minUptime is ${rules.minUptimeSeconds} s.`];
  }
  const claim = situation.claims.get(process);
  if (claim === undefined || isRetry(claim, dyno, now)) return null;
  if (isUnderWay(claim, now)) {
    return ['claimed-elsewhere', 'Another run is about to restart it, or its outcome is not known yet.'];
  }
  const since = now - claim.restartedAt;
  if (since < rules.restartWindowSeconds * 1000) {
    return [
      'within-window',
      `${process} was restarted ${Math.floor(since / 1000)} s ago, and restartWindow is ${rules.restartWindowSeconds} s.`,
    ];
  }
  return null;
}

/** Another run holds this restart, or one has crashed or lost Heroku's answer so lately that it may yet happen. */
function isUnderWay(claim: Claim, now: number): boolean {
  return claim.state === 'claimed' && claim.leaseUntil > now;
}

/** The restart was begun and never known to have happened, and the dyno is still the same: it did not. */
export function isRetry(claim: Claim, dyno: string, now: number): boolean {
  return claim.state === 'claimed' && claim.leaseUntil <= now && claim.dyno === dyno;
}

/** How many dynos of a type may be down, and which are, or are about to be. */
interface Room {
  readonly total: number;
  readonly limit: number;
  readonly down: Set<string>;
}

/**
 * Whatever the list says, a dyno whose restart has been asked for just now counts as down: the list may still
 * show the old one, or, between the old one and the new one, none at all.
 */
function roomFor(type: string, rules: Rules, { dynos, claims, attempted, now }: Situation): Room {
  const listed = dynos.filter((dyno) => dyno.type === type);
  const down = new Set(listed.filter(({ state }) => state !== 'up').map(({ name }) => name));
  for (const name of attempted) if (typeOf(name) === type) down.add(name);
  for (const [name, claim] of claims) {
    if (typeOf(name) !== type) continue;
    const dynosOfName = listed.filter((dyno) => dyno.name === name);
    const stillOrNotListed = dynosOfName.length === 0 || dynosOfName.some(({ id }) => id === claim.dyno);
    const notYetShown = stillOrNotListed && now - claim.restartedAt < RESTART_SHOWS_WITHIN_MS;
    if (notYetShown || isUnderWay(claim, now)) down.add(name);
  }
  const total = new Set([...listed.map(({ name }) => name), ...down]).size;
  const { unit, value } = rules.restartsAtOnce;
  const asked = unit === 'absolute' ? value : Math.ceil((total * value) / 100);
  // However much is asked for: one dyno of a type stays up wherever there is more than one.
  return { total, limit: total > 1 ? Math.min(asked, total - 1) : asked, down };
}
