/**
 * What our pages say to type. The end-to-end suite types it; here is seen to it that nothing is left out of that, and that
 * the command line knows each of its commands, those in the middle of a sentence too.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leftOut, pages, sectionsOf, TYPED_IN } from './e2e/readme.ts';
import { UNTYPED } from './e2e/untyped.ts';
import { deploy } from './infra/cli/deployed.ts';
import { openTerminal } from './infra/cli/typed.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const sections = pages().flatMap(sectionsOf);

describe('every command of our pages', () => {
  it('is typed by a story, or has a reason why none can', () => {
    const nobodys = sections.flatMap(({ page, heading, commands }) => {
      const isTyped = TYPED_IN.some(
        ([, typedPage, typedHeading]) =>
          typedPage === page && (typedHeading === undefined || typedHeading === heading),
      );
      const left = isTyped ? [] : commands.filter((command) => !Object.hasOwn(UNTYPED, command));
      return left.map((command) => `${page}, ${heading}: ${command}`);
    });
    expect(nobodys, 'give the section to a story, in TYPED_IN of test/e2e/readme.ts').toEqual([]);
  });

  it('has a reason only where it still is on a page', () => {
    const all = new Set(sections.flatMap(({ commands }) => commands));
    expect(Object.keys(UNTYPED).filter((command) => !all.has(command))).toEqual([]);
  });

  it.each([...TYPED_IN])('is held against what was typed by %s, of %s, %s', (suite, page, heading) => {
    expect(read(`test/e2e/${suite}`)).toContain(`expect(leftOut('${suite}', `);
    const headings = sections.filter((section) => section.page === page).map((section) => section.heading);
    expect(headings).not.toEqual([]);
    if (heading !== undefined) expect(headings).toContain(heading);
  });
});

describe('what a story has left out', () => {
  const asTyped = sections
    .filter(({ page }) => page === 'docs/guide.md')
    .flatMap(({ commands }) => commands)
    .map((command) => command.replaceAll('YOUR-APP', 'shop').replace(/\bID$/, '0123'));

  it('is nothing where all was typed, with words of its own in the place of ours', () => {
    expect(leftOut('guide.e2e.ts', asTyped)).toEqual([]);
  });

  it('is what was not typed, or not as it is on the page', () => {
    const typed = asTyped.filter((command) => command !== 'npx whacamole apps pause shop');
    expect(leftOut('guide.e2e.ts', typed)).toEqual([
      'docs/guide.md, 8. Go live: npx whacamole apps pause YOUR-APP',
    ]);
    expect(leftOut('guide.e2e.ts', [...typed, 'npx whacamole apps pause shop --yes'])).toHaveLength(1);
  });
});

describe('the command line', () => {
  const commands = new Set(
    pages().flatMap((page) =>
      [...read(page).matchAll(/npx whacamole ([a-z][^`\n]*?)(?= +# |`|\n)/g)].map(([, args = '']) => args),
    ),
  );

  it('is on our pages', () => {
    expect(commands.size).toBeGreaterThan(20);
  });

  it.each([...commands])('knows: npx whacamole %s', async (typed) => {
    const folder = await mkdtemp(join(tmpdir(), 'whacamole-pages-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const log = join(folder, 'YOUR.log');
    await writeFile(log, SAMPLE);
    const args = wordsOf(typed).map((word) =>
      word
        .replace('YOUR-APP', 'my-shop')
        .replace('YOUR.log', log)
        .replace('YOUR.html', join(folder, 'YOUR.html')),
    );
    const terminal = await openTerminal();
    const deployed = await deploy();
    terminal.world.configure('my-shop', { dryRun: true });
    // A command's bare name in a sentence is no command yet.
    if (args.length === 1) args.push('--help');
    const isToken = args[0] === 'tokens' && args[1] === 'set';
    const { code, stderr } = await terminal.type(args, {
      environment: { AWS_ENDPOINT_URL: deployed.url },
      ...(args.includes('--yes')
        ? { input: terminal.world.token }
        : { answers: isToken ? [terminal.world.token, true] : [true] }),
      edit: async () => {},
    });
    expect(code, stderr).not.toBe(2);
  });
});

const SAMPLE =
  '2026-01-05T12:00:03.000000+00:00 heroku[web.1]: source=web.1 dyno=heroku.1.7f9b14bc-1d3b-47f4-91c1-704964b8793f ' +
  'sample#memory_total=340.00MB sample#memory_rss=340.00MB sample#memory_cache=0.00MB sample#memory_swap=0.00MB ' +
  'sample#memory_pgpgin=9pages sample#memory_pgpgout=0pages sample#memory_quota=512.00MB\n';

/** As a shell would take them apart. */
function wordsOf(typed: string): string[] {
  return [...typed.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
}
