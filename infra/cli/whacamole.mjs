#!/usr/bin/env node
/**
 * What `npx whacamole` starts: the built command line, built first where it is not there. JavaScript, because a
 * Node that is too old for the rest must still be able to read this file, and to say so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const project = new URL('../../', import.meta.url);
const built = new URL('dist/cli/main.mjs', project);

/** @param {string} message */
function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (Number.parseInt(process.versions.node, 10) < 24) {
  refuse(
    `The command line of Whacamole needs Node 24, and this is ${process.version}. After npm ci, npx whacamole ` +
      "in the project's folder brings Node 24 along.",
  );
}
if (!existsSync(built)) {
  if (!existsSync(new URL('node_modules/esbuild', project))) {
    refuse(`Whacamole is not installed: run npm ci in ${fileURLToPath(project)} first.`);
  }
  process.stderr.write('Building the command line, this once…\n');
  const build = spawnSync(process.execPath, ['infra/build.ts'], {
    cwd: fileURLToPath(project),
    stdio: ['ignore', 2, 2],
  });
  if (build.status !== 0) refuse('It could not be built: run npm run build to see why.');
}
await import(built.href);
