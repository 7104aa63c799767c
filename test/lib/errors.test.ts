import { describe, expect, it } from 'vitest';
import { AppError, describeError, ScanError, WhacamoleError } from '../../lib/errors.ts';

describe('an error', () => {
  it('of an app has its reason, its cause, and a name that minifying does not change', () => {
    const cause = new Error('why');
    const error = new AppError('timeout', 'Too late.', { cause });
    expect(error).toMatchObject({ name: 'AppError', reason: 'timeout', message: 'Too late.', cause });
    expect(error).toBeInstanceOf(WhacamoleError);
    expect(String(error)).toBe('AppError: Too late.');
  });

  it('of the scan is not one of an app', () => {
    const error = new ScanError('No apps.');
    expect(error.name).toBe('ScanError');
    expect(error).toBeInstanceOf(WhacamoleError);
    expect(error).not.toBeInstanceOf(AppError);
  });

  it.each<[string, unknown, string]>([
    ['an error', new Error('broken'), 'broken'],
    ['one without words', new TypeError(), 'TypeError'],
    [
      'its causes',
      new Error('fetch failed', { cause: new Error('ECONNREFUSED', { cause: 'why' }) }),
      'fetch failed: ECONNREFUSED: why',
    ],
    ['no word twice', new Error('broken', { cause: new Error('broken') }), 'broken'],
    [
      'the first of several',
      new Error('failed', { cause: new AggregateError([new Error('one'), new Error('two')]) }),
      'failed: one',
    ],
    ['several of none', new AggregateError([], 'nothing'), 'nothing'],
    ['a text', 'gone', 'gone'],
    ['an object', { a: 1 }, '[object Object]'],
    ['nothing', undefined, 'unknown error'],
    ['null', null, 'unknown error'],
    ['an empty text', '', 'unknown error'],
  ])('is put into words: %s', (_, error, words) => {
    expect(describeError(error)).toBe(words);
  });

  it('that is its own cause is put into words all the same', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeError(error)).toBe('round');
  });
});
