/**
 * From dynos that are over to dynos that have been restarted, one at a time. Before each one everything is read
 * anew (the table, then the dyno list), and each step is taken only where the one before it worked.
 */
import type { AppConfig } from './config/app-config.ts';
import type { Deadline } from './deadline.ts';
import { type Candidate, decide, type Spared, type Verdict } from './decide.ts';
import { AppError } from './errors.ts';
import type { EventLog } from './events.ts';
import type { PlatformApi } from './heroku/platform-api.ts';
import { type Claim, type RestartHistory, START_WITHIN_MS, type Turn } from './restarts.ts';
import type { Surroundings } from './surroundings.ts';

/** With less time than this left, no restart is begun. */
const TIME_FOR_A_RESTART_MS = 1000;

/**
 * Decides on the candidates, restarts those that are to be restarted, and says what became of each.
 *
 * @throws AppError where the table or Heroku could not be asked; what has been restarted by then is said
 */
export async function restartCandidates(
  candidates: readonly Candidate[],
  config: AppConfig,
  api: PlatformApi,
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<void> {
  const { clock, restarts } = surroundings;
  const attempted = new Set<string>();
  const elsewhere = new Set<string>();
  let left = [...candidates];
  while (left.length > 0) {
    const history = await restarts.read(config.app);
    const dynos = await api.listDynos(deadline);
    const situation = { dynos, claims: history.claims, attempted, now: clock.now() };
    const verdicts = decide(left, config.rules, situation).map((verdict) => withTurns(verdict, elsewhere));

    const next = verdicts.find((verdict) => verdict.kind === 'restart');
    if (next === undefined) {
      for (const verdict of verdicts)
        if (verdict.kind === 'spared') saySpared(verdict, config.app, surroundings.log);
      return;
    }
    if (deadline.left < TIME_FOR_A_RESTART_MS) {
      throw new AppError('timeout', `Time ran out before ${next.candidate.process} could be restarted.`);
    }
    const got = await restartOne(next.candidate, history, config, api, surroundings, deadline);
    if (got === 'elsewhere') {
      elsewhere.add(next.candidate.type);
      continue;
    }
    attempted.add(next.candidate.process);
    left = left.filter((candidate) => candidate !== next.candidate);
  }
}

/** Another run is busy with the type: what would have been restarted is left to it. */
function withTurns(verdict: Verdict, elsewhere: ReadonlySet<string>): Verdict {
  if (verdict.kind !== 'restart' || !elsewhere.has(verdict.candidate.type)) return verdict;
  const message = `Another run is restarting ${verdict.candidate.type} dynos of this app.`;
  return { kind: 'spared', candidate: verdict.candidate, reason: 'claimed-elsewhere', message };
}

export function saySpared(spared: Spared, app: string, log: EventLog): void {
  const { process, dyno, size, threshold, measure } = spared.candidate;
  const { reason, message } = spared;
  log.emit({
    event: 'DynoSpared',
    app,
    process,
    dyno,
    size,
    units: 'MB',
    threshold,
    reason,
    measure,
    message,
  });
}

/** Takes the turn, claims, restarts, settles. `elsewhere`: another run was faster, and nothing was done. */
async function restartOne(
  candidate: Candidate,
  history: RestartHistory,
  config: AppConfig,
  api: PlatformApi,
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<'tried' | 'elsewhere'> {
  const { clock, restarts } = surroundings;
  const { process, type, dyno } = candidate;
  const startedAt = clock.now();
  const turn = await restarts.takeTurn(config.app, type, history, startedAt);
  if (turn === null) return 'elsewhere';
  try {
    const windowSeconds = config.rules.get(type)?.restartWindowSeconds ?? Number.POSITIVE_INFINITY;
    const before = history.claims.get(process);
    const claim = await restarts.claim(
      { app: config.app, process, dyno, windowSeconds, now: startedAt },
      before,
    );
    if (claim === null) return 'elsewhere';
    if (clock.now() - startedAt > START_WITHIN_MS) {
      await restarts.giveBack(claim, before);
      throw new AppError('restarts-table', `Claiming ${process} took too long to restart it safely.`);
    }
    await restartClaimed(candidate, claim, before, api, surroundings, deadline);
    return 'tried';
  } finally {
    await endTurn(turn, config.app, surroundings);
  }
}

async function restartClaimed(
  candidate: Candidate,
  claim: Claim,
  before: Claim | undefined,
  api: PlatformApi,
  { log, restarts }: Surroundings,
  deadline: Deadline,
): Promise<void> {
  const { process, dyno, size, threshold, reason, measure } = candidate;
  const { app } = claim;
  const answer = await api.restartDyno(process, deadline.left);
  switch (answer.outcome) {
    case 'accepted':
      log.emit({ event: 'DynoRestart', app, process, dyno, size, units: 'MB', threshold, reason, measure });
      if (claim.restarts >= 3) {
        log.emit({
          event: 'RestartsNotHelping',
          app,
          process,
          size,
          restarts: claim.restarts,
          message:
            `${process} has been restarted ${claim.restarts} times in a row, each time soon after its window allowed it. ` +
            `Either its threshold of ${threshold} MB is below what the app needs (raise it), or the dyno is too small ` +
            '(take a larger one), or the app leaks fast (look for the leak).',
        });
      }
      await restarts.settle(claim);
      return;
    case 'refused':
      log.emit({
        event: 'RestartFailed',
        app,
        process,
        dyno,
        status: answer.status,
        message: `${answer.message} The window is not spent: the next scan may try again.`,
      });
      await restarts.giveBack(claim, before);
      return;
    case 'unknown':
      log.emit({
        event: 'RestartFailed',
        app,
        process,
        dyno,
        status: answer.status,
        message:
          `${answer.message} Whether it was restarted is not known: within two minutes a later scan will look ` +
          'whether the dyno is still there, and try again if it is.',
      });
      return;
    default:
      answer satisfies never;
  }
}

/** A turn that cannot be given up ends by its lease: that costs others a minute, and this restart nothing. */
async function endTurn(turn: Turn, app: string, { clock, restarts }: Surroundings): Promise<void> {
  try {
    await restarts.endTurn(app, turn, clock.now());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
