/** From the books of a day to its figures, and to what is drawn of each process. */
import { compareProcesses } from '../../../lib/processes.ts';
import type { Mark } from '../../report/report.ts';
import { thin } from '../../report/thin.ts';
import type { FleetApp } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { Policy, SparedMoment } from './policy.ts';
import type { ProcessBook } from './process-book.ts';
import type { AppFigures, DayResult, ProcessHistory, RestartTold } from './results.ts';
import { MINUTE_MS } from './time.ts';

/** More than a chart has pixels. */
const MOST_POINTS = 1000;
/** Moments of one reason no further apart are one stretch: a scan may come late. */
const SAME_STRETCH_MS = 3 * MINUTE_MS;
/** Between a deploy and the start of the dynos that it replaces. */
const SAME_MOMENT_MS = 1000;

export function sumUp(
  policy: Policy,
  ledger: Ledger,
  fleet: readonly FleetApp[],
  from: number,
  to: number,
): DayResult {
  const all = ledger.restarts();
  const restarts = all.filter(({ oneOff }) => !oneOff);
  const kills = fleet.flatMap((member) => member.kills);
  const apps = fleet.map((member) => figuresOf(member, ledger, restarts));
  return {
    policy: policy.name,
    from,
    to,
    figures: {
      minutesAboveQuota: sum(apps.map(({ minutesAboveQuota }) => minutesAboveQuota)),
      dynoMinutes: ledger.dynoMinutes,
      restarts: restarts.length,
      wrongRestarts: restarts.filter(({ wrong }) => wrong).length,
      doubleRestarts: restarts.filter(({ double }) => double).length,
      largestShareDown: ledger.largestShareDown,
      aboveRestartsAtOnce: ledger.aboveRestartsAtOnce,
      oneOffsKilled: all.length - restarts.length,
      kills: kills.length,
    },
    apps,
    aboveQuota: thin(ledger.aboveQuota, MOST_POINTS),
    processes: fleet.flatMap((member) =>
      ledger.books
        .filter(({ facts }) => facts.app === member.app.name)
        .sort((one, other) => compareProcesses(one.facts.process, other.facts.process))
        .map((book) => historyOf(book, member, policy.spared, restarts)),
    ),
    invocations: policy.invocations(),
    restarts: restarts.map(({ at, app, process, wrong, double }) => ({ at, app, process, wrong, double })),
  };
}

function figuresOf({ plan, app }: FleetApp, ledger: Ledger, restarts: readonly RestartTold[]): AppFigures {
  const books = ledger.books.filter(({ facts }) => facts.app === app.name);
  const minutes = (some: readonly ProcessBook[]) =>
    sum(some.map(({ minutesAboveQuota }) => minutesAboveQuota));
  const dynos = plan.groups.map(({ type, count, size, scales }) => {
    const number = scales === undefined ? `${count}` : `${scales[0]} to ${scales[1]}`;
    return `${number} ${type} ${size}`;
  });
  return {
    app: app.name,
    dynos: `${dynos.join(', ')}${plan.preboot ? ', preboot' : ''}`,
    minutesAboveQuota: minutes(books),
    restarts: restarts.filter((restart) => restart.app === app.name).length,
    minutesOfTypesTheGemLeavesOut: minutes(books.filter(({ facts }) => !plan.gem.dynos.includes(facts.type))),
  };
}

function historyOf(
  book: ProcessBook,
  member: FleetApp,
  spared: readonly SparedMoment[],
  restarts: readonly RestartTold[],
): ProcessHistory {
  const { app, process, size, quota, thresholdMb, measure } = book.facts;
  const isOfBook = (one: { app: string; process: string }) => one.app === app && one.process === process;
  const restarted = restarts.filter(isOfBook);
  const kills = member.kills.filter((kill) => kill.process === process);
  const marks: Mark[] = [
    ...restarted.map(({ at, wrong, double }) => ({
      kind: wrong || double ? 'wrong' : 'restart',
      time: at,
      label: wrong
        ? 'the wrong dyno'
        : double
          ? 'for the second time within its window'
          : 'above its threshold',
    })),
    ...kills.map(({ at }) => ({ kind: 'killed', time: at, label: 'R15, memory quota vastly exceeded' })),
    ...book.replacedAt
      .filter((at) => !restarted.some((restart) => restart.at === at))
      .filter((at) => !kills.some((kill) => Math.abs(kill.at - at) <= 2 * SAME_MOMENT_MS))
      .map((at) => ({ kind: 'heroku', time: at, label: causeOf(at, member) })),
    ...stretches(spared.filter(isOfBook)),
  ];
  return {
    ...{ app, process, size, quota, thresholdMb, measure, marks },
    points: thin(book.points, MOST_POINTS),
    oldPoints: thin(book.oldPoints, MOST_POINTS),
  };
}

function causeOf(at: number, { deployedAt }: FleetApp): string {
  const deployed = deployedAt.some((deploy) => Math.abs(deploy - at) <= SAME_MOMENT_MS);
  return deployed ? 'a deploy' : 'its daily cycling, or scaling';
}

/**
 * Being spared each minute for one reason is one thing that lasts. That a dyno is no longer there, as after every
 * restart, is no news.
 */
function stretches(spared: readonly SparedMoment[]): Mark[] {
  const marks: { kind: string; time: number; until: number; label: string }[] = [];
  const reasons = Map.groupBy(spared, ({ reason }) => reason);
  for (const [reason, moments] of reasons) {
    let last: (typeof marks)[number] | undefined;
    for (const { at, message } of moments.toSorted((one, other) => one.at - other.at)) {
      if (last !== undefined && at - last.until <= SAME_STRETCH_MS) {
        last.until = at;
      } else {
        last = {
          kind: reason === 'not-current' ? 'gone' : 'spared',
          time: at,
          until: at,
          label: `${reason}: ${message}`,
        };
        marks.push(last);
      }
    }
  }
  return marks;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
