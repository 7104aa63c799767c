import { afterEach, expect } from 'vitest';
import { takeSeen } from './watch.ts';

afterEach(() => {
  expect(takeSeen(), 'tokens and URLs of log sessions in what was written').toBe(0);
});
