/**
 * Takes Ruby apart into words, without running it: enough of it to tell what is code from what is a comment or a
 * string, so that nothing inside those is taken for a setting. Takes any text, and never fails: what is no Ruby comes
 * out as signs that nobody looks for.
 */

export interface Token {
  readonly kind: 'word' | 'string' | 'list' | 'number' | 'symbol' | 'sign' | 'end-of-line';
  /** As it is written; of a string, its quotes alone, for its content may be a secret. */
  readonly text: string;
  /** A string's content, null where Ruby would have to be run for it; a list's words; a number's or symbol's text. */
  readonly value: string | null;
  readonly values: readonly string[];
  /** From 1. */
  readonly line: number;
  /** Where it stands, in characters. */
  readonly start: number;
  readonly end: number;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };
/** What is tried in turn, the last of which is found in any text. */
const PLAIN: readonly (readonly [Token['kind'], RegExp])[] = [
  ['word', /(?:@@?|\$)?[A-Za-z_][A-Za-z0-9_]*(?:[?!](?!=))?/y],
  ['number', /\d[\d_]*(?:\.\d[\d_]*)?/y],
  ['symbol', /:[A-Za-z_][A-Za-z0-9_]*[?!]?/y],
  ['sign', /->|\*\*|\|\||&&|=>|==|!=|=~|<=|>=|::|\+=|-=|\*=|\/=|\|\|=|./suy],
];
const LITERAL = /%([wWiIqQ]?)([([{<|!/])/y;
const HEREDOC = /<<([-~]?)(["'`]?)([A-Za-z_][A-Za-z0-9_]*)\2/y;
const BLOCK_COMMENT = /=begin\b[\s\S]*?(?:\n=end\b[^\n]*|$(?![\s\S]))/y;
const END_OF_CODE = /__END__\r?(?:\n|$(?![\s\S]))[\s\S]*/y;
const COMMENT = /#[^\n]*/y;
const SPACES = /(?:[ \t\r\f\v]|\\\r?\n)+/y;

export function tokenize(text: string): Token[] {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #position = 0;
  #line = 1;
  /** Heredocs that were named in this line: their texts follow it. */
  #heredocs: { readonly end: string; readonly indented: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): Token[] {
    while (this.#position < this.#text.length) {
      const before = this.#position;
      this.#next();
      // Whatever it is, it is passed.
      if (this.#position === before) this.#position++;
    }
    this.#push('end-of-line', this.#text.length, null);
    return this.#tokens;
  }

  #next(): void {
    if (this.#isLineStart() && (this.#skip(BLOCK_COMMENT) || this.#skip(END_OF_CODE))) return;
    if (this.#skip(SPACES) || this.#skip(COMMENT)) return;
    if (this.#text[this.#position] === '\n') {
      this.#endLine();
    } else if (!this.#readQuoted() && !this.#readLiteral() && !this.#readHeredoc()) {
      this.#readPlain();
    }
  }

  #readPlain(): void {
    for (const [kind, pattern] of PLAIN) {
      const match = this.#match(pattern);
      if (match === undefined) continue;
      const value = kind === 'symbol' ? match.slice(1) : kind === 'sign' ? null : match;
      this.#push(kind, this.#position + match.length, value);
      return;
    }
  }

  #endLine(): void {
    this.#push('end-of-line', this.#position + 1, null);
    for (const { end, indented } of this.#heredocs.splice(0)) {
      let lineStart = this.#position;
      for (;;) {
        const lineEnd = this.#indexOf('\n', lineStart);
        const line = this.#text.slice(lineStart, lineEnd).replace(/\r$/, '');
        if (lineEnd >= this.#text.length || (indented ? line.trim() : line) === end) {
          this.#moveTo(Math.min(this.#text.length, lineEnd + 1));
          break;
        }
        lineStart = lineEnd + 1;
      }
    }
  }

  #readQuoted(): boolean {
    const quote = this.#text[this.#position] ?? '';
    const isQuoted = ['"', "'", '`'].includes(quote) || (quote === '/' && this.#isValueExpected());
    if (isQuoted) this.#readString(this.#position + 1, quote, '', quote !== "'");
    return isQuoted;
  }

  /** @param opening what nests, as in `%w{a {b} c}`; empty where nothing does */
  #readString(start: number, closing: string, opening: string, interpolates: boolean): void {
    let depth = 0;
    let isPlain = true;
    let content = '';
    let position = start;
    for (; position < this.#text.length; position++) {
      const character = this.#text[position] ?? '';
      if (character === '\\') {
        const escaped = this.#text[position + 1] ?? '';
        // In double quotes, `\n` and its kin stand for something else.
        if (interpolates && /[A-Za-z0-9]/.test(escaped)) isPlain = false;
        content += escaped === closing || escaped === '\\' || interpolates ? escaped : `\\${escaped}`;
        position++;
      } else if (interpolates && character === '#' && this.#text[position + 1] === '{') {
        isPlain = false;
        position = this.#endOfInterpolation(position + 2);
      } else if (depth === 0 && character === closing) {
        break;
      } else {
        if (character === opening) depth++;
        if (character === closing) depth--;
        content += character;
      }
    }
    this.#push('string', Math.min(this.#text.length, position + 1), isPlain ? content : null);
  }

  /** Strings in it may hold braces, and do so rarely: what counts is that its end is found. */
  #endOfInterpolation(start: number): number {
    let depth = 1;
    for (let position = start; position < this.#text.length; position++) {
      const character = this.#text[position];
      if (character === '{') depth++;
      if (character === '}' && --depth === 0) return position;
    }
    return this.#text.length;
  }

  /** `%w{web worker}`, `%q(text)`. */
  #readLiteral(): boolean {
    LITERAL.lastIndex = this.#position;
    const match = LITERAL.exec(this.#text);
    if (match === null || !this.#isValueExpected()) return false;
    const [whole, kind = '', opening = ''] = match;
    const closing = CLOSING[opening] ?? opening;
    const from = this.#position;
    const isList = /[wi]/i.test(kind);
    this.#readString(from + whole.length, closing, closing === opening ? '' : opening, !/[wiq]/.test(kind));
    const read = this.#tokens.pop();
    if (read === undefined) return false;
    const values = isList ? (read.value ?? '').split(/\s+/).filter((word) => word !== '') : [];
    this.#tokens.push({ ...read, kind: isList ? 'list' : 'string', values, start: from });
    return true;
  }

  #readHeredoc(): boolean {
    HEREDOC.lastIndex = this.#position;
    const match = HEREDOC.exec(this.#text);
    if (match === null) return false;
    const [whole, dash = '', quote = '', end = ''] = match;
    // `a <<B` might be a shift, and is one where B is no heredoc's usual name.
    if (dash === '' && quote === '' && (!/^[A-Z]/.test(end) || !this.#isValueExpected())) return false;
    this.#heredocs.push({ end, indented: dash !== '' });
    this.#push('string', this.#position + whole.length, null);
    return true;
  }

  /** Whether what comes next begins a value, or goes on with one: `a / b` divides, `x = /b/` is an expression. */
  #isValueExpected(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined || last.kind === 'end-of-line') return true;
    if (last.kind === 'word') {
      return last.end < this.#position && !/\s/.test(this.#text[this.#position + 1] ?? ' ');
    }
    return last.kind === 'sign' && ![')', ']', '}'].includes(last.text);
  }

  #isLineStart(): boolean {
    return this.#position === 0 || this.#text[this.#position - 1] === '\n';
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#text)?.[0];
  }

  #skip(pattern: RegExp): boolean {
    const match = this.#match(pattern);
    if (match === undefined) return false;
    this.#moveTo(this.#position + match.length);
    return true;
  }

  #push(kind: Token['kind'], end: number, value: string | null): void {
    const start = this.#position;
    const text = kind === 'string' || kind === 'list' ? '…' : this.#text.slice(start, end);
    this.#tokens.push({ kind, text, value, values: [], line: this.#line, start, end });
    this.#moveTo(end);
  }

  #moveTo(position: number): void {
    for (let index = this.#position; index < position; index++) if (this.#text[index] === '\n') this.#line++;
    this.#position = position;
  }

  #indexOf(character: string, from: number): number {
    const found = this.#text.indexOf(character, from);
    return found === -1 ? this.#text.length : found;
  }
}
