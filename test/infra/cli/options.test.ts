import { expect, it } from 'vitest';
import {
  appName,
  durationSeconds,
  herokuApiUrl,
  numberOr,
  parameterPrefix,
} from '../../../infra/cli/options.ts';
import { span } from '../../../infra/cli/time.ts';

it.each([
  ['90s', 90],
  ['30m', 1800],
  ['2h', 7200],
  ['1.5h', 5400],
  ['1h30m', 5400],
  ['1d', 86_400],
  ['2w', 1_209_600],
])('reads %s as %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

it.each(['', '0s', '2', 'h', '-1h', '2 h', '2h!', '1y', '1e3s'])('takes %j for no time', (text) => {
  expect(() => durationSeconds(text)).toThrow('Expected a time such as 90s, 30m, 2h, 1d or 1h30m.');
});

it.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_661_000, '1 h 1 min'],
  [3_601_000, '1 h'],
  [90_000_000, '1 d 1 h'],
  [-5, '0 s'],
])('says %d ms as %s', (milliseconds, said) => {
  expect(span(milliseconds)).toBe(said);
});

it('reads a number where there is one', () => {
  expect(['80', '0.5', '-1', '80%', '1e3', ''].map(numberOr)).toEqual([80, 0.5, -1, '80%', '1e3', '']);
});

it('takes no name that Heroku gives no app', () => {
  expect(appName('my-shop-2')).toBe('my-shop-2');
  for (const name of ['', 'a', 'My-Shop', '2shop', 'a/b', 'shop '])
    expect(() => appName(name)).toThrow('such as my-shop');
});

it('finds the parameters by option, environment, or stack, in this order', () => {
  const staging = { stack: 'Whacamole-staging' };
  expect(parameterPrefix({ ...staging, prefix: '/ours/' }, { PARAMETER_PREFIX: '/theirs' })).toBe('/ours');
  expect(parameterPrefix(staging, { PARAMETER_PREFIX: '/theirs' })).toBe('/theirs');
  expect(parameterPrefix(staging, {})).toBe('/whacamole-staging');
  expect(parameterPrefix({ stack: 'Whacamole' }, {})).toBe('/whacamole');
  expect(() => parameterPrefix(staging, { PARAMETER_PREFIX: 'theirs' })).toThrow(
    'PARAMETER_PREFIX: found "theirs"',
  );
});

it('asks the Heroku that the function asks', () => {
  expect(herokuApiUrl({})).toBe('https://api.heroku.com');
  expect(herokuApiUrl({ HEROKU_API_URL: 'http://127.0.0.1:9/' })).toBe('http://127.0.0.1:9');
  expect(() => herokuApiUrl({ HEROKU_API_URL: 'heroku' })).toThrow(
    'HEROKU_API_URL: found "heroku", expected a URL',
  );
});
