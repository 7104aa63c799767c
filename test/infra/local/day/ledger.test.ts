import { describe, expect, it } from 'vitest';
import { MINUTE, openBooks, setSize, startSmallFleet } from './small-fleet.ts';

const SECOND = 1000;

describe('minutes above quota', () => {
  it('are those of every dyno that is above it, and of no other', () => {
    const fleet = startSmallFleet(3);
    const { ledger } = openBooks(fleet);
    setSize(fleet.app, 'web.1', 1030);
    setSize(fleet.app, 'web.2', 1020);
    fleet.clock.advance(5 * MINUTE);
    const minutes = ledger.books.map(({ facts, minutesAboveQuota }) => [facts.process, minutesAboveQuota]);
    expect(minutes).toEqual([
      ['web.1', expect.closeTo(5)],
      ['web.2', 0],
      ['web.3', 0],
    ]);
    expect(ledger.dynoMinutes).toBeCloseTo(15);
    expect(ledger.aboveQuota.every(({ value }) => value === 1)).toBe(true);
  });

  it('go on for an old dyno that preboot keeps alive', () => {
    const fleet = startSmallFleet(1, { preboot: true });
    const { ledger, restart } = openBooks(fleet);
    setSize(fleet.app, 'web.1', 1030);
    restart('web.1');
    fleet.clock.advance(10 * MINUTE);
    expect(ledger.books[0]?.minutesAboveQuota).toBeCloseTo(3, 0);
    expect(ledger.books[0]?.oldPoints.length).toBeGreaterThan(10);
  });
});

describe('a restart is wrong', () => {
  it('where the dyno that went down is not the one that was measured', () => {
    const fleet = startSmallFleet(2);
    const { ledger, restart } = openBooks(fleet);
    setSize(fleet.app, 'web.1', 1010);
    fleet.clock.advance(MINUTE);
    restart('web.1', fleet.app.dyno('web.2').id);
    expect(ledger.restarts()).toMatchObject([{ process: 'web.1', wrong: true }]);
  });

  it('where that dyno had not been above the threshold, whatever the policy says of it', () => {
    const fleet = startSmallFleet(2);
    const { ledger, restart } = openBooks(fleet);
    fleet.clock.advance(MINUTE);
    restart('web.1');
    expect(ledger.restarts()).toMatchObject([{ wrong: true }]);
  });

  it('where it was above too long ago', () => {
    const fleet = startSmallFleet(2);
    const { ledger, restart } = openBooks(fleet);
    setSize(fleet.app, 'web.1', 1010);
    fleet.clock.advance(MINUTE);
    setSize(fleet.app, 'web.1', 400);
    fleet.clock.advance(3 * MINUTE);
    restart('web.1');
    expect(ledger.restarts()).toMatchObject([{ wrong: true }]);
  });

  it('and right where it is above, or was a minute ago', () => {
    const fleet = startSmallFleet(12);
    const { ledger, restart } = openBooks(fleet);
    setSize(fleet.app, 'web.1', 1010);
    setSize(fleet.app, 'web.2', 1010);
    fleet.clock.advance(MINUTE);
    restart('web.1');
    setSize(fleet.app, 'web.2', 400);
    fleet.clock.advance(MINUTE);
    restart('web.2');
    expect(ledger.restarts()).toMatchObject([{ wrong: false }, { wrong: false }]);
  });
});

describe('a restart is a double', () => {
  it.each([
    [29, true],
    [31, false],
  ])('where the process had one %i minutes before: %s', (minutes, double) => {
    const fleet = startSmallFleet(2);
    const { ledger, restart } = openBooks(fleet);
    restart('web.1');
    restart('web.2');
    fleet.clock.advance(minutes * MINUTE);
    restart('web.1');
    expect(ledger.restarts().map((restarted) => restarted.double)).toEqual([false, false, double]);
  });
});

describe('how many are down at once', () => {
  it('counts those that the policy has restarted and that are not up again', () => {
    const fleet = startSmallFleet(12);
    const { ledger, restart } = openBooks(fleet);
    restart('web.1');
    fleet.clock.advance(5 * SECOND);
    restart('web.2');
    expect(ledger.largestShareDown).toMatchObject({ app: 'shop', type: 'web', down: 2, of: 12 });
    expect(ledger.aboveRestartsAtOnce).toBe(0);
    restart('web.3');
    expect(ledger.largestShareDown).toMatchObject({ down: 3 });
    expect(ledger.aboveRestartsAtOnce).toBe(1);
    fleet.clock.advance(MINUTE);
    restart('web.4');
    expect(ledger.largestShareDown).toMatchObject({ down: 3 });
    expect(ledger.aboveRestartsAtOnce).toBe(1);
  });

  it('is too many where Heroku has taken down the others, though that is no share of the policy', () => {
    const fleet = startSmallFleet(3);
    const { ledger, restart } = openBooks(fleet);
    fleet.app.cycle('web.1');
    restart('web.2');
    expect(ledger.largestShareDown).toMatchObject({ down: 1, of: 3 });
    expect(ledger.aboveRestartsAtOnce).toBe(1);
  });

  it('is nobody’s fault where a type has a single dyno', () => {
    const fleet = startSmallFleet(1);
    const { ledger, restart } = openBooks(fleet);
    restart('web.1');
    expect(ledger.largestShareDown).toBeUndefined();
    expect(ledger.aboveRestartsAtOnce).toBe(0);
  });
});

it('tells a one-off that was killed from a dyno that was restarted, and Heroku’s own replacements from both', () => {
  const fleet = startSmallFleet(2);
  const { ledger, restart } = openBooks(fleet);
  const { name } = fleet.app.runOneOff({ number: 1234 });
  fleet.clock.advance(MINUTE);
  fleet.app.cycle('web.1');
  fleet.app.deploy();
  expect(ledger.restarts()).toEqual([]);
  restart(name);
  expect(ledger.restarts()).toMatchObject([{ process: 'run.1234', oneOff: true }]);
});

it('draws a gap wherever another dyno takes over', () => {
  const fleet = startSmallFleet(1);
  const { ledger } = openBooks(fleet);
  fleet.clock.advance(MINUTE);
  fleet.app.cycle('web.1');
  fleet.clock.advance(MINUTE);
  const [book] = ledger.books;
  expect(book?.points.filter(({ value }) => value === null)).toHaveLength(1);
  expect(book?.replacedAt).toEqual([fleet.app.dyno('web.1').createdAt]);
});
