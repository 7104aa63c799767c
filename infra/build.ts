/**
 * Builds what the stack deploys: `dist/scan/index.mjs`, one self-contained ES module.
 *
 * What surprises: the SDK's chain of credential providers (profiles, SSO, instance metadata, 130 KB) is left out.
 * Lambda hands its credentials over in the environment, always, and bytes are what a cold start is made of.
 */
import { build } from 'esbuild';

await build({
  entryPoints: ['functions/scan.ts'],
  outfile: 'dist/scan/index.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The packages' CommonJS builds cannot be shaken, and would double the size.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  alias: { '@aws-sdk/credential-provider-node': './infra/aws/environment-credentials.ts' },
  logLevel: 'warning',
});
