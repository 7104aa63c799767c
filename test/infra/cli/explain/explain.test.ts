/** What the function itself says of a leaking app, told back: from Logs Insights, and from where it was saved. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { createHandler } from '../../../../functions/scan.ts';
import { Scene } from '../../../functions/scene.ts';
import { deploy } from '../deployed.ts';
import { openTerminal, type Typing } from '../typed.ts';

const document = z.object({
  processes: z.array(
    z.object({
      ...{ process: z.string(), threshold: z.nullable(z.number()), answer: z.string() },
      happenings: z.array(z.object({ what: z.string(), reason: z.nullable(z.string()), times: z.number() })),
    }),
  ),
  troubles: z.array(z.object({ what: z.string(), times: z.number() })),
  events: z.array(z.object({ event: z.string(), at: z.string() })),
});

/** An app whose one dyno is over its threshold after ten minutes, and whose other one never is. */
async function openLeaking() {
  const terminal = await openTerminal();
  const deployed = await deploy();
  const { clock, world } = terminal;
  // The SDK's clients read their endpoints from the process alone.
  Object.assign(process.env, world.environment);
  const scene = new Scene(clock, world, createHandler);
  world.configure('shop');
  const shop = world.heroku.addApp('shop');
  shop.scale('web', 2, (index) => (index === 1 ? { baseMb: 310, leakMbPerMinute: 20 } : { baseMb: 200 }));
  const scanMinutes = async (minutes: number) => {
    for (const { output } of await scene.scanMinutes(minutes)) deployed.lines += output;
  };
  const type = (args: readonly string[], typing: Typing = {}) =>
    terminal.type(['explain', ...args], { environment: { AWS_ENDPOINT_URL: deployed.url }, ...typing });
  const told = async (...args: string[]) => document.parse((await type([...args, '--json'])).json());
  return { ...terminal, deployed, shop, scanMinutes, type, told };
}

it('tells the story of a dyno: its sizes, its restart, and why there was no second one', async () => {
  const { scanMinutes, type } = await openLeaking();
  await scanMinutes(30);
  const typed = await type(['shop', 'web.1']);
  expect(typed).toMatchObject({ code: 0, stderr: '' });
  expect(typed.stdout).toBe(
    `shop, 2026-01-05 12:01 UTC to 2026-01-05 12:29 UTC

web.1: 324.39 to 683.23 MB, threshold 500 (╌), quota 512, restarts ●
      ▲
      │
683 MB┤                                                                ┏━━━
      │                                                        ┏━━━━━━━┛
      │                                                    ┏━━━┛
      │                                            ┏━━━━━━━┛
500 MB┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      │           ┏━━━━┛                  ┏━━━━┛
      │    ┏━━━━━━┛                ┏━━━━━━┛
324 MB┤━━━━┛                   ━━━━┛
      │
      └┬─────────────────────────────────┬────────────────────────────────┬▶
   12:01                             12:15                            12:29
  2026-01-05 UTC
  12:10        restarted at 502.99 MB, over 500 MB of memory_total
  12:11        spared not-current, at 502.99 MB, over 500 MB of memory_total: The dyno that was measured is not the one listed: Heroku lists 3cae3430-b371-4dc5-a5b8-e0e819bb3d15 (web) as web.1. It was restarted 60 s ago.
  12:20–12:29  spared within-window ×10, at 505.6 to 683.23 MB, over 500 MB of memory_total: web.1 was restarted 1140 s ago, and restartWindow is 1800 s.

web.1 is over its threshold of 500 MB and was not restarted, for it was spared: within-window. web.1 was restarted 1140 s ago, and restartWindow is 1800 s.
`,
  );
});

