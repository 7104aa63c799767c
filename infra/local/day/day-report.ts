/** The day as a report: the three policies in tables, then each process under Whacamole, and what it would have come to. */
import type { Chart, ChartGroup, MarkKind, Report, Table } from '../../report/report.ts';
import { count } from '../show/said.ts';
import { compare, type Days, POLICIES, POLICY_NAMES, targetsOf, tenths } from './comparison.ts';
import type { DayResult, ProcessHistory } from './results.ts';
import { HOUR_MS } from './time.ts';

const MARK_KINDS: readonly MarkKind[] = [
  { id: 'restart', name: 'restarted by Whacamole', tone: 'good', drawn: 'line' },
  { id: 'wrong', name: 'restarted wrongly', tone: 'bad', drawn: 'line' },
  { id: 'killed', name: 'killed by Heroku', tone: 'bad', drawn: 'line' },
  { id: 'heroku', name: 'replaced by Heroku', tone: 'neutral', drawn: 'line' },
  { id: 'spared', name: 'over, and spared', tone: 'caution', drawn: 'strip' },
  { id: 'gone', name: 'an old dyno was over, and is let be', tone: 'neutral', drawn: 'strip' },
];

export function reportOf(days: Days, seed: number): Report {
  const { whacamole } = days;
  const targets = targetsOf(days);
  const missed = targets.filter(({ reached }) => !reached);
  const hours = Math.round((whacamole.to - whacamole.from) / HOUR_MS);
  const used = new Set(whacamole.processes.flatMap(({ marks }) => marks.map(({ kind }) => kind)));
  return {
    title: `${count(hours, 'hour')} of a fleet`,
    verdict:
      missed.length === 0
        ? { tone: 'good', text: 'Every target is reached.' }
        : { tone: 'bad', text: `Not reached: ${missed.map(({ name }) => name).join('; ')}.` },
    lead: [
      `${whacamole.apps.length} simulated apps, seed ${seed}, lived through three times: with Whacamole, the very ` +
        "bundle that is deployed, invoked each minute and now and then twice or late; by the Ruby gem's rules; and " +
        'with nobody to restart anything. Heroku cycles each dyno once a day and kills it at twice its quota in all three.',
      'All times are UTC. Drag across a chart to look closer, double-click to see all of it again.',
    ],
    tables: [comparisonTable(days), targetsTable(days), appsTable(days)],
    markKinds: MARK_KINDS.filter(({ id }) => used.has(id)),
    groups: [fleetGroup(days), ...whacamole.apps.map(({ app, dynos }) => appGroup(app, dynos, days))],
  };
}

function comparisonTable(days: Days): Table {
  return {
    title: 'Three policies, one fleet',
    columns: ['', ...POLICIES.map((policy) => POLICY_NAMES[policy])],
    rows: compare(days).map(({ name, of }) => [name, ...POLICIES.map((policy) => of[policy] ?? '–')]),
  };
}

function targetsTable(days: Days): Table {
  return {
    title: 'What Whacamole must reach',
    columns: ['', 'found'],
    rows: targetsOf(days).map(({ name, reached, found }) => [
      name,
      { text: found, tone: reached ? 'good' : 'bad' },
    ]),
  };
}

function appsTable(days: Days): Table {
  const { whacamole, gem, nobody } = days;
  const of = (day: DayResult, place: number) => tenths(day.apps[place]?.minutesAboveQuota ?? 0);
  const leftOut = whacamole.apps.filter(
    (_, place) => (gem.apps[place]?.minutesOfTypesTheGemLeavesOut ?? 0) > 0,
  );
  const note =
    leftOut.length === 0
      ? undefined
      : `The gem has one threshold to an app: of ${leftOut.map(({ app }) => app).join(', ')} it can watch one size of dynos alone.`;
  return {
    title: 'Dyno-minutes above quota, by app',
    note,
    columns: ['', 'dynos', ...POLICIES.map((policy) => POLICY_NAMES[policy]), 'restarts', "the gem's"],
    rows: whacamole.apps.map(({ app, dynos, restarts }, place) => [
      ...[app, dynos, of(whacamole, place), of(gem, place), of(nobody, place)],
      ...[restarts, gem.apps[place]?.restarts ?? 0],
    ]),
  };
}

function fleetGroup({ whacamole, gem, nobody }: Days): ChartGroup {
  return {
    title: 'The fleet',
    columns: 1,
    charts: [
      {
        title: 'Dynos above their quota',
        unit: 'dynos',
        series: [
          { name: POLICY_NAMES.nobody, look: 'faint', points: nobody.aboveQuota },
          { name: POLICY_NAMES.gem, look: 'third', points: gem.aboveQuota },
          { name: POLICY_NAMES.whacamole, look: 'main', points: whacamole.aboveQuota },
        ],
        levels: [],
        marks: [],
      },
    ],
  };
}

function appGroup(app: string, dynos: string, { whacamole, nobody }: Days): ChartGroup {
  const histories = whacamole.processes.filter((process) => process.app === app);
  const marked = (kind: string) =>
    histories.reduce((sum, { marks }) => sum + marks.filter((mark) => mark.kind === kind).length, 0);
  return {
    title: app,
    note: `${dynos}: ${marked('restart') + marked('wrong')} restarts, spared ${marked('spared')} times for a while.`,
    charts: histories.map((history) => {
      const undisturbed = nobody.processes.find(
        (other) => other.app === app && other.process === history.process,
      );
      return processChart(history, undisturbed);
    }),
  };
}

function processChart(history: ProcessHistory, undisturbed: ProcessHistory | undefined): Chart {
  const { process, size, quota, thresholdMb, measure, points, oldPoints, marks } = history;
  const comparable = undisturbed !== undefined && undisturbed.measure === measure;
  return {
    title: process,
    note: measure === 'memory_total' ? size : `${size}, ${measure}`,
    unit: 'MB',
    series: [
      ...(comparable
        ? [{ name: POLICY_NAMES.nobody, look: 'faint' as const, points: undisturbed.points }]
        : []),
      ...(oldPoints.length > 0
        ? [{ name: 'old dyno (preboot)', look: 'second' as const, points: oldPoints }]
        : []),
      { name: 'memory', look: 'main', points },
    ],
    levels: [
      ...(thresholdMb === undefined
        ? []
        : [{ name: 'threshold', value: thresholdMb, tone: 'caution' as const }]),
      { name: 'quota', value: quota, tone: 'bad', shadedAbove: true },
    ],
    marks,
    quiet: marks.every(({ kind }) => kind === 'heroku' || kind === 'gone'),
  };
}
