/** A small report that has everything in it, and text that would like to be more than text. */
import type { Chart, Report } from '../../../infra/report/report.ts';

export const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
export const HOSTILE =
  '</script><script>window.broken = true</script><img src=x onerror="window.broken = true">';

function chart(title: string): Chart {
  const points = Array.from({ length: 180 }, (_, minute) => ({
    time: START + minute * MINUTE,
    value: minute === 90 ? null : 400 + (minute % 90) * 7,
  }));
  return {
    title,
    note: HOSTILE,
    unit: 'MB',
    series: [{ name: 'memory', look: 'main', points }],
    levels: [
      { name: 'threshold', value: 1000, tone: 'caution' },
      { name: 'quota', value: 1024, tone: 'bad', shadedAbove: true },
    ],
    marks: [
      { kind: 'restart', time: START + 90 * MINUTE, label: `1023 MB ${HOSTILE}` },
      { kind: 'spared', time: START + 85 * MINUTE, until: START + 88 * MINUTE, label: 'within-window' },
    ],
  };
}

export const EXAMPLE: Report = {
  title: `A report ${HOSTILE}`,
  lead: [HOSTILE],
  verdict: { tone: 'good', text: 'All is well' },
  tables: [
    {
      title: 'Two policies',
      columns: ['', 'one', 'other'],
      rows: [
        ['minutes', 12.345, 67_890],
        ['wrong', { text: 'none', tone: 'good' }, { text: HOSTILE, tone: 'bad' }],
      ],
    },
  ],
  markKinds: [
    { id: 'restart', name: 'restarted', tone: 'good', drawn: 'line' },
    { id: 'spared', name: 'spared', tone: 'caution', drawn: 'strip' },
  ],
  groups: [
    { title: 'shop', note: HOSTILE, charts: [chart('web.1'), { ...chart('web.2'), quiet: true }] },
    { title: 'side by side', columns: 2, charts: [chart('as it is'), chart('as it might be')] },
  ],
};
