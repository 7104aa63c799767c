import { defineConfig } from 'vitest/config';

/** Story by story, and no further than the first step that fails: each one builds on those before it. */
export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ['**/*.e2e.ts'],
    globalSetup: 'test/e2e/setup.ts',
    setupFiles: 'test/secrets/setup.ts',
    fileParallelism: false,
    bail: 1,
    // A deploy takes seconds on an idle machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['verbose'],
  },
});
