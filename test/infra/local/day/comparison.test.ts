import { describe, expect, it } from 'vitest';
import { type Days, targetsOf } from '../../../../infra/local/day/comparison.ts';
import { reportOf } from '../../../../infra/local/day/day-report.ts';
import type { DayResult, Figures, PolicyName } from '../../../../infra/local/day/results.ts';

const FLAWLESS: Figures = {
  minutesAboveQuota: 10,
  dynoMinutes: 1000,
  restarts: 5,
  wrongRestarts: 0,
  doubleRestarts: 0,
  largestShareDown: undefined,
  aboveRestartsAtOnce: 0,
  oneOffsKilled: 0,
  kills: 0,
};

function day(policy: PolicyName, figures: Partial<Figures>, rejected = 0): DayResult {
  const counts = { delivered: 1, duplicates: 0, late: 0, overlapping: 0, coldStarts: 1, troubles: [] };
  return {
    ...{ policy, from: 0, to: 3_600_000, apps: [], aboveQuota: [], processes: [], restarts: [] },
    figures: { ...FLAWLESS, ...figures },
    invocations: policy === 'whacamole' ? { ...counts, rejected } : undefined,
  };
}

function days(figures: Partial<Figures>, rejected = 0): Days {
  return {
    whacamole: day('whacamole', figures, rejected),
    gem: day('gem', { minutesAboveQuota: 12, wrongRestarts: 3, doubleRestarts: 3, aboveRestartsAtOnce: 9 }),
    nobody: day('nobody', { minutesAboveQuota: 200 }),
  };
}

const missed = (some: Days) => targetsOf(some).filter(({ reached }) => !reached);

describe('the targets', () => {
  it('are all reached by a flawless day, whatever the other policies do', () => {
    expect(missed(days({}))).toEqual([]);
    expect(reportOf(days({}), 1).verdict).toMatchObject({ tone: 'good' });
  });

  it.each([
    ['a wrong restart', { wrongRestarts: 1 }, 0],
    ['a double one', { doubleRestarts: 1 }, 0],
    ['too many down', { aboveRestartsAtOnce: 1 }, 0],
    ['a one-off killed', { oneOffsKilled: 1 }, 0],
    ['an invocation that failed', {}, 1],
    ['more minutes above quota than under the gem', { minutesAboveQuota: 12.1 }, 0],
  ])('are missed by %s', (_, figures, rejected) => {
    expect(missed(days(figures, rejected))).toHaveLength(1);
    expect(reportOf(days(figures, rejected), 1).verdict).toMatchObject({ tone: 'bad' });
  });

  it('are missed by more than a tenth of the minutes above quota of doing nothing', () => {
    const { whacamole, gem } = days({ minutesAboveQuota: 11 });
    const some = { whacamole, gem, nobody: day('nobody', { minutesAboveQuota: 100 }) };
    expect(missed(some)).toMatchObject([{ found: '11 of 10' }]);
  });
});
