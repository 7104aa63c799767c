/**
 * What claims and turns must mean, on whatever stands behind them: one suite for the embedded table, DynamoDB
 * Local, and DynamoDB.
 */
import { randomUUID } from 'node:crypto';
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors.ts';
import type { Claim, Turn } from '../../lib/restart-items.ts';
import { type RestartHistory, Restarts } from '../../lib/restarts.ts';

/** A table with the keys `app` and `process`. Others may use it at the same time: every test has its own app. */
export interface ClaimTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  close(): Promise<void>;
}

export interface ClaimProvider {
  readonly name: string;
  start(): Promise<ClaimTable>;
}

const NOW = Date.UTC(2026, 0, 5, 12);
/** How long a run may take from its claim to its end: more than it does take, and less than two minutes. */
const LEASE_MS = 50_000;
const WINDOW_SECONDS = 1800;
const WINDOW_MS = WINDOW_SECONDS * 1000;

export function claimContract(provider: ClaimProvider): void {
  describe.concurrent(`claims on ${provider.name}`, () => {
    let table: ClaimTable;
    beforeAll(async () => {
      table = await provider.start();
    });
    afterAll(() => table.close());

    /** A run of its own, as every invocation is. */
    const run = (randomId: () => string = randomUUID) =>
      new Restarts({
        client: () => table.client,
        tableName: table.tableName,
        randomId,
        giveUp: new AbortController().signal,
      });

    const anyApp = () => `app-${randomUUID()}`;

    const put = (app: string, process: string, attributes: Record<string, string | number>) =>
      table.client.send(
        new PutItemCommand({
          TableName: table.tableName,
          Item: {
            app: { S: app },
            process: { S: process },
            ...Object.fromEntries(
              Object.entries(attributes).map(([name, value]) => [
                name,
                typeof value === 'number' ? { N: String(value) } : { S: value },
              ]),
            ),
          },
        }),
      );

    interface Asking {
      readonly app: string;
      readonly process?: string;
      readonly dyno?: string;
      readonly now?: number;
      readonly windowSeconds?: number;
      /** What the run knew, where it read that earlier. */
      readonly before?: Claim | undefined;
      readonly by?: Restarts;
    }

    /** Reads, and claims what was read, as a run does. */
    async function claim(asking: Asking): Promise<Claim | null> {
      const { app, process = 'web.1', dyno = 'uuid-1', now = NOW, windowSeconds = WINDOW_SECONDS } = asking;
      const restarts = asking.by ?? run();
      const before = 'before' in asking ? asking.before : (await restarts.read(app)).claims.get(process);
      return restarts.claim({ app, process, dyno, windowSeconds, now }, before);
    }

    async function claimed(asking: Asking): Promise<Claim> {
      const granted = await claim(asking);
      if (granted === null) throw new Error(`Expected a claim to be granted: ${JSON.stringify(asking)}`);
      return granted;
    }

    const known = async (app: string, process = 'web.1') => (await run().read(app)).claims.get(process);

    describe('a claim', () => {
      it('is granted where nothing is known, and says all that is to be known', async () => {
        const app = anyApp();
        expect(await run().read(app)).toEqual({ claims: new Map(), turns: new Map() });
        const granted = await claimed({ app });
        expect(granted).toEqual({
          app,
          process: 'web.1',
          dyno: 'uuid-1',
          restartedAt: NOW,
          state: 'claimed',
          claimId: expect.any(String),
          leaseUntil: NOW + LEASE_MS,
          restarts: 1,
          expiresAt: expect.any(Number),
        });
        expect(await run().read(app)).toEqual({ claims: new Map([['web.1', granted]]), turns: new Map() });
      });

      it('expires, in seconds, only when it could not matter any more, whatever its window is by then', async () => {
        const year = 31_536_000;
        for (const windowSeconds of [1, 1.5, 1800, year]) {
          const { expiresAt } = await claimed({ app: anyApp(), windowSeconds });
          expect(Number.isInteger(expiresAt)).toBe(true);
          expect(expiresAt).toBeGreaterThan(NOW / 1000 + 2 * year + 3600);
          expect(expiresAt).toBeLessThan(NOW / 1000 + 4 * year);
        }
      });

      it.each([2, 10, 50])('is granted to one of %i that ask at once', async (count) => {
        const app = anyApp();
        const runs = Array.from({ length: count }, (_, index) =>
          claim({ app, before: undefined, dyno: `uuid-${index}`, now: NOW + index }),
        );
        const granted = (await Promise.all(runs)).filter((one) => one !== null);
        expect(granted).toHaveLength(1);
        expect(await known(app)).toEqual(granted[0]);
      });

      it('is granted to one of many that ask at once when the window is over', async () => {
        const app = anyApp();
        const first = await claimed({ app });
        await run().settle(first);
        const before = await known(app);
        const runs = Array.from({ length: 20 }, () =>
          claim({ app, before, now: NOW + WINDOW_MS, dyno: 'uuid-2' }),
        );
        expect((await Promise.all(runs)).filter((one) => one !== null)).toHaveLength(1);
      });

      it('is granted to one of many that ask at once when a lease is over', async () => {
        const app = anyApp();
        const before = await claimed({ app });
        const runs = Array.from({ length: 20 }, () => claim({ app, before, now: NOW + LEASE_MS }));
        expect((await Promise.all(runs)).filter((one) => one !== null)).toHaveLength(1);
      });

      it('of one process or app says nothing of another', async () => {
        const app = anyApp();
        await claimed({ app, process: 'web.1' });
        expect(await claim({ app, process: 'web.10' })).not.toBeNull();
        expect(await claim({ app, process: 'worker.1' })).not.toBeNull();
        expect(await claim({ app: `${app}-2`, process: 'web.1' })).not.toBeNull();
        expect([...(await run().read(app)).claims.keys()].sort()).toEqual(['web.1', 'web.10', 'worker.1']);
      });

      it('that was written twice, its first answer lost, is still one’s own', async () => {
        const app = anyApp();
        const by = run(() => 'the-same-id');
        expect(await claim({ app, by, before: undefined })).not.toBeNull();
        expect(await claim({ app, by, before: undefined })).not.toBeNull();
        expect(await claim({ app, before: undefined })).toBeNull();
      });

      it('is not granted to who knows nothing of the one that stands', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app }));
        expect(await claim({ app, before: undefined, now: NOW + 1 })).toBeNull();
      });
    });

    describe('the window of a restart', () => {
      it.each([
        ['at once', 0, false],
        ['a millisecond before it ends', WINDOW_MS - 1, false],
        ['when it ends', WINDOW_MS, true],
        ['long after', 100 * WINDOW_MS, true],
        ['in the past, by a clock that is late', -WINDOW_MS, false],
      ])('holds once it is settled: asked %s', async (_, later, granted) => {
        const app = anyApp();
        await run().settle(await claimed({ app }));
        expect((await claim({ app, dyno: 'uuid-2', now: NOW + later })) !== null).toBe(granted);
      });

      it('holds for the same dyno too', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app }));
        expect(await claim({ app, now: NOW + WINDOW_MS - 1 })).toBeNull();
      });

      it('is as long as the config says now, not as it said then', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app, windowSeconds: 60 }));
        expect(await claim({ app, now: NOW + 60_000, windowSeconds: 1800 })).toBeNull();
        expect(await claim({ app, now: NOW + 60_000, windowSeconds: 60 })).not.toBeNull();
      });

      it('may be of fractions of a second', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app, windowSeconds: 1.5 }));
        expect(await claim({ app, now: NOW + 1499, windowSeconds: 1.5 })).toBeNull();
        expect(await claim({ app, now: NOW + 1500, windowSeconds: 1.5 })).not.toBeNull();
      });

      it('begins anew with each restart', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app }));
        await run().settle(await claimed({ app, dyno: 'uuid-2', now: NOW + WINDOW_MS }));
        expect(await claim({ app, dyno: 'uuid-3', now: NOW + 2 * WINDOW_MS - 1 })).toBeNull();
        expect(await claim({ app, dyno: 'uuid-3', now: NOW + 2 * WINDOW_MS })).not.toBeNull();
      });
    });

    describe('a claim that nobody has settled', () => {
      it.each([
        ['the same dyno, its lease not over', 'uuid-1', LEASE_MS - 1, false],
        ['the same dyno, its lease over', 'uuid-1', LEASE_MS, true],
        ['another dyno, its lease over', 'uuid-2', LEASE_MS, false],
        ['another dyno, the window not over', 'uuid-2', WINDOW_MS - 1, false],
        ['another dyno, the window over', 'uuid-2', WINDOW_MS, true],
      ])('may be followed by one for %s: %s, %i ms later, %s', async (_, dyno, later, granted) => {
        const app = anyApp();
        await claimed({ app });
        expect((await claim({ app, dyno, now: NOW + later })) !== null).toBe(granted);
      });

      it('is not followed while its lease holds, though a shorter window is over', async () => {
        const app = anyApp();
        await claimed({ app, windowSeconds: 1 });
        expect(await claim({ app, windowSeconds: 1, now: NOW + LEASE_MS - 1 })).toBeNull();
        expect(await claim({ app, windowSeconds: 1, now: NOW + LEASE_MS - 1, dyno: 'uuid-2' })).toBeNull();
        expect(await claim({ app, windowSeconds: 1, now: NOW + LEASE_MS, dyno: 'uuid-2' })).not.toBeNull();
      });

      it('holds its window from when it was made, where the restart happened', async () => {
        const app = anyApp();
        await claimed({ app });
        expect(await claim({ app, dyno: 'uuid-2', now: NOW + WINDOW_MS - 1 })).toBeNull();
      });
    });

    describe('a claim that is settled', () => {
      it('stands as done, and is otherwise the same', async () => {
        const app = anyApp();
        const granted = await claimed({ app });
        await run().settle(granted);
        expect(await known(app)).toEqual({ ...granted, state: 'done' });
      });

      it('may be settled again', async () => {
        const app = anyApp();
        const granted = await claimed({ app });
        await run().settle(granted);
        await run().settle(granted);
        expect(await known(app)).toEqual({ ...granted, state: 'done' });
      });

      it('too late, after another run has claimed, leaves that claim as it is', async () => {
        const app = anyApp();
        const late = await claimed({ app });
        const next = await claimed({ app, now: NOW + LEASE_MS });
        await run().settle(late);
        expect(await known(app)).toEqual(next);
      });

      it('does not come back once it is gone', async () => {
        const app = anyApp();
        const granted = await claimed({ app });
        const Key = { app: { S: app }, process: { S: 'web.1' } };
        await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key }));
        await run().settle(granted);
        expect(await known(app)).toBeUndefined();
      });
    });

    describe('a claim that is given back', () => {
      it('leaves nothing where there was nothing, and the next may be granted at once', async () => {
        const app = anyApp();
        await run().giveBack(await claimed({ app }), undefined);
        expect(await known(app)).toBeUndefined();
        expect(await claim({ app, now: NOW + 1 })).toMatchObject({ restarts: 1 });
      });

      it('leaves what stood before, to the last field', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app, dyno: 'uuid-0' }));
        const before = await known(app);
        const refused = await claimed({ app, now: NOW + WINDOW_MS });
        expect(refused.restarts).toBe(2);
        await run().giveBack(refused, before);
        expect(await known(app)).toEqual(before);
        expect(await claim({ app, now: NOW + WINDOW_MS + 1 })).toMatchObject({ restarts: 2 });
      });

      it('leaves one that nobody had settled as one that nobody has settled', async () => {
        const app = anyApp();
        const before = await claimed({ app });
        await run().giveBack(await claimed({ app, now: NOW + LEASE_MS }), before);
        expect(await known(app)).toEqual(before);
        expect(await claim({ app, dyno: 'uuid-2', now: NOW + LEASE_MS })).toBeNull();
      });

      it('twice is given back once', async () => {
        const app = anyApp();
        const refused = await claimed({ app });
        await run().giveBack(refused, undefined);
        const next = await claimed({ app });
        await run().giveBack(refused, undefined);
        expect(await known(app)).toEqual(next);
      });

      it('too late, after another run has claimed, leaves that claim as it is', async () => {
        const app = anyApp();
        const late = await claimed({ app });
        const next = await claimed({ app, now: NOW + LEASE_MS });
        await run().giveBack(late, undefined);
        expect(await known(app)).toEqual(next);
        await run().giveBack(late, { ...late, claimId: 'older', state: 'done' });
        expect(await known(app)).toEqual(next);
      });
    });

    describe('restarts in a row', () => {
      /** Restarts, each of another dyno, so long after the one before; says how many in a row each was. */
      async function restartAll(waits: readonly number[]): Promise<number[]> {
        const app = anyApp();
        const counts: number[] = [];
        let now = NOW;
        for (const [index, wait] of waits.entries()) {
          now += wait;
          const granted = await claimed({ app, dyno: `uuid-${index}`, now });
          await run().settle(granted);
          counts.push(granted.restarts);
        }
        return counts;
      }

      it.each<[string, number[], number[]]>([
        ['each when its window allows', [0, WINDOW_MS, WINDOW_MS, WINDOW_MS], [1, 2, 3, 4]],
        ['each two windows after the one before', [0, 2 * WINDOW_MS, 2 * WINDOW_MS], [1, 2, 3]],
        ['one after more than two windows', [0, WINDOW_MS, 2 * WINDOW_MS + 1, WINDOW_MS], [1, 2, 1, 2]],
      ])('are counted: %s', async (_, waits, counts) => {
        expect(await restartAll(waits)).toEqual(counts);
      });

      it('do not count one again that did not happen', async () => {
        const app = anyApp();
        await claimed({ app });
        expect(await claimed({ app, now: NOW + LEASE_MS })).toMatchObject({ restarts: 1 });
        expect(await claimed({ app, now: NOW + 2 * LEASE_MS })).toMatchObject({ restarts: 1 });
      });

      it('count one that Heroku accepted, though its dyno is still there', async () => {
        const app = anyApp();
        await run().settle(await claimed({ app }));
        expect(await claimed({ app, now: NOW + WINDOW_MS })).toMatchObject({ restarts: 2 });
      });

      it('count one that nobody settled, and that happened', async () => {
        const app = anyApp();
        await claimed({ app });
        expect(await claimed({ app, dyno: 'uuid-2', now: NOW + WINDOW_MS })).toMatchObject({ restarts: 2 });
      });
    });

    describe('a turn', () => {
      const readOf = (app: string) => run().read(app);
      async function take(
        app: string,
        options: { now?: number; history?: RestartHistory; by?: Restarts } = {},
      ) {
        const { now = NOW, by = run() } = options;
        return by.takeTurn(app, 'web', options.history ?? (await readOf(app)), now);
      }
      async function taken(...asking: Parameters<typeof take>): Promise<Turn> {
        const turn = await take(...asking);
        if (turn === null) throw new Error('Expected to get the turn');
        return turn;
      }

      it('is had by one, with its lease', async () => {
        const app = anyApp();
        const turn = await taken(app);
        expect(turn).toEqual({ type: 'web', turnId: expect.any(String), leaseUntil: NOW + LEASE_MS });
        expect(await readOf(app)).toEqual({ claims: new Map(), turns: new Map([['web', turn]]) });
      });

      it.each([2, 10, 50])('is had by one of %i that want it at once', async (count) => {
        const app = anyApp();
        const history = await readOf(app);
        const turns = await Promise.all(Array.from({ length: count }, () => take(app, { history })));
        expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
      });

      it('is had by one of many that want it at once when it was given up', async () => {
        const app = anyApp();
        await run().endTurn(app, await taken(app), NOW);
        const history = await readOf(app);
        const turns = await Promise.all(Array.from({ length: 20 }, () => take(app, { history })));
        expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
      });

      it('is not had by another while its lease holds', async () => {
        const app = anyApp();
        await taken(app);
        expect(await take(app, { now: NOW + LEASE_MS - 1 })).toBeNull();
        expect(await take(app, { now: NOW + LEASE_MS })).not.toBeNull();
      });

      it('that was given up may be had at once, by who has read that', async () => {
        const app = anyApp();
        await run().endTurn(app, await taken(app), NOW + 1);
        expect(await take(app, { now: NOW + 1 })).not.toBeNull();
      });

      it('is not had by who read the table before another had it', async () => {
        const app = anyApp();
        const earlier = await readOf(app);
        await run().endTurn(app, await taken(app), NOW);
        expect(await take(app, { history: earlier })).toBeNull();
        const between = await readOf(app);
        await run().endTurn(app, await taken(app), NOW);
        expect(await take(app, { history: between })).toBeNull();
        expect(await take(app, { history: between, now: NOW + 10 * LEASE_MS })).toBeNull();
      });

      it('is not had by who saw it held, and it was given up since: the dyno list may be older than that', async () => {
        const app = anyApp();
        const slow = await taken(app);
        const held = await readOf(app);
        await run().endTurn(app, slow, NOW + LEASE_MS);
        expect(await take(app, { history: held, now: NOW + LEASE_MS })).toBeNull();
      });

      it('of one type says nothing of another, nor of another app', async () => {
        const app = anyApp();
        await taken(app);
        const history = await readOf(app);
        expect(await run().takeTurn(app, 'worker', history, NOW)).not.toBeNull();
        expect(await run().takeTurn(`${app}-2`, 'web', await readOf(`${app}-2`), NOW)).not.toBeNull();
      });

      it('that was written twice, its first answer lost, is still one’s own', async () => {
        const app = anyApp();
        const by = run(() => 'the-same-id');
        const history = await readOf(app);
        expect(await take(app, { by, history })).not.toBeNull();
        expect(await take(app, { by, history })).not.toBeNull();
      });

      it('that another has by now is not given up for it', async () => {
        const app = anyApp();
        const late = await taken(app);
        const next = await taken(app, { now: NOW + LEASE_MS });
        await run().endTurn(app, late, NOW + LEASE_MS);
        expect((await readOf(app)).turns.get('web')).toEqual(next);
      });

      it('stands beside the claims of its type', async () => {
        const app = anyApp();
        const turn = await taken(app);
        const granted = await claimed({ app });
        expect(await readOf(app)).toEqual({
          claims: new Map([['web.1', granted]]),
          turns: new Map([['web', turn]]),
        });
      });
    });

    describe('an item that somebody else wrote', () => {
      const whole = {
        dyno: 'uuid-1',
        restartedAt: NOW,
        state: 'done',
        claimId: 'id',
        leaseUntil: NOW,
        restarts: 1,
        expiresAt: NOW,
      };

      it.each<[string, string, Record<string, string | number>]>([
        ['nothing but its keys', 'dyno', {}],
        ['no dyno', 'dyno', without(whole, 'dyno')],
        ['no state', 'state', without(whole, 'state')],
        ['no claimId', 'claimId', without(whole, 'claimId')],
        ['no restartedAt', 'restartedAt', without(whole, 'restartedAt')],
        ['a restartedAt in words', 'restartedAt', { ...whole, restartedAt: '2026-01-05' }],
        ['a leaseUntil in words', 'leaseUntil', { ...whole, leaseUntil: 'soon' }],
        ['a dyno that is a number', 'dyno', { ...whole, dyno: 1 }],
      ])('is named, with what is wrong: %s', async (_, field, attributes) => {
        const app = anyApp();
        await put(app, 'web.1', attributes);
        await expect(run().read(app)).rejects.toMatchObject({
          reason: 'restarts-table',
          message: expect.stringContaining(`${app} / web.1 has no valid "${field}"`),
        });
        // The others have no part in it.
        await expect(run().read(anyApp())).resolves.toBeDefined();
      });

      it('is named among the turns as well', async () => {
        const app = anyApp();
        await put(app, 'web', { turnId: 'x' });
        await expect(run().read(app)).rejects.toMatchObject({
          reason: 'restarts-table',
          message: expect.stringContaining(`${app} / web has no valid "leaseUntil"`),
        });
      });

      it('may say more than is asked', async () => {
        const app = anyApp();
        await put(app, 'web.1', { ...whole, note: 'by hand' });
        expect(await known(app)).toEqual({ app, process: 'web.1', ...whole });
      });
    });

    it('a history of more than a page is read whole', async () => {
      const app = anyApp();
      const processes = Array.from({ length: 4 }, (_, index) => `web.${index + 1}`);
      for (const process of processes) {
        await claimed({ app, process });
        const { restartedAt, leaseUntil, restarts, expiresAt } = await claimed({ app: anyApp() });
        // A page is a megabyte.
        const padding = 'x'.repeat(380_000);
        const item = {
          dyno: 'uuid-1',
          state: 'done',
          claimId: 'id',
          restartedAt,
          leaseUntil,
          restarts,
          expiresAt,
        };
        await put(app, process, { ...item, padding });
      }
      expect([...(await run().read(app)).claims.keys()].sort()).toEqual(processes);
    });

    describe('whatever runs do, and whenever they crash', () => {
      const anyStep = fc.record({
        /** Passes before. */
        ms: fc.constantFrom(0, 1, 1000, LEASE_MS - 1, LEASE_MS, LEASE_MS, WINDOW_MS / 2, WINDOW_MS),
        /** What becomes of the restart, where it is asked for: Heroku's answer, or none that is known. */
        answer: fc.constantFrom('accepted', 'refused', 'unknown'),
        happens: fc.boolean(),
        /** The run crashes once it has asked for the restart: nothing is settled, and the turn is not given up. */
        crashes: fc.boolean(),
        /** How many runs try at the same time, all of them knowing the same. */
        runs: fc.integer({ min: 1, max: 3 }),
        /** Whether they act on what was read a step ago. */
        late: fc.boolean(),
      });

      it('a process is restarted once in a window, and a refused restart leaves no trace', async () => {
        let restarts = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), async (steps) => {
            const app = anyApp();
            let now = NOW;
            let dyno = 'uuid-0';
            let restartedAt: number | undefined;
            let earlier = { history: await run().read(app), dyno };
            for (const { ms, answer, happens, crashes, runs, late } of steps) {
              now += ms;
              const current = { history: await run().read(app), dyno };
              const seen = late ? earlier : current;
              earlier = current;
              const before = seen.history.claims.get('web.1');
              const tries = Array.from({ length: runs }, async () => {
                const turn = await run().takeTurn(app, 'web', seen.history, now);
                const granted = turn && (await claim({ app, now, before, dyno: seen.dyno }));
                if (turn !== null && granted === null) await run().endTurn(app, turn, now);
                return granted && { turn, granted };
              });
              const tried = (await Promise.all(tries)).filter((one) => one !== null);
              expect(tried.length).toBeLessThanOrEqual(1);
              const [only] = tried;
              if (only === undefined) continue;
              // A restart goes to a name: whoever bears it now goes down.
              if (answer === 'accepted' || (answer === 'unknown' && happens)) {
                if (restartedAt !== undefined) expect(now - restartedAt).toBeGreaterThanOrEqual(WINDOW_MS);
                restartedAt = now;
                restarts++;
                dyno = `uuid-${restarts}`;
              }
              if (crashes) continue;
              if (answer === 'accepted') await run().settle(only.granted);
              if (answer === 'refused') {
                await run().giveBack(only.granted, before);
                expect(await known(app)).toEqual(before);
              }
              await run().endTurn(app, only.turn, now);
            }
            // And it does not end there: when everything is over, the next may be restarted.
            now += WINDOW_MS + LEASE_MS;
            expect(await run().takeTurn(app, 'web', await run().read(app), now)).not.toBeNull();
            expect(await claim({ app, now, dyno })).not.toBeNull();
          }),
          { numRuns: 40 },
        );
        // Otherwise the property would say nothing.
        expect(restarts).toBeGreaterThan(20);
      });
    });
  });
}

function without(attributes: Record<string, string | number>, name: string): Record<string, string | number> {
  return Object.fromEntries(Object.entries(attributes).filter(([other]) => other !== name));
}

/** What is said where there is no table to be had. */
export async function tableProblem(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError, found ${error}`);
  expect(error.reason).toBe('restarts-table');
  return error;
}
