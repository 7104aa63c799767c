/** The tests that are to notice a change to the files that stryker.config.mjs names: the quick ones alone. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/lib/decide.test.ts',
      'test/lib/heroku/{sample,log-reader,line-finder}.test.ts',
      'test/lib/{processes,restart-items,restarts}.test.ts',
      'test/lib/concurrency.test.ts',
    ],
    // The same cases for each mutant, or a mutant would live or die by chance.
    setupFiles: ['test/mutation/setup.ts'],
    env: { CONCURRENCY_RUNS: '100' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
