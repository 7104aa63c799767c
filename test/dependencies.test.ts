/** That CONTRIBUTING.md has a reason for each dependency, and package.json one version of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

const Versions = z.record(z.string(), z.string());
const { dependencies, devDependencies } = z
  .object({ dependencies: Versions, devDependencies: Versions })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** Of each table under the heading, its rows: the packages of the first cell, and the second cell. */
function tables(): { packages: string[]; reason: string }[][] {
  const [, section = ''] = readFileSync('CONTRIBUTING.md', 'utf8').split('\n## Dependencies\n');
  return (section.split('\n## ')[0] ?? '').split(/\n(?!\|)/).flatMap((block) => {
    const [, , ...rows] = block.match(/^\|.*$/gm) ?? [];
    if (rows.length === 0) return [];
    return [
      rows.map((row) => {
        const [, names = '', reason = ''] = row.split('|');
        return { packages: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name), reason };
      }),
    ];
  });
}

describe('the tables of the dependencies', () => {
  it.each([
    ['deployed', 0, dependencies],
    ['not deployed', 1, devDependencies],
  ])('name all that are %s, each once and with a reason', (_name, place, expected) => {
    const rows = tables()[place] ?? [];
    expect(rows.flatMap(({ packages }) => packages).toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(rows.filter(({ reason }) => reason.trim() === '')).toEqual([]);
  });
});

it('each dependency is pinned to one version', () => {
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
