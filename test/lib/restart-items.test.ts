import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimItem, toClaim, toTurn, turnItem } from '../../lib/restart-items.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const CLAIM = claimItem({
  app: 'shop',
  process: 'web.1',
  dyno: 'uuid-1',
  restartedAt: NOW,
  state: 'done',
  claimId: 'claim-1',
  leaseUntil: NOW + 50_000,
  restarts: 3,
  expiresAt: NOW / 1000 + 86_400,
});
const TURN = turnItem('shop', { type: 'web', turnId: 'turn-1', leaseUntil: NOW + 50_000 }, NOW);

describe('an item of the table', () => {
  it('is a claim that is read as it was written', () => {
    const anyNumber = fc.nat(Number.MAX_SAFE_INTEGER);
    const anyClaim = fc.record({
      app: fc.string(),
      process: fc.string(),
      dyno: fc.string(),
      restartedAt: anyNumber,
      state: fc.constantFrom('claimed', 'done'),
      claimId: fc.string(),
      leaseUntil: anyNumber,
      restarts: anyNumber,
      expiresAt: anyNumber,
    });
    fc.assert(
      fc.property(anyClaim, (claim) => {
        expect(toClaim(claimItem(claim))).toEqual(claim);
      }),
    );
  });

  it('is a turn that is read as it was written, and kept for a day', () => {
    expect(toTurn(TURN)).toEqual({ type: 'web', turnId: 'turn-1', leaseUntil: NOW + 50_000 });
    expect(TURN).toMatchObject({ app: { S: 'shop' }, expiresAt: { N: String(NOW / 1000 + 86_400) } });
    const later = turnItem('shop', { type: 'web', turnId: 'turn-1', leaseUntil: 0 }, NOW + 1);
    expect(later.expiresAt).toEqual({ N: String(NOW / 1000 + 86_401) });
  });

  it.each(Object.keys(CLAIM))('that has no %s is no claim', (name) => {
    const { [name]: _, ...rest } = CLAIM;
    expect(() => toClaim(rest)).toThrow(`has no valid "${name}"`);
  });

  it.each(['process', 'turnId', 'leaseUntil'])('that has no %s is no turn', (name) => {
    const { [name]: _, ...rest } = TURN;
    expect(() => toTurn(rest)).toThrow(`has no valid "${name}"`);
  });

  it.each([
    ['state', { S: 'released' }],
    ['state', { N: '1' }],
    ['dyno', { N: '1' }],
    ['restartedAt', { S: String(NOW) }],
    ['leaseUntil', { N: 'soon' }],
  ])('whose %s is %j is no claim, and is named with what to do', (name, value) => {
    expect(() => toClaim({ ...CLAIM, [name]: value })).toThrow(
      expect.objectContaining({
        reason: 'restarts-table',
        message: `The table's item shop / web.1 has no valid "${name}": somebody else wrote it. Delete the item.`,
      }),
    );
  });

  it('is named as far as it has a name', () => {
    expect(() => toClaim({})).toThrow('The table\'s item undefined / undefined has no valid "app"');
  });
});
