import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costsPage } from './costs.ts';
import { readMeasured } from './measured.ts';
import { readScalePage, scaleTables, withTables } from './scale-tables.ts';

it('the page on costs is what the prices and the measured figures come to', () => {
  expect(readFileSync('docs/costs.md', 'utf8')).toBe(costsPage(readMeasured()));
});

it('the tables of the page on scale are the measured figures', () => {
  const page = readScalePage();
  expect(withTables(page, scaleTables(readMeasured()))).toBe(page);
});
