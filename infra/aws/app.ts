/**
 * The CDK app, and the only place that knows where settings come from. Whatever is wrong with them or with the
 * build is said in plain words before anything is synthesised, and without a stack trace: it is the reader's
 * typing that is at fault, not the code.
 */

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ContextError, readSettings } from './settings.ts';
import { WhacamoleStack } from './whacamole-stack.ts';

const dist = join(import.meta.dirname, '../../dist');
const code = { scan: join(dist, 'scan'), scanBatch: join(dist, 'scan-batch') };

const say = (message: string): void => {
  process.stderr.write(`\n${message}\n\n`);
  process.exitCode = 1;
};

const synthesise = (): void => {
  // Not by itself at exit: then an app without a stack would be written even where the settings are wrong.
  const app = new App({ autoSynth: false });
  const settings = readSettings(app.node.getAllContext());
  const wanted = settings.fanOutAbove === undefined ? [code.scan] : [code.scan, code.scanBatch];
  const missing = wanted.find((folder) => !existsSync(join(folder, 'index.mjs')));
  if (missing !== undefined) {
    say(
      `The function is not built: dist/${basename(missing)}/index.mjs is missing. Run \`npm run build\` first.`,
    );
    return;
  }
  const id = settings.stage ? `Whacamole-${settings.stage}` : 'Whacamole';
  new WhacamoleStack(app, id, { settings, code });
  app.synth();
};

try {
  synthesise();
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  say(error.message);
}
