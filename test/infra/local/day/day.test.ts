/**
 * Two hours of five apps, under each policy: the short one of `npm run simulate`. The targets are asserted on what
 * the ledger saw, and so is that there was something to see.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Days, targetsOf } from '../../../../infra/local/day/comparison.ts';
import { liveDay } from '../../../../infra/local/day/day.ts';
import { reportOf } from '../../../../infra/local/day/day-report.ts';
import { summaryOf } from '../../../../infra/local/day/summary.ts';
import { renderPage } from '../../../../infra/report/page.ts';

const SHORT = { seed: 1, hours: 2, apps: 5 };

let days: Days;

beforeAll(async () => {
  days = {
    nobody: await liveDay({ policy: 'nobody', ...SHORT }),
    gem: await liveDay({ policy: 'gem', ...SHORT }),
    whacamole: await liveDay({ policy: 'whacamole', ...SHORT }),
  };
}, 180_000);

describe('a short day', () => {
  it('has something to look after, and a schedule that is not to be relied on', () => {
    expect(days.nobody.figures.minutesAboveQuota).toBeGreaterThan(200);
    expect(days.whacamole.figures.restarts).toBeGreaterThan(10);
    const { delivered = 0, duplicates, late, overlapping, coldStarts } = days.whacamole.invocations ?? {};
    expect(delivered).toBeGreaterThan(110);
    expect(duplicates).toBeGreaterThan(3);
    expect(late).toBeGreaterThan(1);
    expect(overlapping).toBeGreaterThan(3);
    expect(coldStarts).toBeGreaterThan(1);
  });

  it('reaches every target', () => {
    expect(targetsOf(days).filter(({ reached }) => !reached)).toEqual([]);
  });

  it('is troubled by nothing that the function has to say', () => {
    expect(days.whacamole.invocations?.troubles).toEqual([]);
  });

  it('is the same fleet in all three', () => {
    const processes = (name: keyof Days) =>
      days[name].processes.map(({ app, process }) => `${app} ${process}`);
    expect(processes('gem')).toEqual(processes('nobody'));
    expect(processes('whacamole')).toEqual(processes('nobody'));
  });

  it('can be told in a terminal and on a page', async () => {
    const text = summaryOf(days, (_, piece) => piece);
    expect(text).toContain('PASS  no restart of the wrong dyno: 0');
    const page = await renderPage(reportOf(days, SHORT.seed));
    expect(page).toContain('Every target is reached.');
    expect(page).toContain('restarted by Whacamole</b> above its threshold');
  });
});

it('is the same twice over, to the restart, however the machine is busy', async () => {
  const once = await liveDay({ policy: 'whacamole', seed: 7, hours: 1, apps: 1 });
  const again = await liveDay({ policy: 'whacamole', seed: 7, hours: 1, apps: 1 });
  expect(once.restarts.length).toBeGreaterThan(0);
  expect(again.restarts).toEqual(once.restarts);
  expect(again.figures).toEqual(once.figures);
  expect(again.processes).toEqual(once.processes);
}, 120_000);
