import { describe, expect, it, vi } from 'vitest';
import { inTurns } from '../../lib/turns.ts';

/** Works that end when they are told to, and which of them have begun. */
function works(names: readonly string[]) {
  const begun: string[] = [];
  const ends = new Map(names.map((name) => [name, Promise.withResolvers<string>()]));
  const begin = (name: string) => () => {
    begun.push(name);
    return ends.get(name)?.promise ?? Promise.reject(new Error('no such work'));
  };
  return { begun, begin, ends };
}

describe('turns', () => {
  it('let so many work at once, and the next begin when one has ended, well or not', async () => {
    const { begun, begin, ends } = works(['a', 'b', 'c', 'd']);
    const turns = inTurns(2, 20_000);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => turns(begin(name)));
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b']));
    ends.get('b')?.reject(new Error('broken'));
    await expect(b).rejects.toThrow('broken');
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']));
    ends.get('a')?.resolve('done');
    expect(await a).toBe('done');
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'd']));
    ends.get('c')?.resolve('too');
    ends.get('d')?.resolve('as well');
    expect(await Promise.all([c, d])).toEqual(['too', 'as well']);
  });

  it('let nobody wait for long for one that hangs, and give what comes of it in the end', async () => {
    const { begun, begin, ends } = works(['hung', 'next']);
    const turns = inTurns(1, 30);
    const hung = turns(begin('hung'));
    const next = turns(begin('next'));
    await vi.waitFor(() => expect(begun).toEqual(['hung', 'next']));
    ends.get('next')?.resolve('fine');
    expect(await next).toBe('fine');
    ends.get('hung')?.resolve('late');
    expect(await hung).toBe('late');
  });
});
