import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../../lib/deadline.ts';
import { RateBudget } from '../../../lib/heroku/rate-budget.ts';

const patiently = () => new Deadline(20_000);
/** Kept back from apps that have not begun, for those that have. */
const RESERVE = 10;

/** An answer comes, and says this of the budget. */
function hears(budget: RateBudget, remaining: string | undefined, status = 200): void {
  const headers: Record<string, string> = remaining === undefined ? {} : { 'ratelimit-remaining': remaining };
  budget.note(new Response(null, { status, headers }));
  budget.answered();
}

/** Asks for so many apps; says how many may begin. */
async function admitted(budget: RateBudget, apps: number): Promise<number> {
  const results = await Promise.allSettled(
    Array.from({ length: apps }, () => budget.admit('default', patiently())),
  );
  return results.filter(({ status }) => status === 'fulfilled').length;
}

describe('the first app of a token', () => {
  it('goes ahead alone, and the others follow when its answer has come', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    let followers = 0;
    const following = [1, 2, 3].map(async () => {
      await budget.admit('default', patiently());
      followers++;
    });
    await turn();
    expect(followers).toBe(0);
    hears(budget, '100');
    await Promise.all(following);
    expect(followers).toBe(3);
  });

  it('whose request has failed lets the others go', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    const others = admitted(budget, 5);
    budget.answered();
    expect(await others).toBe(5);
  });

  it('whose answer says nothing of a budget lets the others go', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    const others = admitted(budget, 5);
    hears(budget, undefined);
    expect(await others).toBe(5);
    expect(await admitted(budget, 5)).toBe(5);
  });

  it('that never has an answer does not hold up the others for good', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    await expect(budget.admit('default', new Deadline(300))).resolves.toBeUndefined();
    await expect(budget.admit('default', new Deadline(0))).resolves.toBeUndefined();
  });
});

describe('what is left of a budget', () => {
  it('is shared by all apps: so many begin, and no more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(40), async (left, apps) => {
        const budget = new RateBudget();
        await budget.admit('default', patiently());
        hears(budget, String(RESERVE + left));
        expect(await admitted(budget, apps)).toBe(Math.min(left, apps));
      }),
    );
  });

  it('is the least that was said, whatever the order of the answers', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    for (const left of [9, 2, 5]) hears(budget, String(RESERVE + left));
    expect(await admitted(budget, 5)).toBe(2);
  });

  it('is not counted twice, when promised and then said', async () => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    hears(budget, String(RESERVE + 3));
    await budget.admit('default', patiently());
    hears(budget, String(RESERVE + 2));
    expect(await admitted(budget, 5)).toBe(2);
  });

  it.each([undefined, '', 'many', '-1', '1.5', '1e3', ' '])('is not known from %j', async (value) => {
    const budget = new RateBudget();
    await budget.admit('default', patiently());
    hears(budget, value, 429);
    expect(await admitted(budget, 3)).toBe(3);
  });

  it('that is nothing is said by the name of the token', async () => {
    const budget = new RateBudget();
    await budget.admit('team', patiently());
    hears(budget, '0', 429);
    const refused = budget.admit('team', patiently());
    await expect(refused).rejects.toMatchObject({
      reason: 'rate-limited',
      message: expect.stringContaining('the token "team"'),
    });
  });
});