it('tells of all dynos of an app, and of those that were never over what the config says', async () => {
  const { world, deployed, scanMinutes, type, told } = await openLeaking();
  await scanMinutes(12);
  const { processes, troubles, events } = await told('shop');
  expect(processes.map(({ process, threshold }) => ({ process, threshold }))).toEqual([
    { process: 'web.1', threshold: 500 },
    { process: 'web.2', threshold: 500 },
  ]);
  expect(processes[0]?.answer).toBe(
    'web.1 was last restarted at 2026-01-05 12:10 UTC: its memory_total of 502.99 MB was over 500 MB.',
  );
  expect(processes[1]?.answer).toBe(
    'web.2 was not restarted, for it was never over its threshold: it was at 200 MB at most, and its threshold is 500 MB.',
  );
  expect(troubles).toEqual([]);
  expect(events.filter(({ event }) => event === 'DynoRestart')).toHaveLength(1);
  expect(deployed.queries[0]).toContain('filter app = "shop"');
  world.parameters.delete('/whacamole/apps/shop');
  const unconfigured = await type(['shop', 'web.2']);
  expect(unconfigured.stderr).toContain(
    'The thresholds are not known: There is no parameter /whacamole/apps/shop',
  );
  expect(unconfigured.stdout).toContain('it was at 200 MB at most.\n');
});

it('looks back as far as it is told', async () => {
  const { scanMinutes, told } = await openLeaking();
  await scanMinutes(20);
  const since = async (...args: string[]) => (await told('shop', 'web.2', ...args)).events.length;
  expect(await since('--since', '5m')).toBe(5);
  expect(await since()).toBe(19);
});

it('tells what befell the whole app, and that nothing is known since', async () => {
  const { world, scanMinutes, told, type } = await openLeaking();
  await scanMinutes(4);
  world.heroku.revokeToken(world.token);
  await scanMinutes(3);
  const { processes, troubles } = await told('shop', 'web.1');
  // For a scan or two the log session that was opened before goes on to be read.
  expect(troubles).toEqual([{ what: 'app-failed', times: 2 }]);
  expect(processes[0]?.happenings).toEqual([{ what: 'app-failed', reason: 'unauthorized', times: 2 }]);
  expect(processes[0]?.answer).toMatch(
    /^Since 2026-01-05 12:04 UTC nothing is known of it: the app could not be scanned \(unauthorized\)\. .* web\.1 was not restarted, /,
  );
  const all = await type(['shop']);
  expect(all.stdout).toContain(
    'The app as a whole\n  2026-01-05 UTC\n  12:05–12:06  the app could not be scanned',
  );
});

it('tells where a dyno was replaced by somebody else, and where samples are missing', async () => {
  const { shop, scanMinutes, told } = await openLeaking();
  await scanMinutes(4);
  shop.restart('web.2');
  await scanMinutes(4);
  expect((await told('shop', 'web.2')).processes[0]?.happenings.map(({ what }) => what)).toEqual([
    'replaced',
  ]);
  shop.features['log-runtime-metrics'] = false;
  shop.deploy();
  await scanMinutes(4);
  const { processes } = await told('shop', 'web.2');
  expect(processes[0]?.happenings.map(({ what }) => what)).toEqual(['replaced', 'no-samples']);
  expect(processes[0]?.answer).toContain(
    'nothing is known of it: no samples have come. No memory samples of dynos',
  );
});

