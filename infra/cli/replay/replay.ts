/**
 * Watches a saved log as the function would have watched the app: a scan at every whole minute of the log's own time,
 * by the very decisions of lib/decide.ts, on the samples that had come by then.
 *
 * A log tells only what did happen. Where the decisions come to a restart, it goes on with the dyno as it was: so the
 * restart is counted, the process has had its restart for its window, and what is recorded of that dyno from there on
 * decides nothing any more. It would not have happened. Of the dyno that would have come instead, nothing is known,
 * and nothing is made up: the process is watched again from the next dyno that the log shows under its name. The
 * restarts counted are therefore the fewest that there would have been.
 */
import type { AppConfig, Rules } from '../../../lib/config/app-config.ts';
import { assess, type Candidate, decide, type Spared, unmeasurable } from '../../../lib/decide.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import { compareProcesses } from '../../../lib/processes.ts';
import type { Claim } from '../../../lib/restart-items.ts';
import { AppMemory, FRESH_MS, Sightings } from '../../../lib/sightings.ts';
import { sizeOf, thresholdsOf } from '../../../lib/thresholds.ts';
import { DerivedDynos, type Heard } from './derived-dynos.ts';
import { isStateChange, type LogEntry } from './log-entry.ts';
import type { ReplayResult } from './result.ts';
import { Tally } from './tally.ts';

const MINUTE_MS = 60_000;

export interface ReplayOptions {
  readonly config: AppConfig;
  /** Dynos that are heard of later were not there when the log began, epoch milliseconds. */
  readonly bornAfter: number;
  /** Each sample of a watched process, with its size by the configured measure, MB. */
  readonly onSample?: (sample: Sample, size: number, heard: Heard) => void;
  readonly onRestart?: (candidate: Candidate, at: number) => void;
}

export class Replay {
  readonly #config: AppConfig;
  readonly #rules: ReadonlyMap<string, Rules>;
  readonly #options: ReplayOptions;
  readonly #memory = new AppMemory();
  readonly #sightings: Sightings;
  readonly #dynos: DerivedDynos;
  readonly #claims = new Map<string, Claim>();
  readonly #tallies = new Map<string, Tally>();
  readonly #unwatched = new Map<string, number>();
  readonly #problems = new Set<string>();
  #late = 0;
  /** The log's own time: the latest that it has said. */
  #now = Number.NEGATIVE_INFINITY;
  #nextScanAt = Number.POSITIVE_INFINITY;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#rules = new Map([...options.config.rules].map(([type, rules]) => [type, awake(rules)]));
    const samplesKept = Math.max(
      ...[...this.#rules.values()].map(({ sustainedSamples }) => sustainedSamples),
    );
    this.#sightings = new Sightings(this.#memory, samplesKept);
    this.#dynos = new DerivedDynos(options.bornAfter);
  }

  /** Takes in what the log says next. */
  take(entry: LogEntry): void {
    this.#goTo(entry.at);
    if (!isStateChange(entry)) this.#hear(entry);
    else if (this.#rules.has(entry.type) && entry.at >= this.#now - FRESH_MS) this.#dynos.change(entry);
  }

  /** The log is over. */
  finish(): ReplayResult {
    if (Number.isFinite(this.#nextScanAt)) this.#scan(this.#nextScanAt);
    const processes = [...this.#tallies.values()]
      .map((tally) => tally.result())
      .sort((one, other) => compareProcesses(one.process, other.process));
    const restarts = processes.flatMap((process) => process.restarts);
    return {
      processes,
      restarts: restarts.length,
      moreIfAlike: restarts.reduce((sum, { moreIfAlike }) => sum + (moreIfAlike ?? 0), 0),
      unwatched: Object.fromEntries(this.#unwatched),
      late: this.#late,
      problems: [...this.#problems],
    };
  }

  #hear(sample: Sample): void {
    const rules = this.#rules.get(sample.type);
    if (rules === undefined) {
      this.#unwatched.set(sample.type, (this.#unwatched.get(sample.type) ?? 0) + 1);
      return;
    }
    if (sample.at < this.#now - FRESH_MS) {
      this.#late++;
      return;
    }
    const size = sizeOf(sample, rules.measure) ?? sample.total;
    const heard = this.#dynos.hear(sample);
    this.#tally(sample.process, rules).sample(sample, size, heard);
    if (heard !== 'undone') this.#sightings.add(sample, this.#now);
    this.#options.onSample?.(sample, size, heard);
  }

  /** Time goes on to `at`, and the scans that were due on the way are made. */
  #goTo(at: number): void {
    if (at <= this.#now) return;
    while (this.#nextScanAt <= at) {
      const heard = this.#scan(this.#nextScanAt);
      // Through a gap in the log nothing happens.
      this.#nextScanAt = heard ? this.#nextScanAt + MINUTE_MS : nextMinute(at);
    }
    this.#now = at;
    if (!Number.isFinite(this.#nextScanAt)) this.#nextScanAt = nextMinute(at);
  }

  /** @returns whether any dyno had been heard of */
  #scan(now: number): boolean {
    const fresh = this.#sightings.fresh(now);
    this.#sightings.forget(now, this.#rules);
    const candidates: Candidate[] = [];
    for (const samples of fresh) {
      const rules = this.#rules.get(samples[0].type);
      if (rules === undefined) continue;
      const problem = unmeasurable(samples, rules);
      if (problem !== null) this.#problems.add(problem);
      const assessment = assess(samples, rules, now);
      if (assessment.kind === 'over') candidates.push(assessment.candidate);
      if (assessment.kind === 'spared') this.#spare(assessment, now);
    }
    if (candidates.length > 0) this.#decide(candidates, now);
    return fresh.length > 0;
  }

  #decide(candidates: readonly Candidate[], now: number): void {
    const situation = {
      dynos: this.#dynos.list(now),
      claims: this.#claims,
      attempted: new Set<string>(),
      now,
    };
    for (const verdict of decide(candidates, this.#rules, situation)) {
      switch (verdict.kind) {
        case 'spared':
          this.#spare(verdict, now);
          break;
        case 'restart':
          this.#restart(verdict.candidate, now);
          break;
        default:
          verdict satisfies never;
      }
    }
  }

  #restart(candidate: Candidate, now: number): void {
    const { process, type, dyno } = candidate;
    const rules = this.#rules.get(type);
    if (rules === undefined) return;
    const createdAt = this.#dynos.createdAt(process);
    this.#tally(process, rules).restarted(candidate, now, createdAt, rules.restartWindowSeconds);
    this.#claims.set(process, {
      ...{ app: this.#config.app, process, dyno, restartedAt: now, state: 'done' },
      ...{ claimId: '', leaseUntil: now, restarts: 1, expiresAt: Number.POSITIVE_INFINITY },
    });
    this.#dynos.restart(process, now);
    this.#options.onRestart?.(candidate, now);
  }

  #spare(spared: Spared, now: number): void {
    const rules = this.#rules.get(spared.candidate.type);
    if (rules !== undefined) this.#tally(spared.candidate.process, rules).spared(spared, now);
  }

  #tally(process: string, rules: Rules): Tally {
    let tally = this.#tallies.get(process);
    if (tally === undefined) {
      tally = new Tally(process, (quota) => thresholdsOf(rules, quota).memory);
      this.#tallies.set(process, tally);
    }
    return tally;
  }
}

/** What a config would have done is asked of it as if it were in force. */
function awake(rules: Rules): Rules {
  return { ...rules, dryRun: false, pausedUntil: Number.NEGATIVE_INFINITY };
}

function nextMinute(at: number): number {
  return (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS;
}
