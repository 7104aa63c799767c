import { describe, expect, it } from 'vitest';
import { replayLog } from '../../../../infra/cli/replay/replay-log.ts';
import type { ReplayedProcess, ReplayResult } from '../../../../infra/cli/replay/result.ts';
import { LOADERS, startScene } from '../../../functions/scene.ts';
import { WEB_1, WEB_2, WORKER_1 } from '../../../lib/heroku/lines.ts';
import {
  asFrame,
  asLines,
  asMessage,
  byTime,
  config,
  grow,
  inChunks,
  sampleLine,
  stateLine,
  timeAt,
} from './logs.ts';

const MINUTE = 60;
const HOUR = 3600;
const iso = (seconds: number) => timeAt(seconds).replace('123+00:00', 'Z');

async function replay(lines: readonly string[] | Buffer, fields: unknown = {}): Promise<ReplayResult> {
  const bytes = Buffer.isBuffer(lines) ? lines : asLines(lines);
  const { replays } = await replayLog(inChunks(bytes), { configs: [config(fields)] });
  const [only] = replays;
  if (only === undefined) throw new Error('Expected one replay');
  return only.result;
}

function find({ processes }: ReplayResult, name = 'web.1'): ReplayedProcess {
  const found = processes.find(({ process }) => process === name);
  if (found === undefined) throw new Error(`Expected ${name} among ${JSON.stringify(processes)}`);
  return found;
}

/** From 300 MB by 2 MB a minute, so that it is over 500 MB after 100 minutes. */
const leak = (age: number) => 300 + (2 * age) / MINUTE + 0.1;
const leaking = grow({ from: 0, to: 4 * HOUR, size: leak });

