/**
 * Builds what is deployed and what is typed, each into a folder of its own.
 *
 * `dist/scan/index.mjs` is what the stack deploys, and `dist/scan-batch/index.mjs` where apps are many: each one
 * self-contained ES module. What surprises: the SDK's chain of
 * credential providers (profiles, SSO, instance metadata, 130 KB) is left out. Lambda hands its credentials over in
 * the environment, always, and bytes are what a cold start is made of.
 *
 * `dist/cli/main.mjs` is the command line, for a person's machine: with the whole chain, and in pieces that are
 * loaded when they are needed, so that `--help` waits for no SDK.
 */
import { rmSync } from 'node:fs';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The packages' CommonJS builds cannot be shaken, and would double the size.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** A report's page is put together from files beside its builder, by esbuild: that runs from where it stands. */
const reportFromItsPlace: Plugin = {
  name: 'report-from-its-place',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/report\/page\.ts$/ }, () => ({
      path: '../../infra/report/page.ts',
      external: true,
    }));
  },
};

// The pieces bear hashes in their names: those of the last build would stay for ever.
rmSync('dist/cli', { recursive: true, force: true });
await Promise.all([
  ...['scan', 'scan-batch'].map((name) =>
    build({
      ...common,
      entryPoints: [`functions/${name}.ts`],
      outfile: `dist/${name}/index.mjs`,
      alias: { '@aws-sdk/credential-provider-node': './infra/aws/environment-credentials.ts' },
    }),
  ),
  build({
    ...common,
    entryPoints: ['infra/cli/main.ts'],
    outdir: 'dist/cli',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    plugins: [reportFromItsPlace],
    // Some packages are CommonJS, and ask for Node's own modules by require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  }),
]);
