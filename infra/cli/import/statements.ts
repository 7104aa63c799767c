/** Ruby's statements, as far as they can be told apart without running anything. */
import { withholdSecrets } from '../../../lib/config/app-config.ts';
import type { Token } from './ruby-tokens.ts';

export type Statement = readonly [Token, ...Token[]];

const OPENING = ['(', '['];
const CLOSING = [')', ']'];
/** A line that ends with one of these goes on in the next. */
const GOES_ON = ['=', ',', '.', '+', '-', '*', '/', '&&', '||', '=>', '::'];
/** What `end` belongs to, where it begins a statement or a value; `do` is counted wherever it stands. */
const BEGINS = ['if', 'unless', 'while', 'until', 'case', 'begin', 'def', 'class', 'module', 'for'];
const LOOPS = ['while', 'until', 'for'];
const LONGEST_CODE = 60;

export interface Boundaries {
  /**
   * Whether a statement begins with these tokens, whatever came before: where a bracket is never closed, the one
   * before would go on to the end of the file.
   */
  readonly isBeginning: (following: readonly Token[]) => boolean;
  /** Whether these open a block, so that what follows in the same line is another statement. */
  readonly isOpening: (statement: readonly Token[]) => boolean;
}

/** A statement ends with its line, or at a semicolon. */
export function statementsOf(tokens: readonly Token[], { isBeginning, isOpening }: Boundaries): Statement[] {
  const statements: Statement[] = [];
  let current: Token[] = [];
  let depth = 0;
  const end = () => {
    const [first, ...rest] = current;
    if (first !== undefined) statements.push([first, ...rest]);
    current = [];
    depth = 0;
  };
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'end-of-line') {
      const goesOn = depth > 0 || isSign(current.at(-1), GOES_ON) || isSign(tokens[index + 1], ['.']);
      // Enough for any beginning that is looked for.
      if (!goesOn || isBeginning(tokens.slice(index + 1, index + 5))) end();
    } else if (depth === 0 && isSign(token, [';'])) {
      end();
    } else {
      if (isSign(token, OPENING)) depth++;
      if (isSign(token, CLOSING)) depth--;
      current.push(token);
      if (isSign(token, ['|']) && isOpening(current)) end();
    }
  }
  end();
  return statements;
}

/** How many blocks are open after it that were not before: negative where it closes some. */
export function blocksOpened(statement: readonly Token[]): number {
  let opened = 0;
  let isLoop = false;
  for (const [index, token] of statement.entries()) {
    const before = statement[index - 1];
    if (token.kind === 'sign') {
      if (token.text === '{') opened++;
      if (token.text === '}') opened--;
    }
    // A method's or a hash key's name is no keyword.
    if (token.kind !== 'word' || isSign(before, ['.', '::'])) continue;
    if (token.text === 'end') opened--;
    if (token.text === 'do' && !isLoop) opened++;
    if (BEGINS.includes(token.text) && (before === undefined || isSign(before, ['=', '|', '(', '{']))) {
      opened++;
      isLoop = LOOPS.includes(token.text);
    }
  }
  return opened;
}

export function isSign(token: Token | undefined, texts: readonly string[]): boolean {
  return token?.kind === 'sign' && texts.includes(token.text);
}

export function isWord(token: Token | undefined, text?: string): boolean {
  return token?.kind === 'word' && (text === undefined || token.text === text);
}

/** A statement as an error quotes it. Strings are left out, for each may be a secret. */
export function showCode(statement: readonly Token[]): string {
  let code = '';
  let last: Token | undefined;
  for (const token of statement) {
    const shown = token.kind === 'string' || token.kind === 'list' ? '"…"' : token.text;
    code += last === undefined || last.end === token.start ? shown : ` ${shown}`;
    last = token;
  }
  // Secrets first: half of one is no longer known for what it is.
  const safe = withholdSecrets(code);
  return safe.length > LONGEST_CODE ? `${safe.slice(0, LONGEST_CODE - 1)}…` : safe;
}
