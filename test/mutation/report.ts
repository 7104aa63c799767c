/**
 * Turns Stryker's report into the table and the list in docs/mutation.md, between its two marks, and fails where too
 * few mutants are killed. What stands around them is written by hand: why the mutants that survive may.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';

const REPORT = 'dist/mutation/report.json';
const DOCUMENT = 'docs/mutation.md';
const BEGIN = '<!-- begin: written by npm run mutate -->';
const END = '<!-- end: written by npm run mutate -->';
/** Of a file's mutants, percent. */
const LEAST_SCORE = 85;

const position = z.object({ line: z.number(), column: z.number() });
const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          status: z.enum([
            'Killed',
            'Timeout',
            'Survived',
            'NoCoverage',
            'CompileError',
            'RuntimeError',
            'Ignored',
          ]),
          replacement: z.optional(z.string()),
          location: z.object({ start: position, end: position }),
        }),
      ),
    }),
  ),
});
type Files = z.infer<typeof Report>['files'];
type Mutant = Files[string]['mutants'][number];

interface Row {
  readonly name: string;
  readonly killed: number;
  /** A change that keeps the tests from ending is noticed as well. */
  readonly timedOut: number;
  /** Those that no test reaches included. */
  readonly survived: number;
}

function rowOf(name: string, mutants: readonly Mutant[]): Row {
  const count = (...statuses: readonly Mutant['status'][]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    name,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived', 'NoCoverage'),
  };
}

/** Percent. */
function scoreOf({ killed, timedOut, survived }: Row): number {
  return (100 * (killed + timedOut)) / (killed + timedOut + survived);
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.name} | ${row.killed} | ${row.timedOut} | ${row.survived} | ${scoreOf(row).toFixed(1)} % |`,
  );
  const head = ['| file | killed | timed out | survived | score |', '| --- | ---: | ---: | ---: | ---: |'];
  return [...head, ...lines].join('\n');
}

/** Each mutant that survived: where, and the line as it is and as it would be. */
function survivorsOf(files: Files): string {
  return Object.entries(files)
    .flatMap(([name, { source, mutants }]) =>
      mutants
        .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
        .toSorted((a, b) => a.location.start.line - b.location.start.line)
        .map(({ location: { start, end }, replacement = '' }) => {
          const lines = source.split('\n').slice(start.line - 1, end.line);
          const before = oneLine(lines.join('\n'));
          const first = (lines[0] ?? '').slice(0, start.column - 1);
          const last = (lines.at(-1) ?? '').slice(end.column - 1);
          return `- ${name}:${start.line} ${code(before)} → ${code(oneLine(first + replacement + last))}`;
        }),
    )
    .join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function code(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``;
}

const report = Report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
// A later run may name them in another order.
const files = Object.fromEntries(Object.entries(report.files).sort(([a], [b]) => (a < b ? -1 : 1)));
const rows = Object.entries(files).map(([name, { mutants }]) => rowOf(name, mutants));
const all: Row = {
  name: 'all',
  killed: rows.reduce((sum, { killed }) => sum + killed, 0),
  timedOut: rows.reduce((sum, { timedOut }) => sum + timedOut, 0),
  survived: rows.reduce((sum, { survived }) => sum + survived, 0),
};
const document = readFileSync(DOCUMENT, 'utf8');
const [before, rest] = document.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) {
  throw new Error(`${DOCUMENT}: expected the lines "${BEGIN}" and "${END}", in this order. Put them back.`);
}
const written = [
  `\`npm run mutate\`, ${new Date().toISOString().slice(0, 10)}:`,
  tableOf([...rows, all]),
  'The mutants that survived:',
  survivorsOf(files),
];
writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${written.join('\n\n')}\n\n${END}${after}`);

const tooFew = rows.filter((row) => scoreOf(row) < LEAST_SCORE);
if (tooFew.length > 0) {
  const names = tooFew.map((row) => `${row.name} ${scoreOf(row).toFixed(1)} %`).join(', ');
  throw new Error(`Expected at least ${LEAST_SCORE} % of a file's mutants to be killed, found ${names}.`);
}
