/**
 * What a test has written for itself alone (the lines of a handler, the output of a process that it has started) is
 * searched as well: the fixtures hand it through here, and after each test setup.ts asks whether a secret was in it.
 */
import { secretsIn } from './looks.ts';

let seen = 0;

/** @returns the same text */
export function watch(text: string): string {
  seen += secretsIn(text).length;
  return text;
}

/** How many secrets have been seen since it was last asked. */
export function takeSeen(): number {
  const count = seen;
  seen = 0;
  return count;
}
