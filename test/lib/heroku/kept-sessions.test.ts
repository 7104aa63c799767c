import { describe, expect, it } from 'vitest';
import { KeptSessions } from '../../../lib/heroku/kept-sessions.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const SESSION = { url: 'https://logs.example/sessions/1', lines: 1500, openedAt: NOW };

function kept(): KeptSessions {
  const sessions = new KeptSessions();
  sessions.use('token');
  sessions.keep('history', SESSION);
  return sessions;
}

describe('a kept session', () => {
  it.each([
    ['at once', 0, true],
    ['in the fifth minute', 240_000, true],
    ['later than the first time that it may have expired', 300_000, false],
    ['by a clock that was put back an hour', -3_600_000, false],
  ])('may be read again %s: %s ms, %s', (_case, later, there) => {
    expect(kept().get('history', NOW + later)).toBe(there ? SESSION : undefined);
  });

  it('is of one kind', () => {
    expect(kept().get('tail', NOW)).toBeUndefined();
  });

  it('is there until it is forgotten', () => {
    const sessions = kept();
    sessions.forget('tail');
    expect(sessions.get('history', NOW)).toBe(SESSION);
    sessions.forget('history');
    expect(sessions.get('history', NOW)).toBeUndefined();
  });

  it('is there while the token is the same, and gone with it', () => {
    const sessions = kept();
    sessions.use('token');
    expect(sessions.get('history', NOW)).toBe(SESSION);
    sessions.use('another');
    expect(sessions.get('history', NOW)).toBeUndefined();
  });
});