describe('a replay', () => {
  it('restarts a dyno at the first scan after it went over, and holds nothing of it after that', async () => {
    const result = await replay(leaking);
    const process = find(result);
    expect(process).toMatchObject({
      dynos: 1,
      samples: 720,
      quota: 512,
      threshold: 500,
      spared: [{ reason: 'not-current' }],
    });
    expect(process.restarts).toEqual([
      {
        ...{ at: iso(101 * MINUTE), dyno: WEB_1, threshold: 500, reason: 'memory', measure: 'memory_total' },
        // The newest of the samples that had come by then.
        ...{ size: 501.43, aliveSeconds: null, moreIfAlike: null },
        recordedSecondsAfter: 4 * HOUR - 20 + 3 - 101 * MINUTE,
      },
    ]);
    expect(result).toMatchObject({ restarts: 1, moreIfAlike: 0, problems: [], late: 0, unwatched: {} });
    const undone = leaking.length - (101 * MINUTE) / 20;
    expect(process.undone).toBe(undone);
    expect(process.overQuotaUndone).toBe(process.overQuota);
    expect(process.overQuota).toBeGreaterThan(100);
    expect(process.peak).toBeCloseTo(leak(4 * HOUR - 20), 1);
  });

  it('says how many more there would have been, had each new dyno grown like the one it shows from its start', async () => {
    const before = grow({ from: 0, to: 10 * MINUTE, size: () => 100, dyno: WEB_2 });
    const after = grow({ from: 10 * MINUTE, to: 10 * MINUTE + 10 * HOUR, size: leak });
    const { restarts } = find(await replay([...before, ...after]));
    // Alive from its first sample, restarted 100 minutes later, and then eight hours and a half are recorded.
    expect(restarts).toMatchObject([
      { at: iso(111 * MINUTE), aliveSeconds: 101 * MINUTE - 3, moreIfAlike: 4 },
    ]);
  });

  it('counts a restart in the window as what it is, and watches the next dyno', async () => {
    const [first, second] = [WEB_1, WEB_2].map((dyno, index) =>
      grow({
        dyno,
        from: index * 20 * MINUTE,
        to: (index + 1) * 20 * MINUTE,
        size: (age) => (age < 300 ? 200 : 600),
      }),
    );
    const result = await replay([...(first ?? []), ...(second ?? [])]);
    const { restarts, spared } = find(result);
    expect(restarts.map(({ at }) => at)).toEqual([iso(6 * MINUTE), iso(36 * MINUTE)]);
    const reasons = Object.fromEntries(spared.map(({ reason, times }) => [reason, times]));
    expect(reasons).toMatchObject({ 'within-window': 10 });
    expect(spared.find(({ reason }) => reason === 'within-window')).toMatchObject({
      ...{ firstAt: iso(26 * MINUTE), lastAt: iso(35 * MINUTE), largest: 600 },
      message: 'web.1 was restarted 1740 s ago, and restartWindow is 1800 s.',
    });
  });

  it('takes the old dyno of a preboot overlap for what it is', async () => {
    const old = grow({ dyno: WEB_1, from: 0, to: 13 * MINUTE, size: () => 300 });
    const over = grow({ dyno: WEB_1, from: 13 * MINUTE, to: 16 * MINUTE, size: () => 600 });
    const young = grow({ dyno: WEB_2, from: 13 * MINUTE, to: 60 * MINUTE, size: () => 200 });
    const { restarts, spared } = find(await replay([...old, ...over, ...young].sort(byTime)));
    expect(restarts).toEqual([]);
    expect(spared).toMatchObject([{ reason: 'not-current' }]);
  });

  it('knows by the changes of state what is young, or not up', async () => {
    const big = (from: number, to: number, dyno = WEB_2) => grow({ dyno, from, to, size: () => 600 });
    const small = grow({ from: 0, to: 10 * MINUTE, size: () => 200 });
    const starting = [
      ...small,
      stateLine(10 * MINUTE + 1, 'up', 'starting'),
      ...big(10 * MINUTE + 10, 14 * MINUTE),
      stateLine(14 * MINUTE, 'starting', 'up'),
      ...big(14 * MINUTE, 20 * MINUTE),
    ];
    const { restarts, spared } = find(await replay(starting));
    expect(spared).toMatchObject([
      { reason: 'not-up', times: 4 },
      { reason: 'not-current', times: 1 },
    ]);
    expect(restarts).toMatchObject([{ at: iso(15 * MINUTE) }]);

    const young = [...small, ...big(10 * MINUTE + 10, 20 * MINUTE)];
    const next = find(await replay(young));
    expect(next.spared.map(({ reason, times }) => [reason, times])).toEqual([
      ['too-young', 3],
      ['not-current', 1],
    ]);
    expect(next.restarts).toMatchObject([{ at: iso(14 * MINUTE), aliveSeconds: 4 * MINUTE - 13 }]);
  });

  it('no longer lists a dyno that went down, and does not take its last words for another', async () => {
    const lines = [
      ...grow({ from: 0, to: 10 * MINUTE, size: () => 200 }),
      ...grow({ from: 0, to: 20 * MINUTE, size: () => 200, name: 'web.2', dyno: WEB_2 }),
      stateLine(10 * MINUTE + 1, 'up', 'down'),
      ...grow({ from: 10 * MINUTE, to: 11 * MINUTE, size: () => 600 }),
    ].sort(byTime);
    const { restarts, spared } = find(await replay(lines));
    expect(restarts).toEqual([]);
    expect(spared).toMatchObject([{ reason: 'not-current' }]);
  });

  it('restarts one at a time, as many as may be down', async () => {
    const fleet = Array.from({ length: 4 }, (_, index) =>
      grow({
        ...{ from: 0, to: 30 * MINUTE, size: () => 600, name: `web.${index + 1}` },
        dyno: WEB_1.replace(/.$/, String(index)),
      }),
    ).flat();
    const at = async (restartsAtOnce: unknown) =>
      (await replay(fleet.toSorted(byTime), { restartsAtOnce })).processes.map(
        ({ restarts }) => restarts[0]?.at,
      );
    expect((await at('10%')).toSorted()).toEqual([1, 2, 3, 4].map((minute) => iso(minute * MINUTE)));
    expect((await at(2)).toSorted()).toEqual([1, 1, 2, 2].map((minute) => iso(minute * MINUTE)));
  });

  it('goes by rules of each type, asks the config as if it were in force, and says what it does not watch', async () => {
    const lines = [
      ...grow({ from: 0, to: HOUR, size: () => 450 }),
      ...grow({ from: 0, to: HOUR, size: () => 450, name: 'worker.1', dyno: WORKER_1 }),
      ...grow({ from: 0, to: HOUR, size: () => 450, name: 'clock.1', dyno: WEB_2 }),
    ].sort(byTime);
    const result = await replay(lines, {
      ...{ dryRun: true, paused: true },
      dynos: { web: { restartThreshold: 400 }, worker: { sustainedSamples: 7, restartThreshold: '80%' } },
    });
    expect(find(result).restarts).toMatchObject([{ at: iso(MINUTE), threshold: 400 }]);
    const worker = find(result, 'worker.1');
    expect(worker.restarts).toMatchObject([{ at: iso(3 * MINUTE), threshold: 409.6 }]);
    expect(worker.spared.find(({ reason }) => reason === 'not-sustained')).toMatchObject({ times: 2 });
    expect(result.unwatched).toEqual({ clock: 180 });
  });

  it('says what the config asks for and the log does not say', async () => {
    const result = await replay(leaking, { measure: 'memory_rss+memory_swap', swapThreshold: '10%' });
    expect(result.problems).toEqual([]);
    const bare = leaking.map((line) => line.replace(/ sample#memory_rss.*/, ''));
    const { problems } = await replay(bare, { measure: 'memory_rss', restartThreshold: '90%' });
    expect(problems).toEqual([
      'web.1: its samples do not say its memory_rss, its samples do not say its quota, which restartThreshold "90%" is a share of: give MB',
    ]);
  });

  it('lets nothing happen in a gap of the log, and counts nothing twice or too late', async () => {
    const early = grow({ from: 0, to: 10 * MINUTE, size: () => 200 });
    const late = grow({ from: 5 * HOUR, to: 6 * HOUR, size: () => 200 });
    const again = await replay([...early, ...late, ...early]);
    expect(find(again)).toMatchObject({ samples: early.length + late.length, dynos: 1 });
    expect(again.late).toBe(early.length);
    const twice = await replay(early.flatMap((line) => [line, line]));
    expect(find(twice).samples).toBe(early.length);
  });

  it('comes to the same whichever form the log was saved in', async () => {
    const lines = [...leaking, stateLine(4 * HOUR, 'up', 'starting')];
    const expected = await replay(lines);
    expect(await replay(asLines(lines.map(asMessage)))).toEqual(expected);
    expect(await replay(Buffer.from(lines.map(asFrame).join('')))).toEqual(expected);
  });

  it('of nothing has no process', async () => {
    expect(await replay([])).toMatchObject({ processes: [], restarts: 0 });
    expect(await replay([`${timeAt(0)} app[web.1]: ${sampleLine({ seconds: 0, size: 900 })}`])).toMatchObject(
      {
        processes: [],
      },
    );
  });
});

describe.each(LOADERS)('what the function does, from %s', (_, load) => {
  it('is what a replay of the log that it read comes to: the same restarts at the same times, the same spared', async () => {
    const scene = await startScene(load);
    const app = scene.heroku.addApp('shop', { bootSeconds: 20 });
    const lines: string[] = [];
    const stop = app.buffer.follow((line) => lines.push(String(line.text())));
    app.scale('web', 4, (index) => ({ baseMb: 250, jitterMb: 8, leakMbPerMinute: 4 + 6 * index }));
    app.scale('worker', 2, (index) => ({ baseMb: 380, jitterMb: 30, leakMbPerMinute: index }));
    const fields = {
      restartWindow: 600,
      dynos: { web: { minUptime: 240 }, worker: { restartThreshold: 400, sustainedSamples: 3 } },
    };
    scene.world.configure('shop', fields);
    const records = await scene.scanMinutes(50);
    stop();
    records.push(await scene.scan());
    await scene.world.close();
    const pick = ({ process, at, size, threshold }: Record<string, unknown>) =>
      `${process} ${String(at).slice(0, 16)} ${size} ${threshold}`;
    const restarts = records.flatMap((record) => record.of('DynoRestart')).map(pick);
    expect(restarts.length).toBeGreaterThan(8);

    const result = await replay(lines, fields);
    const replayed = result.processes.flatMap(({ process, restarts }) =>
      restarts.map(({ at, size, threshold }) => pick({ process, at, size, threshold })),
    );
    expect(replayed.toSorted()).toEqual(restarts.toSorted());
    const spared = new Map<unknown, number>();
    for (const { reason } of records.flatMap((record) => record.of('DynoSpared'))) {
      spared.set(reason, (spared.get(reason) ?? 0) + 1);
    }
    const sparedInReplay = new Map<unknown, number>();
    for (const { reason, times } of result.processes.flatMap((process) => process.spared)) {
      sparedInReplay.set(reason, (sparedInReplay.get(reason) ?? 0) + times);
    }
    expect(spared.size).toBeGreaterThan(2);
    expect(Object.fromEntries(sparedInReplay)).toEqual(Object.fromEntries(spared));
  });
});
