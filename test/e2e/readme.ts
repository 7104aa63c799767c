/**
 * The commands of the README and of all other pages, as they stand there: the suite types nothing that a reader would
 * not find, and all that one would. Fenced `sh` blocks alone are read, a command to a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNTYPED } from './untyped.ts';

const PROJECT = join(import.meta.dirname, '../..');
const BLOCK = /^( *)```sh\n(.*?)^\1```$/gms;

export interface Section {
  /** `docs/guide.md` */
  readonly page: string;
  /** Of the second level; empty for what stands before the first. */
  readonly heading: string;
  readonly commands: readonly string[];
}

/** Which stories type the commands of a page, or of one section of it. */
export const TYPED_IN: readonly (readonly [suite: string, page: string, heading?: string])[] = [
  ['heroku-cli.e2e.ts', 'README.md', 'Try it'],
  ['user.e2e.ts', 'README.md', 'Deploy it'],
  ['user.e2e.ts', 'README.md', 'Leave it'],
  ['user.e2e.ts', 'SECURITY.md'],
  ['user.e2e.ts', 'docs/events.md'],
  ['fan-out.e2e.ts', 'docs/scale.md'],
  ['guide.e2e.ts', 'docs/guide.md'],
  ['pages.e2e.ts', 'README.md', 'From the command line'],
  ['pages.e2e.ts', 'docs/choosing-a-threshold.md'],
  ['pages.e2e.ts', 'docs/moving-from-the-gem.md'],
  ['pages.e2e.ts', 'docs/preboot-and-private-spaces.md'],
  ['pages.e2e.ts', 'docs/troubleshooting.md'],
];

/** What a reader puts something of their own in the place of. */
const PLACEHOLDERS =
  /YOUR-APP|APP-OF-THE-GEM|LOG-GROUP|OLD-ID|\bID\b|\bTABLE\b|YOUR\.log|YOUR\.html|config\/whacamole\.rb/g;

/** Every page that a user of the product reads. */
export function pages(): string[] {
  const inDocs = readdirSync(join(PROJECT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'SECURITY.md', ...inDocs.map((name) => `docs/${name}`)];
}

/** Those that hold commands. */
export function sectionsOf(page: string): Section[] {
  const [before = '', ...sections] = read(page).split(/^## /m);
  return [`\n${before}`, ...sections].flatMap((text) => {
    const end = text.indexOf('\n');
    const commands = commandsIn(text.slice(end));
    return commands.length === 0 ? [] : [{ page, heading: text.slice(0, end), commands }];
  });
}

/** Every command of a section, in order. @throws where there is none */
export function commandsOf(heading: string, page = 'README.md'): readonly string[] {
  const section = sectionsOf(page).find((one) => one.heading === heading);
  if (section === undefined)
    throw new Error(`Expected commands under "## ${heading}" in ${page}, found none`);
  return section.commands;
}

/** What is to be typed in one go, for its lines build on each other. */
export function blockOf(heading: string, page: string): string {
  return ['set -e', ...commandsOf(heading, page)].join('\n');
}

/** The one command of the README, in a block or in the text, that holds these words. */
export function commandWith(words: string): string {
  const found = [...read('README.md').matchAll(/`([^`\n]+)`/g)]
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

/**
 * What a story was to type and did not, those that no story can left out.
 *
 * @param typed each as it was typed; of several lines, each is one
 */
export function leftOut(suite: string, typed: readonly string[]): string[] {
  const lines = typed.flatMap((command) => command.split('\n'));
  return TYPED_IN.filter(([name]) => name === suite)
    .flatMap(([, page, heading]) =>
      sectionsOf(page).filter((section) => heading === undefined || section.heading === heading),
    )
    .flatMap(({ page, heading, commands }) =>
      commands
        .filter((command) => !Object.hasOwn(UNTYPED, command))
        .filter((command) => !lines.some((line) => patternOf(command).test(line)))
        .map((command) => `${page}, ${heading}: ${command}`),
    );
}

/** A command as it may be typed: a reader's own words in the place of the placeholders, and nothing else. */
function patternOf(command: string): RegExp {
  const literal = command.split(PLACEHOLDERS).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('\\S+')}$`);
}

function commandsIn(text: string): string[] {
  return [...text.matchAll(BLOCK)].flatMap(([, , block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/ +# .*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

function read(page: string): string {
  return readFileSync(join(PROJECT, page), 'utf8');
}
