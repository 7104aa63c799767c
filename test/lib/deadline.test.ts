import { describe, expect, it } from 'vitest';
import { aborted, abortsAfter, Deadline } from '../../lib/deadline.ts';

describe('a deadline', () => {
  it('has less and less time left, and then none', async () => {
    const deadline = new Deadline(30);
    const { left } = deadline;
    expect(left).toBeLessThanOrEqual(30);
    expect(deadline.left).toBeLessThanOrEqual(left);
    await aborted(abortsAfter(60));
    expect(deadline.left).toBe(0);
  });

  it('aborts its signal when it has come', async () => {
    const { signal } = new Deadline(20);
    expect(signal.aborted).toBe(false);
    await aborted(signal);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it.each([0, -5, 0.4, -0.0001])('of %d ms from now comes at once', async (milliseconds) => {
    const deadline = new Deadline(milliseconds);
    expect(deadline.left).toBeLessThanOrEqual(0.4);
    await aborted(deadline.signal);
  });

  it('bounds what lies within it', async () => {
    const deadline = new Deadline(20);
    await aborted(deadline.within(60_000));
    // Whole milliseconds are waited for, so the inner one may come a moment before or after.
    expect(deadline.left).toBeLessThan(5);
  });

  it('leaves what takes less time its own end', async () => {
    const deadline = new Deadline(60_000);
    await aborted(deadline.within(10));
    await aborted(deadline.within(0.5));
    await aborted(deadline.within(-1));
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.left).toBeGreaterThan(1000);
  });
});

describe('that a signal has aborted', () => {
  it('is known once it has, and at once where it had before', async () => {
    const controller = new AbortController();
    let known = false;
    const waiting = aborted(controller.signal).then(() => {
      known = true;
    });
    await Promise.resolve();
    expect(known).toBe(false);
    controller.abort();
    await waiting;
    await aborted(controller.signal);
  });
});
