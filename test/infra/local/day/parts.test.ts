/** The smaller parts of the day, each by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../../functions/scan.ts';
import { drawDeliveries } from '../../../../infra/local/day/deliveries.ts';
import { FLEET } from '../../../../infra/local/day/fleet-plan.ts';
import { slot } from '../../../../infra/local/day/growth.ts';
import { loadAt, loadHours } from '../../../../infra/local/day/load.ts';
import { SlowNetwork } from '../../../../infra/local/day/network.ts';
import { Sandboxes } from '../../../../infra/local/day/sandboxes.ts';
import { simulateCommand } from '../../../../infra/local/day/simulate-options.ts';
import { Random } from '../../../../infra/local/heroku/random.ts';
import type { RequestRecord } from '../../../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../../../infra/local/virtual-clock.ts';
import { parseAppConfig } from '../../../../lib/config/app-config.ts';

const START = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the load', () => {
  it('adds up to a day of average load in each day', () => {
    expect(loadHours(START, START + 24 * HOUR)).toBeCloseTo(24);
  });

  it('is what its sum grows by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 48 * 60 }), (minute) => {
        const time = START + minute * MINUTE;
        const grown = loadHours(START, time + MINUTE) - loadHours(START, time - MINUTE);
        expect(grown / (2 / 60)).toBeCloseTo(loadAt(time), 3);
      }),
    );
  });
});

describe('a slot', () => {
  const group = { type: 'web', size: 'standard-2X', count: 1, restMb: 400, leakMbPerHour: [50, 50] } as const;

  it('begins anew with each dyno, from what it rests at, and is not over when the day begins', () => {
    for (let seed = 0; seed < 50; seed++) {
      const clock = new VirtualClock({ start: START - 10 * MINUTE });
      const next = slot(group, new Random(seed), { clock, dayStartsAt: START, dayEndsAt: START + 24 * HOUR });
      const first = next().memory ?? (() => Number.NaN);
      expect(first(600)).toBeLessThan(1000);
      clock.advance(2 * HOUR);
      const second = next().memory ?? (() => Number.NaN);
      expect(second(3600)).toBeGreaterThan(second(1200));
      expect(second(600)).toBeGreaterThan(380);
      expect(second(600)).toBeLessThan(430);
    }
  });

  it('fills memory with page cache, and never above the quota', () => {
    const clock = new VirtualClock({ start: START });
    const time = { clock, dayStartsAt: START, dayEndsAt: START + 24 * HOUR };
    const { memory = () => Number.NaN } = slot({ ...group, cacheMb: 900 }, new Random(1), time)();
    expect(memory(3600)).toBe(1009);
  });
});

describe('the deliveries', () => {
  const deliveries = drawDeliveries(1, START, START + 24 * HOUR);

  it('come in order, one for nearly each minute, and some twice or late', () => {
    const times = deliveries.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    const kinds = Map.groupBy(deliveries, ({ kind }) => kind);
    expect(kinds.get('on time')?.length).toBeGreaterThan(1300);
    expect(kinds.get('duplicate')?.length).toBeGreaterThan(40);
    expect(kinds.get('late')?.length).toBeGreaterThan(30);
    for (const { at } of kinds.get('late') ?? []) expect(at).toBeGreaterThan(START + MINUTE);
  });

  it('are the same for the same seed', () => {
    expect(drawDeliveries(1, START, START + 24 * HOUR)).toEqual(deliveries);
    expect(drawDeliveries(2, START, START + 24 * HOUR)).not.toEqual(deliveries);
  });
});

it('a network lets one after the other arrive, by the time they take and not by their order', async () => {
  const clock = new VirtualClock({ start: START });
  const network = new SlowNetwork(clock, new Random(1));
  const arrived: string[] = [];
  const request = (kind: RequestRecord['kind'], app: string): RequestRecord => ({
    ...{ at: START, method: 'GET', path: '/', kind, app, body: '' },
    ...{ account: undefined, withoutToken: true, status: undefined },
  });
  const travellers = ['one', 'two', 'three'].map((app) =>
    network.travel(request('dynos', app)).then(() => arrived.push(app)),
  );
  expect(network.travelling).toBe(3);
  network.deliver();
  expect(network.travelling).toBe(3);
  while (network.nextAt !== undefined) {
    clock.advance(network.nextAt - clock.now());
    network.deliver();
  }
  await Promise.all(travellers);
  expect(arrived.toSorted()).toEqual(['one', 'three', 'two']);
  expect(clock.now() - START).toBeLessThanOrEqual(90);
});

it('a sandbox serves one invocation at a time, again while it lives, and a new one starts otherwise', async () => {
  const clock = new VirtualClock({ start: START });
  let made = 0;
  const none: Handler = () => new Promise(() => undefined);
  const sandboxes = new Sandboxes(clock, new Random(1), () => {
    made++;
    return none;
  });
  await sandboxes.use(async () => undefined);
  await sandboxes.use(async () => undefined);
  expect(made).toBe(1);
  await sandboxes.use(() => sandboxes.use(async () => undefined));
  expect(made).toBe(2);
  clock.advance(5 * HOUR);
  await sandboxes.use(async () => undefined);
  expect(sandboxes.coldStarts).toBe(3);
});

describe('the fleet', () => {
  it('has twelve apps of one to thirty dynos, each with a config that the function takes', () => {
    expect(FLEET).toHaveLength(12);
    for (const { name, config, groups, gem } of FLEET) {
      const types = groups.map(({ type }) => type);
      expect([...parseAppConfig(name, JSON.stringify(config)).rules.keys()]).toEqual(types);
      expect(types).toEqual(expect.arrayContaining([...gem.dynos]));
    }
    const counts = FLEET.flatMap(({ groups }) => groups.map(({ count }) => count));
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 30]);
  });
});

describe('npm run simulate', () => {
  const parsed = (...args: string[]) =>
    simulateCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parse(args, { from: 'user' })
      .opts();

  it('lives a whole day of the whole fleet where nothing is said', () => {
    expect(parsed()).toEqual({ seed: 1, hours: 24, apps: 12, json: false });
  });

  it('takes what is said', () => {
    const said = parsed('--seed', '7', '--hours', '3', '--apps', '4', '--json', '--html', 'day.html');
    expect(said).toEqual({ seed: 7, hours: 3, apps: 4, json: true, html: 'day.html' });
  });

  it.each([
    [['--hours', '0'], 'from 1 to 240'],
    [['--hours', 'two'], 'from 1 to 240'],
    [['--apps', '13'], 'from 1 to 12'],
    [['--seed', '-1'], 'from 0'],
    [['--minutes', '3'], "unknown option '--minutes'"],
    [['extra'], 'too many arguments'],
  ])('refuses %j, and says what it expected', (args, words) => {
    expect(() => parsed(...args)).toThrow(words);
  });
});
