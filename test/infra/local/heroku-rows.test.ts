import { describe, expect, it } from 'vitest';
import { HerokuRows } from '../../../infra/local/heroku-rows.ts';
import { parseAppConfig } from '../../../lib/config/app-config.ts';

const START = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;

function rows() {
  return new HerokuRows(
    parseAppConfig('shop', '{"dynos": {"web": {}, "worker": {"restartThreshold": "50%"}}}').rules,
  );
}

function event(name: string, process: string, dyno: string, minute = 0): string {
  const at = new Date(START + minute * MINUTE).toISOString();
  return `${JSON.stringify({ event: name, at, app: 'shop', process, dyno, size: 700, quota: 1024 })}\n`;
}

describe('the rows of a real app', () => {
  it('are the dynos heard of, with the thresholds of their type', () => {
    const seen = rows();
    for (const process of ['worker.1', 'web.10', 'web.2'])
      seen.take(event('DynoSize', process, `id of ${process}`));
    expect(seen.at(START).map(({ process, threshold, state }) => [process, threshold, state])).toEqual([
      ['web.2', 1000, 'heard'],
      ['web.10', 1000, 'heard'],
      ['worker.1', 512, 'heard'],
    ]);
  });

  it('show a restarted dyno until its successor is heard of', () => {
    const seen = rows();
    seen.take(event('DynoSize', 'web.1', 'old'));
    seen.take(event('DynoRestart', 'web.1', 'old'));
    expect(seen.at(START)).toMatchObject([{ dyno: 'old', state: 'restarted' }]);
    seen.take(event('DynoSize', 'web.1', 'new', 1));
    expect(seen.at(START + MINUTE)).toMatchObject([{ dyno: 'new', state: 'heard' }]);
  });

  it('show a dyno that fell silent for a while', () => {
    const seen = rows();
    seen.take(event('DynoSize', 'web.1', 'one'));
    expect(seen.at(START + 3 * MINUTE)).toMatchObject([{ dyno: 'one', state: 'silent' }]);
    expect(seen.at(START + 11 * MINUTE)).toEqual([]);
  });
});
