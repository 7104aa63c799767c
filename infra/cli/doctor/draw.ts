/** The checklist as a person reads it: a line to a check, and what to do about it below. */
import type { Drawing } from '../command-line.ts';
import type { Check } from './checks.ts';

export interface Section {
  readonly title: string;
  readonly checks: readonly Check[];
}

const MARKS = {
  ok: ['green', '✓'],
  note: ['yellow', '!'],
  problem: ['red', '✗'],
  'not-checked': ['dim', '·'],
} as const;

export function drawSections(sections: readonly Section[], { paint }: Drawing): string {
  const width = Math.max(...sections.flatMap(({ checks }) => checks.map(({ check }) => check.length)));
  const drawCheck = ({ check, state, found, remedy }: Check) => {
    const [colour, mark] = MARKS[state];
    const said = state === 'not-checked' ? paint('dim', `not checked: ${found}`) : found;
    const indent = ' '.repeat(width + 4);
    return [
      `${paint(colour, mark)} ${check.padEnd(width)}  ${said}`,
      ...remedy.map((line) => `${indent}${paint('bold', line)}`),
    ].join('\n');
  };
  const drawn = sections.map(({ title, checks }) =>
    [paint('bold', title), ...checks.map(drawCheck)].join('\n'),
  );
  return [...drawn, drawTotal(sections, paint)].join('\n\n');
}

export function countProblems(sections: readonly Section[]): number {
  return sections.flatMap(({ checks }) => checks).filter(({ state }) => state === 'problem').length;
}

function drawTotal(sections: readonly Section[], paint: Drawing['paint']): string {
  const problems = countProblems(sections);
  if (problems === 0) return paint('green', 'No problem was found.');
  const unchecked = sections
    .flatMap(({ checks }) => checks)
    .filter(({ state }) => state === 'not-checked').length;
  const rest =
    unchecked === 0 ? '' : `, and ${unchecked} ${unchecked === 1 ? 'check' : 'checks'} left out for them`;
  return paint('red', `${problems} ${problems === 1 ? 'problem' : 'problems'} found${rest}.`);
}
