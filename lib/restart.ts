/**
 * From dynos that are over to dynos that have been restarted, one at a time. Before each one everything is read
 * anew (the table, then the dyno list), and each step is taken only where the one before it worked.
 */
import type { AppConfig } from './config/app-config.ts';
import type { Deadline } from './deadline.ts';
import { type Candidate, decide, type Spared, type Verdict } from './decide.ts';
import { AppError } from './errors.ts';
import type { EventLog } from './events.ts';
import type { Dyno } from './heroku/answers.ts';
import type { PlatformApi } from './heroku/platform-api.ts';
import type { Claim, Turn } from './restart-items.ts';
import { type RestartHistory, START_WITHIN_MS } from './restarts.ts';
import type { Surroundings } from './surroundings.ts';

/** With less time than this left, no restart is begun. */
const TIME_FOR_A_RESTART_MS = 1000;

/** An older dyno list is asked for again before a restart: a name may bear another dyno by then. */
const LIST_HOLDS_FOR_MS = 1000;

interface DynoList {
  readonly dynos: readonly Dyno[];
  /** By `performance.now()`. */
  readonly listedAt: number;
}

/**
 * Decides on the candidates, restarts those that are to be restarted, and says what became of each.
 *
 * @throws AppError where the table or Heroku could not be asked; what has been decided by then is said
 */
