import { describe, expect, it } from 'vitest';
import { ScanError } from '../../lib/errors.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';

const DEFAULTS: Settings = {
  parameterPrefix: '/whacamole',
  restartsTable: 'restarts',
  herokuApiUrl: 'https://api.heroku.com',
  eventBusName: undefined,
  fanOut: undefined,
};

function mistakes(environment: Record<string, string | undefined>): string {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ScanError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error(`Expected this environment to be refused: ${JSON.stringify(environment)}`);
}

describe('the settings', () => {
  it.each<[string, Record<string, string | undefined>, Partial<Settings>]>([
    ['the table alone', {}, {}],
    [
      'empty ones, as if they were not set',
      { PARAMETER_PREFIX: '', HEROKU_API_URL: '', EVENT_BUS_NAME: '' },
      {},
    ],
    [
      'another prefix',
      { PARAMETER_PREFIX: '/team-1/whaca.mole_2' },
      { parameterPrefix: '/team-1/whaca.mole_2' },
    ],
    ['a prefix that ends in slashes', { PARAMETER_PREFIX: '/whaca//' }, { parameterPrefix: '/whaca' }],
    [
      'a queue for many apps',
      { BATCH_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q', FAN_OUT_ABOVE: '500' },
      { fanOut: { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q', above: 500 } },
    ],
    ['no queue, whatever the number', { BATCH_QUEUE_URL: '', FAN_OUT_ABOVE: '500' }, {}],
    [
      'another Heroku',
      { HEROKU_API_URL: 'http://127.0.0.1:5000' },
      { herokuApiUrl: 'http://127.0.0.1:5000' },
    ],
    [
      'a URL that ends in a slash',
      { HEROKU_API_URL: 'https://h.example/api/' },
      { herokuApiUrl: 'https://h.example/api' },
    ],
    ['a bus', { EVENT_BUS_NAME: 'alerts' }, { eventBusName: 'alerts' }],
    ['others', { HOME: '/root', PATH: '' }, {}],
  ])('are read from the environment: %s', (_, environment, settings) => {
    expect(readSettings({ RESTARTS_TABLE: 'restarts', ...environment })).toEqual({
      ...DEFAULTS,
      ...settings,
    });
  });

  it.each([
    ['RESTARTS_TABLE: not set', { RESTARTS_TABLE: undefined }],
    ['RESTARTS_TABLE: not set', { RESTARTS_TABLE: '' }],
    ['PARAMETER_PREFIX: found "whacamole"', { PARAMETER_PREFIX: 'whacamole' }],
    ['PARAMETER_PREFIX: found "/a b"', { PARAMETER_PREFIX: '/a b' }],
    ['PARAMETER_PREFIX: found "/a//b"', { PARAMETER_PREFIX: '/a//b' }],
    ['PARAMETER_PREFIX: found ""', { PARAMETER_PREFIX: '/' }],
    ['HEROKU_API_URL: found "api.heroku.com"', { HEROKU_API_URL: 'api.heroku.com' }],
    ['HEROKU_API_URL: found "ftp://api.heroku.com"', { HEROKU_API_URL: 'ftp://api.heroku.com' }],
    ['HEROKU_API_URL: found "file:"', { HEROKU_API_URL: 'file:///' }],
  ])('are refused where they are wrong: %s', (problem, environment) => {
    const message = mistakes({ RESTARTS_TABLE: 'restarts', ...environment });
    expect(message).toContain(problem);
    expect(message).toContain('expected');
  });

  it('are refused with all that is wrong', () => {
    const message = mistakes({ PARAMETER_PREFIX: 'x', HEROKU_API_URL: 'x' });
    for (const name of ['PARAMETER_PREFIX', 'RESTARTS_TABLE', 'HEROKU_API_URL'])
      expect(message).toContain(`${name}: `);
  });
});
