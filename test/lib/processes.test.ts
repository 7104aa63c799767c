import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareProcesses, typeOf } from '../../lib/processes.ts';

const anyType = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const anyNumber = fc.integer({ min: 1, max: 12_000 });

describe('processes', () => {
  it('are of the type that is before the dot', () => {
    expect(['web.1', 'clock-2.10', 'run.7166'].map(typeOf)).toEqual(['web', 'clock-2', 'run']);
  });

  it('are ordered by type, and then by number', () => {
    const anyProcess = fc.tuple(fc.oneof(fc.constantFrom('a', 'a-b', 'web', 'web-2'), anyType), anyNumber);
    fc.assert(
      fc.property(fc.array(anyProcess, { maxLength: 20 }), (processes) => {
        const byTypeAndNumber = [...processes].sort(
          ([type, number], [otherType, other]) =>
            Number(type > otherType) - Number(type < otherType) || number - other,
        );
        const names = processes.map(([type, number]) => `${type}.${number}`);
        expect(names.sort(compareProcesses)).toEqual(
          byTypeAndNumber.map(([type, number]) => `${type}.${number}`),
        );
      }),
    );
  });
});
