/**
 * The script in the page: draws each chart when it comes into view, again when the page turns dark or light or
 * changes its width, and all of them before it is printed.
 */
import type { EmbeddedReport } from '../embedded.ts';
import { DrawnChart } from './chart.ts';
import { readColours } from './colours.ts';

/** Put in by the page's builder. */
declare const DATA_ID: string;

const report: EmbeddedReport = JSON.parse(document.getElementById(DATA_ID)?.textContent ?? '{}');
const drawn = new Map<Element, DrawnChart>();

function draw(place: HTMLElement): void {
  const chart = report.charts[Number(place.dataset.chart)];
  if (chart === undefined || place.clientWidth === 0) return;
  drawn.get(place)?.remove();
  drawn.set(place, new DrawnChart(place, chart, report.markKinds, readColours()));
}

const places = [...document.querySelectorAll<HTMLElement>('.plot')];

const inView = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && target instanceof HTMLElement && !drawn.has(target)) draw(target);
    }
  },
  { rootMargin: '600px' },
);
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target)?.fit();
});
for (const place of places) {
  inView.observe(place);
  widths.observe(place);
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const place of places) if (drawn.has(place)) draw(place);
});
addEventListener('beforeprint', () => {
  for (const place of places) if (!drawn.has(place)) draw(place);
});
document.getElementById('quiet')?.addEventListener('change', ({ currentTarget }) => {
  const shown = currentTarget instanceof HTMLInputElement && currentTarget.checked;
  document.body.classList.toggle('with-quiet', shown);
});
