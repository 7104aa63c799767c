/** The day for a terminal: the three policies side by side, the minutes of each app, and the targets. */
import { cut, type Paint, pad, padLeft } from '../show/paint.ts';
import { compare, type Days, POLICIES, POLICY_NAMES, targetsOf, tenths } from './comparison.ts';

const NAME_WIDTH = 38;
const CELL_WIDTH = 26;

export function summaryOf(days: Days, paint: Paint): string {
  const heading = (name: string) =>
    paint('bold', pad(name, NAME_WIDTH)) +
    POLICIES.map((policy) => paint('bold', padLeft(POLICY_NAMES[policy], CELL_WIDTH))).join('');
  const row = (name: string, cells: readonly (number | string | undefined)[]) =>
    pad(name, NAME_WIDTH) + cells.map((cell) => padLeft(cellText(cell), CELL_WIDTH)).join('');
  const comparison = compare(days).map(({ name, of }) =>
    row(
      name,
      POLICIES.map((policy) => of[policy]),
    ),
  );
  const apps = days.whacamole.apps.map(({ app }, place) =>
    row(
      app,
      POLICIES.map((policy) => tenths(days[policy].apps[place]?.minutesAboveQuota ?? 0)),
    ),
  );
  const targets = targetsOf(days).map(({ name, reached, found }) => {
    const word = reached ? paint('green', 'PASS') : paint(['bold', 'red'], 'FAIL');
    return `${word}  ${name}: ${found}`;
  });
  return [
    heading(''),
    ...comparison,
    '',
    heading('dyno-minutes above quota, by app'),
    ...apps,
    '',
    ...deliveries(days),
    '',
    ...targets,
  ].join('\n');
}

function deliveries({ whacamole }: Days): string[] {
  const { invocations } = whacamole;
  if (invocations === undefined) return [];
  const { delivered, duplicates, late, overlapping, coldStarts, rejected, troubles } = invocations;
  const told =
    `Whacamole was invoked ${delivered} times: ${duplicates} duplicates, ${late} a minute or more late, ` +
    `${overlapping} while another one ran, ${coldStarts} on a cold start; ${rejected} failed.`;
  return [told, ...troubles.map((trouble) => `  ${cut(trouble, 200)}`)];
}

function cellText(cell: number | string | undefined): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : (cell ?? '-');
}
