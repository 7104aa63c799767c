import { setTimeout as realTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';

describe('a clock advanced by hand', () => {
  it('fires timers in order of time, and stands at the time of each', () => {
    const clock = new VirtualClock({ start: 1000 });
    const fired: [string, number][] = [];
    const note = (name: string) => () => fired.push([name, clock.now()]);
    clock.after(30, note('third'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.after(31, note('not yet'));
    clock.advance(30);
    expect(fired).toEqual([
      ['first', 1010],
      ['second', 1010],
      ['third', 1030],
    ]);
    expect(clock.now()).toBe(1030);
  });

  it('fires, in the same advance, timers that a timer has added', () => {
    const clock = new VirtualClock({ start: 0 });
    const fired: number[] = [];
    clock.after(10, () => clock.after(5, () => fired.push(clock.now())));
    clock.advance(20);
    expect(fired).toEqual([15]);
  });

  it('repeats until cancelled, by the timer itself too', () => {
    const clock = new VirtualClock({ start: 0 });
    const fired: number[] = [];
    const cancel = clock.every(10, () => {
      fired.push(clock.now());
      if (fired.length === 3) cancel();
    });
    clock.advance(1000);
    expect(fired).toEqual([10, 20, 30]);
  });

  it('never fires a cancelled timer, nor one that is an eternity away', () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.after(10, () => fired++)();
    clock.after(Infinity, () => fired++);
    clock.advance(10_000_000);
    expect(fired).toBe(0);
  });

  it('keeps ten thousand timers in order', () => {
    const clock = new VirtualClock({ start: 0 });
    const fired: number[] = [];
    for (let place = 0; place < 10_000; place++) {
      const cancel = clock.after((place * 7919) % 9973, () => fired.push(clock.now()));
      if (place % 3 === 0) cancel();
    }
    clock.advance(10_000);
    expect(fired).toHaveLength(6666);
    expect(fired).toEqual(fired.toSorted((one, other) => one - other));
  });

  it('ends a sleep on time, or when the signal aborts', async () => {
    const clock = new VirtualClock({ start: 0 });
    const abort = new AbortController();
    const sleeps = [
      clock.sleep(10),
      clock.sleep(Infinity, abort.signal),
      clock.sleep(10, AbortSignal.abort()),
    ];
    clock.advance(10);
    abort.abort();
    await expect(Promise.all(sleeps)).resolves.toHaveLength(3);
    expect(clock.now()).toBe(10);
  });

  it.each([[-1], [Number.NaN]])('refuses to go by %s ms', (milliseconds) => {
    const clock = new VirtualClock();
    expect(() => clock.advance(milliseconds)).toThrow(RangeError);
    expect(() => clock.after(milliseconds, () => {})).toThrow(RangeError);
    expect(() => clock.every(milliseconds, () => {})).toThrow(RangeError);
  });
});

describe('a clock that runs', () => {
  it('goes at its rate, smoothly and never backwards, and stops when told', async () => {
    const clock = new VirtualClock({ start: 0 });
    const fired: number[] = [];
    clock.every(777, () => fired.push(clock.now()));
    const began = performance.now();
    const stop = clock.run(1000);
    const seen: number[] = [];
    while (performance.now() - began < 60) {
      seen.push(clock.now());
      if (seen.length % 500 === 0) await realTimeout(1);
    }
    await realTimeout(10);
    stop();
    const stopped = clock.now();
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(new Set(seen).size).toBeGreaterThan(20);
    expect(stopped).toBeGreaterThan(50_000);
    expect(fired).toEqual(fired.map((_, place) => (place + 1) * 777));
    await realTimeout(10);
    expect(clock.now()).toBe(stopped);
  });

  it('wakes a sleeper of a virtual hour in real milliseconds', async () => {
    const clock = new VirtualClock();
    const stop = clock.run(1_000_000);
    await clock.sleep(3_600_000);
    stop();
  });

  it('can be advanced by hand while it runs', () => {
    const clock = new VirtualClock({ start: 0 });
    const stop = clock.run(1);
    clock.advance(1_000_000);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000);
    stop();
    expect(clock.now()).toBeLessThan(1_010_000);
  });

  it('is real time with the real time as its start and a rate of 1', async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const stop = clock.run(1);
    await realTimeout(30);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(20);
    stop();
  });

  it('refuses to run twice at once', () => {
    const clock = new VirtualClock();
    const stop = clock.run(1);
    expect(() => clock.run(2)).toThrow('stop it first');
    stop();
  });
});
