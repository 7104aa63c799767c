/** Asks for a fact, and takes whatever goes wrong on the way for an answer: one trouble must not hide the others. */
import type * as z from 'zod/mini';
import { CommandError } from '../errors.ts';
import { explainError } from '../explain-error.ts';
import { askHeroku, type HerokuAccess } from '../heroku.ts';
import { type Fact, failed, known } from './checks.ts';

export async function attempt<T>(ask: () => Promise<T>, ...remedy: readonly string[]): Promise<Fact<T>> {
  try {
    return known(await ask());
  } catch (error) {
    return failed(explainError(error).message, ...remedy);
  }
}

/** What follows from a fact that has a check of its own: asked for only where that one is known. */
export async function afterwards<T, U>(
  fact: Fact<T>,
  because: string,
  ask: (value: T) => Promise<Fact<U>>,
): Promise<Fact<U>> {
  switch (fact.kind) {
    case 'known':
      return ask(fact.value);
    case 'failed':
      return { kind: 'unasked', because };
    case 'unasked':
      return fact;
    default:
      return fact satisfies never;
  }
}

/** @throws CommandError where Heroku does not answer well */
export async function getFromHeroku<T>(
  access: HerokuAccess,
  path: string,
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const answer = await askHeroku(access, path, schema);
  if (answer.status === 'ok') return answer.body;
  throw new CommandError(`GET ${path}: Heroku answered ${answer.status} ${answer.message}.`);
}
