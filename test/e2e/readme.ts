/**
 * The commands of the README, of SECURITY.md and of docs/events.md, as they stand there: the suite types nothing that a reader
 * would not find. Fenced `sh` blocks alone are read, a command to a line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const README = read('README.md');
const SECURITY = read('SECURITY.md');
const EVENTS = read('docs/events.md');
const BLOCK = /^( *)```sh\n(.*?)^\1```$/gms;

/** Every command of a section of the README, in order. @throws where there is none */
export function commandsOf(heading: string): string[] {
  return commandsIn(section(README, heading), heading);
}

/** The same of a section of SECURITY.md. */
export function securityCommandsOf(heading: string): string[] {
  return commandsIn(section(SECURITY, heading), heading);
}

function commandsIn(text: string, heading: string): string[] {
  const commands = [...text.matchAll(BLOCK)].flatMap(([, , block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/ +# .*$/, '').trim())
      .filter((line) => line !== ''),
  );
  if (commands.length === 0) throw new Error(`Expected commands under "## ${heading}", found none`);
  return commands;
}

/** What is to be typed in one go, for its lines build on each other, under a heading of docs/events.md. */
export function blockOnEvents(heading: string): string {
  const [block] = section(EVENTS, heading).matchAll(BLOCK);
  if (block?.[2] === undefined) throw new Error(`Expected a block under "## ${heading}", found none`);
  return `set -e\n${block[2]}`;
}

/** The one command, in a block or in the text, that holds these words. */
export function commandWith(words: string): string {
  const found = [...README.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => code.includes(words));
  const [command] = found;
  if (command === undefined)
    throw new Error(`Expected the README to name a command with "${words}", found none`);
  return command;
}

/** Under the name of an app of one's own. */
export function forApp(app: string, command: string): string {
  return command.replaceAll('YOUR-APP', app);
}

function section(text: string, heading: string): string {
  const [, rest] = text.split(`\n## ${heading}\n`);
  if (rest === undefined) throw new Error(`Expected a section "${heading}", found none`);
  return rest.split('\n## ')[0] ?? '';
}