export async function restartCandidates(
  candidates: readonly Candidate[],
  config: AppConfig,
  api: PlatformApi,
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<void> {
  const { clock, log } = surroundings;
  const attempted = new Set<string>();
  const elsewhere = new Set<string>();
  let left = [...candidates];
  while (left.length > 0) {
    const { history, problem } = await readHistory(config.app, surroundings);
    const list = await listDynos(api, deadline);
    const situation = { dynos: list.dynos, claims: history.claims, attempted, now: clock.now() };
    const verdicts = decide(left, config.rules, situation).map((verdict) => withTurns(verdict, elsewhere));

    const next = verdicts.find((verdict) => verdict.kind === 'restart');
    if (next === undefined || problem !== undefined) {
      saySparedOf(verdicts, config.app, log);
      if (problem !== undefined) throw problem;
      return;
    }
    let outcome: Awaited<ReturnType<typeof restartOne>>;
    try {
      outcome = await restartOne(
        next.candidate,
        history,
        list,
        attempted,
        config,
        api,
        surroundings,
        deadline,
      );
    } catch (error) {
      saySparedOf(verdicts, config.app, log);
      throw error;
    }
    switch (outcome) {
      case 'tried':
        attempted.add(next.candidate.process);
        left = left.filter((candidate) => candidate !== next.candidate);
        break;
      case 'elsewhere':
        elsewhere.add(next.candidate.type);
        break;
      case 'changed':
        break;
      default:
        outcome satisfies never;
    }
  }
}

/** Without the table nothing is restarted, but why a dyno would not have been anyway can still be said. */
async function readHistory(
  app: string,
  { restarts }: Surroundings,
): Promise<{ history: RestartHistory; problem: AppError | undefined }> {
  try {
    return { history: await restarts.read(app), problem: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { history: { claims: new Map(), turns: new Map() }, problem: error };
  }
}

async function listDynos(api: PlatformApi, deadline: Deadline): Promise<DynoList> {
  const listedAt = performance.now();
  return { dynos: await api.listDynos(deadline, true), listedAt };
}

/** Another run is busy with the type: what would have been restarted is left to it. */
function withTurns(verdict: Verdict, elsewhere: ReadonlySet<string>): Verdict {
  if (verdict.kind !== 'restart' || !elsewhere.has(verdict.candidate.type)) return verdict;
  const message = `Another run is restarting ${verdict.candidate.type} dynos of this app.`;
  return { kind: 'spared', candidate: verdict.candidate, reason: 'claimed-elsewhere', message };
}

function saySparedOf(verdicts: readonly Verdict[], app: string, log: EventLog): void {
  for (const verdict of verdicts) if (verdict.kind === 'spared') saySpared(verdict, app, log);
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

/**
 * Takes the turn, claims, restarts, settles.
 *
 * @returns `elsewhere` where another run was faster, `changed` where the dyno has just been replaced: nothing was
 *   done in either case
 */
async function restartOne(
  candidate: Candidate,
  history: RestartHistory,
  list: DynoList,
  attempted: ReadonlySet<string>,
  config: AppConfig,
  api: PlatformApi,
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<'tried' | 'elsewhere' | 'changed'> {
  const { clock, restarts } = surroundings;
  const { process, type, dyno } = candidate;
  const { app } = config;
  const outOfTime = () => new AppError('timeout', `Time ran out before ${process} could be restarted.`);
  if (deadline.left < TIME_FOR_A_RESTART_MS) throw outOfTime();

  const turnTakenAt = performance.now();
  const now = clock.now();
  const turn = await restarts.takeTurn(app, type, history, now);
  if (turn === null) return 'elsewhere';
  try {
    const windowSeconds = config.rules.get(type)?.restartWindowSeconds ?? Number.POSITIVE_INFINITY;
    const before = history.claims.get(process);
    const claim = await restarts.claim({ app, process, dyno, windowSeconds, now }, before);
    if (claim === null) return 'elsewhere';

    // The claim is as good as the time that writing it has left.
    if (performance.now() - list.listedAt > LIST_HOLDS_FOR_MS && deadline.left > TIME_FOR_A_RESTART_MS) {
      const again = await listDynos(api, deadline).catch(async (error) => {
        await harmless(restarts.giveBack(claim, before));
        throw error;
      });
      const situation = { dynos: again.dynos, claims: history.claims, attempted, now: clock.now() };
      const [verdict] = decide([candidate], config.rules, situation);
      if (verdict?.kind !== 'restart') {
        await restarts.giveBack(claim, before);
        return 'changed';
      }
    }
    if (
      performance.now() - turnTakenAt > START_WITHIN_MS ||
      deadline.left <= TIME_FOR_A_RESTART_MS ||
      surroundings.overdue.aborted
    ) {
      await restarts.giveBack(claim, before);
      throw outOfTime();
    }
    await restartClaimed(candidate, claim, before, api, surroundings, deadline);
    return 'tried';
  } finally {
    await endTurn(turn, app, surroundings);
  }
}

async function restartClaimed(
  candidate: Candidate,
  claim: Claim,
  before: Claim | undefined,
  api: PlatformApi,
  { clock, log, restarts }: Surroundings,
  deadline: Deadline,
): Promise<void> {
  const { process, dyno, size, threshold, reason, measure } = candidate;
  const { app } = claim;
  const answer = await api.restartDyno(process, deadline.left);
  switch (answer.outcome) {
    case 'accepted':
      log.emit({
        event: 'DynoRestart',
        app,
        process,
        dyno,
        size,
        units: 'MB',
        threshold,
        reason,
        measure,
      });
      if (claim.restarts >= RESTARTS_THAT_DO_NOT_HELP) sayNotHelping(candidate, claim, log);
      // Unsettled, it settles by itself: a later scan finds the dyno gone, and the window holds.
      // It has happened by now, at the latest: from here on the window counts, not from the claim.
      await harmless(restarts.settle({ ...claim, restartedAt: clock.now() }));
      return;
    case 'refused':
      // Said first: a table that hangs must not hold back what is known.
      log.emit({
        event: 'RestartFailed',
        app,
        process,
        dyno,
        status: answer.status,
        message: `${answer.message} No window is spent: the claim is given back, and a later scan may try again.`,
      });
      await harmless(restarts.giveBack(claim, before));
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

const RESTARTS_THAT_DO_NOT_HELP = 3;

function sayNotHelping(
  { process, size, threshold }: Candidate,
  { app, restarts }: Claim,
  log: EventLog,
): void {
  const message =
    `${process} has been restarted ${restarts} times in a row, each time soon after its window allowed it. ` +
    `Either its threshold of ${threshold} MB is below what the app needs (raise it), or the dyno is too small ` +
    '(take a larger one), or the app leaks fast (look for the leak).';
  log.emit({ event: 'RestartsNotHelping', app, process, size, restarts, message });
}

/** A turn that cannot be given up ends by its lease: that costs others a minute, and this restart nothing. */
async function endTurn(turn: Turn, app: string, { clock, restarts }: Surroundings): Promise<void> {
  await harmless(restarts.endTurn(app, turn, clock.now()));
}

/** For what a lease mends if it fails. @returns whether it worked */
async function harmless(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
