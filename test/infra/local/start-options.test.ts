import { describe, expect, it } from 'vitest';
import { parseStartOptions, UsageError } from '../../../infra/local/start-options.ts';

describe('the options of npm start', () => {
  it('are few, and none is needed', () => {
    expect(parseStartOptions([])).toEqual({ mode: 'simulation', output: 'auto', minutes: Infinity, seed: 1 });
    expect(parseStartOptions(['--minutes', '8', '--plain', '--seed=3'])).toEqual({
      mode: 'simulation',
      output: 'plain',
      minutes: 8,
      seed: 3,
    });
    expect(parseStartOptions(['--help', '--seed', 'x'])).toEqual({ mode: 'help' });
  });

  it('are a dry run of an app on Heroku unless told otherwise', () => {
    const asked = ['--heroku', 'my-shop'];
    const dryRun = {
      mode: 'heroku',
      output: 'auto',
      minutes: Infinity,
      app: 'my-shop',
      tokenVariable: 'HEROKU_API_KEY',
      config: '{}',
      forReal: false,
    };
    expect(parseStartOptions(asked)).toEqual(dryRun);
    const forReal = [...asked, '--for-real', '--token-env', 'KEY', '--config', '[]', '--json'];
    expect(parseStartOptions(forReal)).toEqual({
      ...dryRun,
      output: 'json',
      tokenVariable: 'KEY',
      config: '[]',
      forReal: true,
    });
  });

  it.each([
    [['--minutes', '0'], '--minutes: found "0", expected a whole number from 1.'],
    [['--minutes', '1e3'], '--minutes: found "1e3", expected a whole number from 1.'],
    [['--minutes'], "Option '--minutes <value>' argument missing, expected what npm start -- --help says"],
    [['--plain=yes'], "Option '--plain' does not take an argument, expected what npm start -- --help says"],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous, expected"],
    [['--seed', 'abc'], '--seed: found "abc", expected a whole number from 0.'],
    [['--speed', '9'], "Unknown option '--speed', expected one of --minutes, "],
    [['shop'], "Unexpected argument 'shop'"],
    [['--plain', '--json'], 'expected one of them'],
    [['--for-real'], 'Found --for-real without --heroku'],
    [['--config', '{}'], 'Found --config without --heroku'],
    [['--heroku', 'shop', '--seed', '2'], 'Found --seed with --heroku'],
    [['--heroku', 'My Shop'], '--heroku: found "My Shop", expected the name of a Heroku app'],
  ])('%j are refused in a sentence', (args, message) => {
    expect(() => parseStartOptions(args)).toThrow(UsageError);
    expect(() => parseStartOptions(args)).toThrow(message);
  });

  it('do not repeat a token that was given where its variable belongs', () => {
    const secret = 'HRKU-0b9e980b-a811-4826-87a9-3389db94a77c';
    const refused = () => parseStartOptions(['--heroku', 'shop', '--token-env', secret]);
    expect(refused).toThrow(/--token-env: expected the name of an environment variable/);
    expect(refused).not.toThrow(secret);
  });
});
