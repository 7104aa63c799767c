/** Figures for people: medians, and ratios against something. */

export interface Row {
  readonly what: string;
  readonly value: string;
  /** Against what, the ratio, and what it is a ratio of. */
  readonly ratios: readonly (readonly [against: string, ratio: number, unit: string])[];
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function printTable(rows: readonly Row[]): void {
  const widest = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, value, ratios } of rows) {
    const [first, ...more] = ratios.map(
      ([against, ratio, unit]) => `${ratio.toFixed(2).padStart(7)} × ${unit.padEnd(13)} ${against}`,
    );
    console.log(`${what.padEnd(widest)}  ${value.padStart(12)}  ${first ?? ''}`);
    for (const line of more) console.log(`${' '.repeat(widest + 16)}${line}`);
  }
}
