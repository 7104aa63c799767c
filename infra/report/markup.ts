/**
 * What of a report is text: headings, tables, the legend, and below each chart what its marks say, so that a search
 * in the page finds it. The charts themselves are drawn by the script in the page, each into its own element.
 */
import type { Cell, Chart, ChartGroup, MarkKind, Report, Table } from './report.ts';

export function bodyOf(report: Report): string {
  const { title, lead, verdict, tables, groups } = report;
  const kinds = new Map(report.markKinds.map((kind) => [kind.id, kind]));
  const firsts = groups.map((_, place) =>
    groups.slice(0, place).reduce((sum, { charts }) => sum + charts.length, 0),
  );
  return [
    '<header>',
    `<h1>${escapeHtml(title)}</h1>`,
    ...(verdict === undefined
      ? []
      : [`<p class="verdict ${verdict.tone}">${SIGNS[verdict.tone]} ${escapeHtml(verdict.text)}</p>`]),
    ...lead.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    '</header>',
    '<main>',
    `<div class="tables">${tables.map(tableMarkup).join('')}</div>`,
    toolbar(report),
    ...groups.map((group, place) => groupMarkup(group, place, firsts[place] ?? 0, kinds)),
    '</main>',
  ].join('\n');
}

/** As text, or as the value of an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Colour alone would not tell them apart for everybody. */
const SIGNS = { good: '✓', caution: '!', bad: '✗', neutral: '·' } as const;

function tableMarkup({ title, note, columns, rows }: Table): string {
  const ofNumbers = columns.map((_, place) => rows.some((row) => typeof row[place] === 'number'));
  const right = (place: number) => (ofNumbers[place] ? ' class="number"' : '');
  const head = columns.map((column, place) => `<th scope="col"${right(place)}>${escapeHtml(column)}</th>`);
  const body = rows.map(
    (row) => `<tr>${row.map((cell, place) => cellMarkup(cell, place, right(place))).join('')}</tr>`,
  );
  return (
    `<section class="table"><h2>${escapeHtml(title)}</h2>${noteMarkup(note)}<div class="scrolls">` +
    `<table><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div></section>`
  );
}

function cellMarkup(cell: Cell, place: number, alignment: string): string {
  if (place === 0) return `<th scope="row">${textOf(cell)}</th>`;
  return `<td${alignment}>${textOf(cell)}</td>`;
}

function textOf(cell: Cell): string {
  if (typeof cell === 'object') {
    return `<span class="${cell.tone}">${SIGNS[cell.tone]} ${escapeHtml(cell.text)}</span>`;
  }
  return typeof cell === 'string'
    ? escapeHtml(cell)
    : cell.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function noteMarkup(note: string | undefined): string {
  return note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`;
}

function toolbar({ groups, markKinds }: Report): string {
  const charts = groups.flatMap((group) => group.charts);
  const quiet = charts.filter((chart) => chart.quiet).length;
  const drawn = [
    ...new Map(charts.flatMap(({ series }) => series).map(({ name, look }) => [name, `series ${look}`])),
    ...new Map(charts.flatMap(({ levels }) => levels).map(({ name, tone }) => [name, `level ${tone}`])),
    ...markKinds.map(({ name, tone, drawn: how }): [string, string] => [name, `${how} ${tone}`]),
  ];
  const legend = drawn.map(([name, look]) => `<li><i class="key ${look}"></i>${escapeHtml(name)}</li>`);
  const choice =
    quiet === 0
      ? ''
      : `<label><input type="checkbox" id="quiet"> also the ${quiet} of ${charts.length} charts in which nothing happened</label>`;
  const links = groups.map(({ title }, place) => `<a href="#group-${place}">${escapeHtml(title)}</a>`);
  return `<nav><ul class="legend">${legend.join('')}</ul>${choice}<p class="links">${links.join(' ')}</p></nav>`;
}

function groupMarkup(
  { title, note, columns = 3, charts }: ChartGroup,
  place: number,
  first: number,
  kinds: ReadonlyMap<string, MarkKind>,
): string {
  const figures = charts.map((chart, index) => chartMarkup(chart, first + index, kinds));
  return (
    `<section class="group" id="group-${place}"><h2>${escapeHtml(title)}</h2>${noteMarkup(note)}` +
    `<div class="charts columns-${columns}">\n${figures.join('\n')}\n</div></section>`
  );
}

function chartMarkup(chart: Chart, index: number, kinds: ReadonlyMap<string, MarkKind>): string {
  const note = chart.note === undefined ? '' : ` <small>${escapeHtml(chart.note)}</small>`;
  return (
    `<figure${chart.quiet ? ' class="quiet"' : ''}><figcaption>${escapeHtml(chart.title)}${note}</figcaption>` +
    `<div class="plot" data-chart="${index}" role="img" aria-label="${escapeHtml(chart.title)}"></div>` +
    `${marksMarkup(chart, kinds)}</figure>`
  );
}

function marksMarkup({ marks }: Chart, kinds: ReadonlyMap<string, MarkKind>): string {
  if (marks.length === 0) return '';
  const items = [...marks]
    .sort((one, other) => one.time - other.time)
    .map(({ time, until, kind, label }) => {
      const span = until === undefined ? timeOfDay(time) : `${timeOfDay(time)}–${timeOfDay(until)}`;
      const { name = kind, tone = 'neutral' } = kinds.get(kind) ?? {};
      return `<li><time>${span}</time> <b class="${tone}">${escapeHtml(name)}</b> ${escapeHtml(label)}</li>`;
    });
  const summary = marks.length === 1 ? '1 event' : `${marks.length} events`;
  return `<details><summary>${summary}</summary><ol>${items.join('')}</ol></details>`;
}

/** UTC. */
function timeOfDay(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}
