import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryLine, WEB_1, WEB_2, WORKER_1 } from '../../lib/heroku/lines.ts';
import { asFrame, asLines, asMessage, byTime, grow, sampleLine } from './replay/logs.ts';
import { openTerminal } from './typed.ts';

const HOUR = 3600;
const LEAKING = [
  ...grow({ from: 0, to: 3 * HOUR, size: (age) => 300 + (120 * age) / HOUR }),
  ...grow({ from: 0, to: HOUR, size: () => 300, name: 'web.2', dyno: WEB_2 }),
  ...grow({
    from: HOUR,
    to: 3 * HOUR,
    size: (age) => 300 + (400 * age) / HOUR,
    name: 'web.2',
    dyno: WEB_2.replace(/.$/, '3'),
  }),
  ...grow({ from: 0, to: 3 * HOUR, size: () => 400, name: 'worker.1', dyno: WORKER_1 }),
].sort(byTime);

async function openShell() {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole-replay-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const terminal = await openTerminal();
  const save = async (bytes: string | Uint8Array, name = 'shop.log') => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  return { ...terminal, folder, save };
}

describe('replay', () => {
  it('says which restarts there would have been, when and how high, and what that rests on', async () => {
    const { type, save } = await openShell();
    const { code, stdout, stderr } = await type(['replay', await save(asLines(LEAKING))]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.slice(0, stdout.indexOf('A scan is made'))).toBe(
      [
        'shop.log: what heroku logs prints, 2026-01-05 12:00 UTC to 2026-01-05 14:59 UTC (2 h 59 min), 1620 samples',
        '',
        '{}  2 restarts, and about 2 more if the new dynos grew alike',
        ' process  samples  peak MB  quota  threshold  restarts  samples over the quota',
        ' web.1        540    659.3    512        500         1  221, of which 221 would not have been',
        '    restarted 2026-01-05 13:41 UTC at 501.3 of 500 MB memory_total, its start is not in the log; the',
        '      log goes on with it for 1 h 18 min',
        ' web.2        540   1097.8    512        500         1  264, of which 264 would not have been',
        '    restarted 2026-01-05 13:31 UTC at 504.4 of 500 MB memory_total, 30 min 57 s after its start; the',
        '      log goes on with it for 1 h 28 min, time for about 2 more',
        '',
        'In the log, and not watched by the config: worker.',
        '',
      ].join('\n'),
    );
    expect(stdout).toContain('are the\nfewest there would have been');
  });

  it('compares two configs, and proposes a third', async () => {
    const { type, save } = await openShell();
    const config = await save('{"restartThreshold": 400}\n', 'config.json');
    const { code, stdout } = await type([
      ...['replay', await save(asLines(LEAKING)), '--config', config, '--suggest'],
      ...['--compare', '{"dynos": ["web", "worker"], "restartThreshold": "120%", "dryRun": true}'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^A {2}\{"restartThreshold":400\} {2}2 restarts/m);
    expect(stdout).toMatch(/^B {2}\{"dynos".* {2}2 restarts/m);
    expect(stdout).toMatch(
      /^ process {3}restarts A {2}B {2}samples over the quota left A {2}B\n web\.1 +1 {2}1 +0 {2}155\n web\.2 +1 {2}1 +0 {2}48\n worker\.1 +- {2}0 +- {2}0$/m,
    );
    expect(stdout).toContain('Proposed: {"dynos":{"web":{},"worker":{}}}');
  });

  it('prints one document for programs', async () => {
    const { type, save } = await openShell();
    const typed = await type(['replay', await save(asLines(LEAKING)), '--suggest', '--json']);
    expect(typed.json()).toMatchObject({
      log: {
        form: 'heroku',
        samples: 1620,
        from: '2026-01-05T12:00:03Z',
        to: '2026-01-05T14:59:43Z',
        apps: [],
      },
      replays: [
        {
          ...{ config: {}, restarts: 2, moreIfAlike: 2, unwatched: { worker: 540 } },
          processes: [
            {
              process: 'web.1',
              restarts: [{ at: '2026-01-05T13:41:00.000Z', dyno: WEB_1, aliveSeconds: null }],
            },
            { process: 'web.2', restarts: [{ at: '2026-01-05T13:31:00.000Z', moreIfAlike: 2 }] },
          ],
        },
      ],
      suggestion: { types: [{ type: 'web' }, { type: 'worker', rules: {} }] },
      assumptions: expect.arrayContaining([expect.stringContaining('Where it comes to a restart')]),
    });
  });

  it('reads standard input, archives that gzip has packed, and a drain in both its forms', async () => {
    const { type, save } = await openShell();
    const expected = await type(['replay', await save(asLines(LEAKING)), '--json']);
    const results = (typed: typeof expected) => JSON.parse(typed.stdout).replays;
    const input = asLines(LEAKING).toString();
    expect(results(await type(['replay', '-', '--json'], { input }))).toEqual(results(expected));
    const packed = Buffer.concat([
      gzipSync(asLines(LEAKING.slice(0, 700))),
      gzipSync(asLines(LEAKING.slice(700))),
    ]);
    expect(results(await type(['replay', await save(packed), '--json']))).toEqual(results(expected));
    for (const text of [
      LEAKING.map(asFrame).join(''),
      LEAKING.map((line) => `${asMessage(line)}\n`).join(''),
    ]) {
      expect(results(await type(['replay', await save(text), '--json']))).toEqual(results(expected));
    }
  });

  it('writes a page that holds the charts of what was, and of what would not have been', async () => {
    const { type, save, folder } = await openShell();
    const page = join(folder, 'shop.html');
    const log = await save(asLines(LEAKING));
    const { code, stdout } = await type([
      'replay',
      log,
      '--compare',
      '{"restartThreshold": 400}',
      '--html',
      page,
    ]);
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: `The charts are in ${page}.`,
    });
    const html = await readFile(page, 'utf8');
    expect(html).toContain('<h1>What would have been restarted: shop.log</h1>');
    const { charts } = JSON.parse(
      /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '',
    );
    expect(charts.map(({ title }: { title: string }) => title)).toEqual([
      ...['web.1 (A)', 'web.1 (B)', 'web.2 (A)', 'web.2 (B)'],
    ]);
    const [first] = charts;
    expect(first).toMatchObject({
      series: [{ name: 'memory' }, { name: 'would not have been' }],
      levels: [
        { name: 'threshold', value: 500 },
        { name: 'quota', value: 512 },
      ],
      marks: [{ kind: 'restart', time: Date.UTC(2026, 0, 5, 13, 41) }],
    });
    const [memory, undone] = first.series.map(({ values }: { values: number[] }) => Math.max(...values));
    expect([memory, undone]).toEqual([501.3, 659.3]);
  });

  const event = (app: string, name = 'web.1') =>
    JSON.stringify({
      ...{ event: 'DynoSize', at: '2026-01-05T12:00:00.000Z', app, process: name, dyno: WEB_1 },
      ...{ size: 600, units: 'MB', quota: 512 },
    });

  it('reads the events of one app', async () => {
    const { type, save } = await openShell();
    const log = await save(`${event('shop')}\n${event('blog', 'web.7')}\n`);
    const typed = await type(['replay', log, '--app', 'blog', '--json']);
    expect(typed.json()).toMatchObject({
      log: { form: 'events', apps: ['shop', 'blog'] },
      replays: [{ restarts: 1, processes: [{ process: 'web.7' }] }],
      notes: [expect.stringContaining('These are events, not samples')],
    });
  });

  it.each([
    ['of no known form', 'hello\n', [], /no form that is known\. Expected what heroku logs prints/],
    [
      'without a sample',
      '2026-01-05T12:00:00+00:00 app[web.1]: hello\n',
      [],
      /holds no memory sample\. Is log-runtime-metrics on/,
    ],
    ['that is empty', '', [], /holds no memory sample/],
    [
      'of other types',
      `${memoryLine()}\n`,
      ['--config', '{"dynos": ["worker"]}'],
      /--config '\{"dynos":\["web"\]\}'/,
    ],
    [
      'of one-off dynos',
      `${sampleLine({ seconds: 0, size: 9, name: 'run.1' })}\n`,
      [],
      /run alone: one-off dynos are never/,
    ],
    [
      'of several apps',
      `${event('shop')}\n${event('blog')}\n`,
      [],
      /several apps: shop, blog\. Say which by --app/,
    ],
    ['of another app', `${event('shop')}\n`, ['--app', 'blog'], /holds no size of blog, but of shop/],
    [
      'that is damaged',
      gzipSync('x'.repeat(9999)).subarray(0, 30),
      [],
      /shop\.log could not be read: unexpected end of file/,
    ],
    [
      'and a page that cannot be written',
      `${memoryLine()}\n`,
      ['--html', '/no/such/page.html'],
      /page\.html could not be written/,
    ],
  ])('fails on a log %s, and says what to do', async (_, bytes, options, message) => {
    const { type, save } = await openShell();
    const { code, stdout, stderr } = await type(['replay', await save(bytes), ...options]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    [
      ['--config', '{"restartTreshold": 1}'],
      /--config: The config has a mistake: restartTreshold: unknown field/,
    ],
    [['--compare', 'no-such-file'], /--compare: expected JSON, such as .* or a file that holds it: ENOENT/],
    [['--compare', '{'], /--compare: The config is not valid JSON/],
    [['--app', 'No App'], /Expected the name of a Heroku app/],
  ])('refuses what it cannot make sense of: %j', async (options, message) => {
    const { type, save } = await openShell();
    const { code, stderr } = await type(['replay', await save(asLines(LEAKING)), ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says of a file that is not there which one', async () => {
    const { type } = await openShell();
    const { code, stderr } = await type(['replay', '/no/such.log']);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/no/such.log could not be read: ENOENT'),
    });
  });
});
