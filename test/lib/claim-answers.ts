/**
 * Whether two tables mean the same by claims and turns: whatever is asked of one is asked of the other, and their
 * answers are compared. So what is tested on the table that is at hand holds on the one that is not.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Claim, Turn } from '../../lib/restart-items.ts';
import { LEASE_MS, type RestartHistory, Restarts, type RestartsOptions } from '../../lib/restarts.ts';

/** A table that holds nothing of an app yet. */
export type FreshTable = () => Pick<RestartsOptions, 'client' | 'tableName'>;

interface Asking {
  readonly what: 'read' | 'take turn' | 'end turn' | 'claim' | 'settle' | 'give back';
  /** Passes before, milliseconds. */
  readonly ms: number;
  readonly process: string;
  readonly dyno: string;
  readonly windowSeconds: number;
  /** How long ago what it goes by was read or granted: 0 for the latest. */
  readonly back: number;
}

const anyAsking: fc.Arbitrary<Asking> = fc.record({
  what: fc.constantFrom('read', 'read', 'take turn', 'end turn', 'claim', 'claim', 'settle', 'give back'),
  ms: fc.constantFrom(0, 0, 1, LEASE_MS - 1, LEASE_MS, 60_000, 120_000),
  process: fc.constantFrom('web.1', 'web.2'),
  dyno: fc.constantFrom('uuid-1', 'uuid-2'),
  windowSeconds: fc.constantFrom(1, 60, 120),
  back: fc.constantFrom(0, 0, 0, 1, 2),
});

/** @returns how often a turn or a claim was granted, and how often it was not */
export async function expectEqualAnswers(
  tables: readonly [FreshTable, FreshTable],
  numRuns: number,
): Promise<{ granted: number; refused: number }> {
  const counts = { granted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anyAsking, { minLength: 5, maxLength: 30 }), async (askings) => {
      const app = `app-${randomUUID()}`;
      const [one, other] = await Promise.all(tables.map((table) => answersOf(table, app, askings)));
      expect(other).toEqual(one);
      for (const answer of one ?? []) {
        if (answer === null) counts.refused++;
        else if (answer !== undefined && !('claims' in answer)) counts.granted++;
      }
    }),
    { numRuns },
  );
  return counts;
}

type Answer = RestartHistory | Turn | Claim | null | undefined;

async function answersOf(table: FreshTable, app: string, askings: readonly Asking[]): Promise<Answer[]> {
  let ids = 0;
  const restarts = new Restarts({
    ...table(),
    randomId: () => `id-${++ids}`,
    giveUp: new AbortController().signal,
  });
  const answers: Answer[] = [];
  const histories = [await restarts.read(app)];
  const turns: Turn[] = [];
  const claims: { claim: Claim; before: Claim | undefined }[] = [];
  let now = Date.UTC(2026, 0, 5, 12);
  for (const { what, ms, process, dyno, windowSeconds, back } of askings) {
    now += ms;
    const history = histories.at(-1 - back) ?? histories[0];
    const turn = turns.at(-1 - back);
    const granted = claims.at(-1 - back);
    switch (what) {
      case 'read': {
        const read = await restarts.read(app);
        histories.push(read);
        answers.push(read);
        break;
      }
      case 'take turn': {
        if (history === undefined) break;
        const taken = await restarts.takeTurn(app, 'web', history, now);
        if (taken !== null) turns.push(taken);
        answers.push(taken);
        break;
      }
      case 'end turn':
        if (turn !== undefined) await restarts.endTurn(app, turn, now);
        break;
      case 'claim': {
        const before = history?.claims.get(process);
        const claim = await restarts.claim({ app, process, dyno, windowSeconds, now }, before);
        if (claim !== null) claims.push({ claim, before });
        answers.push(claim);
        break;
      }
      case 'settle':
        if (granted !== undefined) await restarts.settle(granted.claim);
        break;
      case 'give back':
        if (granted !== undefined) await restarts.giveBack(granted.claim, granted.before);
        break;
      default:
        what satisfies never;
    }
  }
  answers.push(await restarts.read(app));
  return answers;
}