describe('what was saved', () => {
  const at = (minute: number) => `2026-01-05T12:${String(minute).padStart(2, '0')}:00.000Z`;
  const dyno = '7f9b14bc-1d3b-47f4-91c1-704964b8793f';
  const lines = [
    { event: 'DynoSize', at: at(1), app: 'shop', process: 'web.1', dyno, size: 510, units: 'MB', quota: 512 },
    {
      ...{ event: 'DynoSpared', at: at(1), app: 'shop', process: 'web.1', dyno, size: 510, units: 'MB' },
      ...{ threshold: 500, reason: 'dry-run', measure: 'memory_total', message: 'It would be {restarted}.' },
    },
    { event: 'DynoSize', at: at(1), app: 'blog', process: 'web.1', dyno, size: 100, units: 'MB' },
    { event: 'ScanDone', at: at(1), apps: 2, dynos: 2, restarts: 0, spared: 1, failures: 0, durationMs: 9 },
    { event: 'NoSamples', at: at(2), app: 'shop', processes: ['web.1'], message: 'Check that' },
  ].map((event) => JSON.stringify(event));
  const json = (value: unknown) => JSON.stringify(value, undefined, 4);
  const stream = '2026/01/05/[$LATEST]1f';

  it.each<[string, string | Buffer]>([
    ['plain', lines.join('\n')],
    ['plain, and packed', gzipSync(`${lines.join('\n')}\n`)],
    ['aws logs tail', lines.map((line) => `2026-01-05T12:01:00+00:00 ${stream} ${line}\n`).join('')],
    ['aws logs tail --format short', lines.map((line) => `2026-01-05T12:01:00 ${line}\n`).join('')],
    [
      'aws logs tail --format json',
      lines.map((line) => `2026-01-05T12:01:00+00:00 ${stream} \n${json(JSON.parse(line))}\n`).join(''),
    ],
    [
      'aws logs filter-log-events',
      `${json({ events: lines.map((line) => ({ message: `${line}\n`, eventId: '1' })) })}\n`,
    ],
    [
      'aws logs filter-log-events --output text',
      lines.map((line) => `EVENTS\t3710\t1767614460000\t${stream}\t${line}\t1767614460000\n`).join(''),
    ],
    [
      'a mixture of lines that are none',
      `START\n{\n  "type": "platform.start"\n}\n{}\n${lines.join('\n')}\n{`,
    ],
  ])('as %s', async (_form, saved) => {
    const folder = await mkdtemp(join(tmpdir(), 'explain-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'events');
    await writeFile(file, saved);
    const { type } = await openTerminal();
    const told = document.parse((await type(['explain', 'shop', 'web.1', '--from', file, '--json'])).json());
    expect(told.events).toHaveLength(3);
    expect(told.processes).toMatchObject([
      {
        threshold: 500,
        happenings: [
          { what: 'spared', reason: 'dry-run', times: 1 },
          { what: 'no-samples', reason: null, times: 1 },
        ],
      },
    ]);
  });

  it('on standard input', async () => {
    const { type } = await openTerminal();
    const input = `${lines.join('\n')}\n`;
    const typed = await type(['explain', 'shop', '--from', '-'], { input });
    expect(typed).toMatchObject({ code: 0, stderr: '' });
    expect(typed.stdout).toContain(
      'spared dry-run, at 510 MB, over 500 MB of memory_total: It would be {restarted}.',
    );
    expect(await type(['explain', 'wiki', '--from', '-'], { input })).toMatchObject({
      ...{ code: 1, stdout: '', stderr: 'error: - holds no event of wiki, but of shop, blog.\n' },
    });
    expect(await type(['explain', 'shop', 'web.2', '--from', '-'], { input })).toMatchObject({ code: 1 });
    expect(await type(['explain', 'shop', '--from', '-', '--since', '1h'], { input })).toMatchObject({
      code: 2,
    });
    expect(await type(['explain', 'shop', '--from', '/nowhere'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('Logs Insights', () => {
  it('is asked for each half of the time where more came than a query gives', async () => {
    const { clock, deployed, told } = await openLeaking();
    const start = clock.now() - 3600_000;
    const dyno = '7f9b14bc-1d3b-47f4-91c1-704964b8793f';
    deployed.lines = Array.from({ length: 12_000 }, (_, index) => {
      const at = new Date(start + index * 290).toISOString();
      return `${JSON.stringify({ event: 'DynoSize', at, app: 'shop', process: 'web.1', dyno, size: 1 })}\n`;
    }).join('');
    const { events } = await told('shop', 'web.1');
    expect(events).toHaveLength(12_000);
    expect(new Set(events.map(({ at }) => at)).size).toBe(12_000);
    expect(deployed.queries).toHaveLength(3);
  });

  it('may have nothing to tell, or not answer', async () => {
    const { deployed, type } = await openLeaking();
    const nothing = await type(['shop', 'web.1', '--since', '30m']);
    expect(nothing).toMatchObject({ code: 1, stdout: '' });
    expect(nothing.stderr).toBe(
      'error: Nothing was said of web.1 of shop in the last 30 min. Is the name right (npx whacamole apps list)? Was it ' +
        'longer ago (--since)? Does the function run (npx whacamole doctor shop)?\n',
    );
    deployed.queryStatus = 'Failed';
    const failed = await type(['shop']);
    expect(failed.stderr).toContain('the query over /aws/whacamole ended as "Failed"');
    expect(await type(['shop', 'web'])).toMatchObject({ code: 2, stdout: '' });
  });
});
