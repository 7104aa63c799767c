/**
 * What a doctor says: a list of checks, each with what was found, and with what to do where that is wrong. The facts
 * that they are made from may be missing, and then it matters why: what could not be asked is a trouble of its own,
 * what was not asked, because of another trouble, is none.
 */

export interface Check {
  readonly check: string;
  /** `note`: as somebody may want it, and yet worth knowing. */
  readonly state: 'ok' | 'note' | 'problem' | 'not-checked';
  readonly found: string;
  /** Commands to paste, where there is something to do. */
  readonly remedy: readonly string[];
}

export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** Asking for it went wrong. */
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: readonly string[] }
  /** It was not asked for, because of what else has failed. */
  | { readonly kind: 'unasked'; readonly because: string };

/** A check's outcome, without its name. */
export type Finding = Omit<Check, 'check'>;

export function known<T>(value: T): Fact<T> {
  return { kind: 'known', value };
}

export function failed(message: string, ...remedy: readonly string[]): Fact<never> {
  return { kind: 'failed', message, remedy };
}

export function unasked(because: string): Fact<never> {
  return { kind: 'unasked', because };
}

export function ok(found: string): Finding {
  return { state: 'ok', found, remedy: [] };
}

export function note(found: string, ...remedy: readonly string[]): Finding {
  return { state: 'note', found, remedy };
}

export function problem(found: string, ...remedy: readonly string[]): Finding {
  return { state: 'problem', found, remedy };
}

export function notChecked(because: string): Finding {
  return { state: 'not-checked', found: because, remedy: [] };
}

/** The checks that a fact gives: several of one name, where there is more to say than one thing. */
export function checksOf<T>(
  check: string,
  fact: Fact<T>,
  judge: (value: T) => Finding | readonly Finding[],
): Check[] {
  return findingsOf(fact, judge).map((finding) => ({ check, ...finding }));
}

function findingsOf<T>(fact: Fact<T>, judge: (value: T) => Finding | readonly Finding[]): readonly Finding[] {
  switch (fact.kind) {
    case 'known':
      return [judge(fact.value)].flat();
    case 'failed':
      return [problem(fact.message, ...fact.remedy)];
    case 'unasked':
      return [notChecked(fact.because)];
    default:
      return fact satisfies never;
  }
}

/** Several facts as one: known where all are, and else what the first of them is that is not. */
export function all<A, B>(a: Fact<A>, b: Fact<B>): Fact<readonly [A, B]>;
export function all<A, B, C>(a: Fact<A>, b: Fact<B>, c: Fact<C>): Fact<readonly [A, B, C]>;
export function all<A, B, C, D>(a: Fact<A>, b: Fact<B>, c: Fact<C>, d: Fact<D>): Fact<readonly [A, B, C, D]>;
export function all(...facts: readonly Fact<unknown>[]): Fact<readonly unknown[]> {
  const values: unknown[] = [];
  for (const fact of facts) {
    if (fact.kind !== 'known') return fact;
    values.push(fact.value);
  }
  return known(values);
}

/** For what builds upon a fact that has its own check: where that failed, this is not checked. */
export function basedOn<T>(fact: Fact<T>, because: string): Fact<T> {
  return fact.kind === 'failed' ? unasked(because) : fact;
}
