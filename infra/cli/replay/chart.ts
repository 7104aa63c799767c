/** A replay as a page: what is recorded of each process, what of it would not have been, and the restarts between. */
import { compareProcesses } from '../../../lib/processes.ts';
import type { Chart, Mark, Point, Report, Table, Tone } from '../../report/report.ts';
import { timeOfDay } from '../time.ts';
import { ASSUMPTIONS, notesOn } from './notes.ts';
import type { ReplayedProcess, ReplayResult } from './result.ts';
import { describeLog, describeRestart, describeRestarts, type ReplayToShow } from './show.ts';
import type { Slots } from './timeline.ts';

const RESTART = 'restart';
const NAMES = ['A', 'B'];

export function replayReport(replay: ReplayToShow): Report {
  const { file, log, configs } = replay;
  const isCompared = configs.length > 1;
  const nameOf = (index: number) => (isCompared ? `${NAMES[index]}: ${configs[index]}` : `${configs[index]}`);
  const results = log.replays.map(({ result }) => result);
  const charts = log.replays.map(({ result, slots }, index) =>
    chartsOf(result, slots, isCompared ? (NAMES[index] ?? '') : ''),
  );
  return {
    title: `What would have been restarted: ${file}`,
    lead: [`${describeLog(replay)}.`, ...notesOn(log), ...ASSUMPTIONS],
    verdict: {
      tone: toneOf(results),
      text: results.map((result, index) => `${nameOf(index)}: ${describeRestarts(result)}`).join('. '),
    },
    tables: results.map((result, index) => tableOf(nameOf(index), result)),
    markKinds: [{ id: RESTART, name: 'it would have been restarted', tone: 'caution', drawn: 'line' }],
    groups: [
      {
        title: 'Memory by process',
        columns: isCompared ? 2 : 3,
        // Of each process, the charts to compare stand side by side.
        charts: namesOf(results).flatMap((name) => charts.flatMap((of) => of.get(name) ?? [])),
      },
    ],
  };
}

function toneOf(results: readonly ReplayResult[]): Tone {
  return results.every(({ restarts }) => restarts === 0) ? 'good' : 'neutral';
}

function namesOf(results: readonly ReplayResult[]): string[] {
  const names = new Set(results.flatMap(({ processes }) => processes.map(({ process }) => process)));
  return [...names].sort(compareProcesses);
}

function tableOf(title: string, { processes }: ReplayResult): Table {
  return {
    title,
    columns: [
      'process',
      'samples',
      'peak, MB',
      'at',
      'restarts',
      'about more',
      'samples over the quota',
      'left',
    ],
    rows: processes.map(({ process, samples, peak, peakAt, restarts, overQuota, overQuotaUndone }) => [
      ...[process, samples, peak, timeOfDay(Date.parse(peakAt)), restarts.length],
      ...[restarts.reduce((sum, { moreIfAlike }) => sum + (moreIfAlike ?? 0), 0), overQuota],
      overQuota - overQuotaUndone,
    ]),
  };
}

function chartsOf(result: ReplayResult, slots: Slots | undefined, name: string): ReadonlyMap<string, Chart> {
  return new Map(result.processes.map((process) => [process.process, chartOf(process, slots, name)]));
}

function chartOf(process: ReplayedProcess, slots: Slots | undefined, name: string): Chart {
  const { threshold, quota, restarts, spared } = process;
  const marks: Mark[] = restarts.map((restart) => ({
    kind: RESTART,
    time: Date.parse(restart.at),
    label: describeRestart(restart),
  }));
  return {
    title: name === '' ? process.process : `${process.process} (${name})`,
    unit: 'MB',
    series: [
      { name: 'memory', look: 'main', points: pointsOf(slots, slots?.recorded.get(process.process)) },
      {
        name: 'would not have been',
        look: 'faint',
        points: pointsOf(slots, slots?.undone.get(process.process)),
      },
    ],
    levels: [
      ...(threshold === null ? [] : [{ name: 'threshold', value: threshold, tone: 'caution' } as const]),
      ...(quota === null ? [] : [{ name: 'quota', value: quota, tone: 'bad', shadedAbove: true } as const]),
    ],
    marks,
    quiet: restarts.length === 0 && spared.length === 0,
  };
}

/** A gap is one point, however long it is. */
function pointsOf(slots: Slots | undefined, values: readonly (number | null)[] = []): Point[] {
  const points: Point[] = [];
  for (const [index, value] of values.entries()) {
    const time = slots?.starts[index];
    const isAnotherGap = value === null && (points.at(-1)?.value ?? null) === null;
    if (time !== undefined && !isAnotherGap) points.push({ time, value });
  }
  return points;
}
