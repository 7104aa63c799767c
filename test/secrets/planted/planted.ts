/** Tests that give a secret away, for guard.test.ts. They take it from outside: no code frame may show it. */
import { expect, it } from 'vitest';
import { watch } from '../watch.ts';

const { PLANTED = '' } = process.env;

it('prints', () => {
  console.log(`printed: ${PLANTED}`);
});

it('writes', () => {
  process.stderr.write(`written: ${PLANTED}\n`);
});

it('expects', () => {
  expect(`expected: ${PLANTED}`).toBe('');
});

it('throws', () => {
  throw new Error(`thrown: ${PLANTED}`);
});

it('keeps to itself', () => {
  watch(`kept: ${PLANTED}`);
});

it('is discreet', () => {
  console.log('nothing to see');
});
