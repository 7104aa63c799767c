/**
 * Runs a command, shows its output as it comes, and fails where a token or the URL of a log session stood in it, be it
 * in what a test has printed or in what the reporter says of one that failed:
 *
 *   node test/secrets/guard.ts vitest run
 */
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { secretsIn, withoutSecrets } from './looks.ts';

const [command = '', ...args] = process.argv.slice(2);
// Into a pipe nothing would be coloured that is in a terminal.
const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
const child = spawn(command, args, {
  env: { ...process.env, ...colours },
  stdio: ['inherit', 'pipe', 'pipe'],
});
// Ctrl-C goes to both: the child ends in its own way, and is waited for.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill());

const outputs = [shown(child.stdout, process.stdout), shown(child.stderr, process.stderr)];
child.once('error', ({ message }) => console.error(`${command} could not be run: ${message}`));
child.once('close', (code) => {
  // Null where a signal has ended it, negative where it never ran.
  process.exitCode = code === null || code < 0 ? 1 : code;
  const lines = outputs
    .flatMap((output) => stripVTControlCharacters(output()).split('\n'))
    .filter((line) => secretsIn(line).length > 0);
  if (lines.length === 0) return;
  console.error(
    `Expected no token and no URL of a log session in the output, found some in ${lines.length} of its lines:`,
  );
  for (const line of lines) console.error(`  ${withoutSecrets(line)}`);
  process.exitCode = 1;
});

/** Hands all on, and keeps it. */
function shown(from: Readable, to: Writable): () => string {
  let output = '';
  from.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    to.write(text);
  });
  return () => output;
}
