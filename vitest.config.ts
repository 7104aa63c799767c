import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: 'test/secrets/setup.ts',
    // Much of the time is spent waiting for time limits.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'functions/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text'],
      thresholds: { 'lib/**/*.ts': { branches: 95, functions: 95, lines: 95 } },
    },
  },
});
