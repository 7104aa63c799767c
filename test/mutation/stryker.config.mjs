/**
 * Mutation tests of what a wrong restart would come from: `npm run mutate`. Each mutant is a small change to one of
 * these files, and the tests are to notice it.
 */

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    'lib/decide.ts',
    'lib/thresholds.ts',
    'lib/processes.ts',
    'lib/heroku/sample.ts',
    'lib/heroku/log-reader.ts',
    'lib/heroku/line-finder.ts',
    'lib/heroku/marker-search.ts',
    'lib/restarts.ts',
    'lib/restart-items.ts',
  ],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // There is nothing to rewrite in ours, and TypeScript 7 has not the API that Stryker would read it with.
  tsconfigFile: 'none',
  ignorePatterns: ['dist', 'cdk.out', 'coverage', 'docs'],
  // Only what has changed is tried again. Without dist/mutation, all is.
  incremental: true,
  incrementalFile: 'dist/mutation/incremental.json',
  tempDirName: 'dist/mutation/sandbox',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: 'dist/mutation/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
};
