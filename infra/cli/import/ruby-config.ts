/**
 * Reads the Ruby gem's config without running Ruby: the settings that the gem knows, of each app that is named, and
 * for whatever else is there its line, so that nothing is left out in silence.
 *
 * What surprises: blocks need not be closed. The gem's own README leaves out its `end`s, so a setting belongs to the
 * app that was named last before it, wherever the blocks end.
 */
import { evaluate } from './arithmetic.ts';
import { type Token, tokenize } from './ruby-tokens.ts';
import { blocksOpened, isSign, isWord, type Statement, showCode, statementsOf } from './statements.ts';

/** Where an app's Heroku token comes from. */
export type TokenSource =
  | { readonly kind: 'environment'; readonly variable: string }
  /** It stands in the file. To be shown to nobody. */
  | { readonly kind: 'literal'; readonly secret: string }
  /** Some other expression, as code. To be shown to nobody: a secret may be a part of it. */
  | { readonly kind: 'expression'; readonly code: string };

export interface RubyApp {
  /** Undefined where its name is no plain string. */
  readonly app: string | undefined;
  readonly line: number;
  token?: TokenSource;
  dynos?: readonly string[];
  /** MB. */
  restartThreshold?: number;
  /** Seconds. */
  restartWindow?: number;
  /** Where its event handler is set. */
  handlerLine?: number;
}

/** What could not be read. */
export interface Unread {
  readonly line: number;
  /** Without its strings. */
  readonly code: string;
  /** Why not, and what to do: a sentence. */
  readonly message: string;
}

export interface RubyConfig {
  readonly apps: readonly RubyApp[];
  readonly unread: readonly Unread[];
}

/** Never throws, whatever the text is. */
export function readRubyConfig(text: string): RubyConfig {
  return new ConfigReader(text).read();
}

const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const AS_IF_ALWAYS =
  'It is not run: what is set inside it is read as if it always held. See whether that is meant.';

class ConfigReader {
  readonly #text: string;
  readonly #apps: RubyApp[] = [];
  readonly #unread: Unread[] = [];
  /** The app whose block was opened last, and what the block calls its config. */
  #app: RubyApp | undefined;
  #variable: string | undefined;
  /** How many blocks are open of what is passed over: an event handler. */
  #passing = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): RubyConfig {
    const statements = statementsOf(tokenize(this.#text), {
      isBeginning: ([first, second, third, fourth]) =>
        isConfigure(first, second, third) ||
        (isWord(first) && isSign(second, ['.']) && isWord(third) && isSign(fourth, ['='])),
      isOpening: (statement) => {
        const [first, second, third] = statement;
        return isConfigure(first, second, third) && blockVariable(statement) !== undefined;
      },
    });
    for (const statement of statements) this.#readStatement(statement);
    return { apps: this.#apps, unread: this.#unread };
  }

  #readStatement(statement: Statement): void {
    const [first, second, third, fourth, ...value] = statement;
    if (isConfigure(first, second, third)) {
      this.#openApp(statement);
    } else if (this.#isConfig(first) && isSign(second, ['.']) && isWord(third) && isSign(fourth, ['='])) {
      // Even where a handler seems to go on: nobody sets the config in there, and its `end` may be left out.
      this.#passing = 0;
      this.#readSetting(third?.text ?? '', withoutEnd(value), statement);
    } else if (this.#passing > 0) {
      this.#passing = Math.max(0, this.#passing + blocksOpened(statement));
    } else if (!isEnd(statement)) {
      this.#leave(
        statement,
        blocksOpened(statement) > 0 ? AS_IF_ALWAYS : 'It is no setting of the gem, and is left out.',
      );
    }
  }

  #isConfig(token: Token | undefined): boolean {
    return this.#variable !== undefined && isWord(token, this.#variable);
  }

  /** `Whacamole.configure("shop") do |config|` */
  #openApp(statement: Statement): void {
    const variable = blockVariable(statement);
    const opening = statement.findIndex((token) => isWord(token, 'do') || isSign(token, ['{']));
    const [name, ...more] = unwrapped(statement.slice(3, opening === -1 ? undefined : opening));
    const isPlain = name?.kind === 'string' && name.value !== null && more.length === 0;
    const app: RubyApp = { app: isPlain ? (name.value ?? undefined) : undefined, line: statement[0].line };
    const known = this.#apps.find((other) => app.app !== undefined && other.app === app.app);
    // The gem goes on with the config of an app that it knows.
    this.#app = known ?? app;
    if (known === undefined) this.#apps.push(app);
    this.#passing = 0;
    this.#variable = variable;
    if (!isPlain) {
      this.#leave(statement, "The app's name is no plain string: take what is shown of it over by hand.");
    }
    if (variable === undefined) {
      this.#leave(
        statement,
        'Expected a block with one argument, as in do |config|: its settings are not read.',
      );
    }
  }

  #readSetting(name: string, value: readonly Token[], statement: Statement): void {
    const app = this.#app;
    if (app === undefined) return;
    switch (name) {
      case 'api_token':
        app.token = toTokenSource(value, this.#text);
        break;
      case 'dynos': {
        const dynos = toWords(value);
        if (dynos === undefined) {
          this.#leave(
            statement,
            'Expected a list of words, as in %w{web worker}: write them into dynos by hand.',
          );
        } else {
          app.dynos = dynos;
        }
        break;
      }
      case 'restart_threshold':
      case 'restart_window': {
        const number = evaluate(value);
        const field = name === 'restart_threshold' ? 'restartThreshold' : 'restartWindow';
        if (number === undefined) {
          this.#leave(statement, `Expected a number, or such as 30 * 60: write it into ${field} by hand.`);
        } else {
          app[field] = number;
        }
        break;
      }
      case 'event_handler':
        app.handlerLine = statement[0].line;
        this.#passing = Math.max(0, blocksOpened(value));
        break;
      default:
        this.#leave(statement, 'The gem has no such setting.');
    }
  }

  #leave(statement: Statement, message: string): void {
    this.#unread.push({ line: statement[0].line, code: showCode(statement), message });
  }
}

function isConfigure(first: Token | undefined, second: Token | undefined, third: Token | undefined): boolean {
  return isWord(first, 'Whacamole') && isSign(second, ['.', '::']) && isWord(third, 'configure');
}

/** `config` where a statement ends with `do |config|` or `{ |config|`. */
function blockVariable(statement: readonly Token[]): string | undefined {
  const [opening, bar, variable, otherBar] = statement.slice(-4);
  const isBlock = isWord(opening, 'do') || isSign(opening, ['{']);
  return isBlock && isSign(bar, ['|']) && isWord(variable) && isSign(otherBar, ['|'])
    ? variable?.text
    : undefined;
}

/** A line that closes what was open, and does nothing else. */
function isEnd(statement: Statement): boolean {
  return statement.every((token) => isWord(token, 'end') || isSign(token, ['}', ')', ']']));
}

/** Without the end of the block that a value in one line with it is followed by. */
function withoutEnd(value: readonly Token[]): readonly Token[] {
  let kept = value;
  while (blocksOpened(kept) < 0 && (isWord(kept.at(-1), 'end') || isSign(kept.at(-1), ['}']))) {
    kept = kept.slice(0, -1);
  }
  return kept;
}

function unwrapped(tokens: readonly Token[]): readonly Token[] {
  return isSign(tokens[0], ['(']) && isSign(tokens.at(-1), [')']) ? tokens.slice(1, -1) : tokens;
}

function toTokenSource(value: readonly Token[], text: string): TokenSource {
  const [first, second, third, ...more] = value;
  if (first?.kind === 'string' && first.value !== null && second === undefined) {
    return { kind: 'literal', secret: first.value };
  }
  const isFetch = isSign(second, ['.']) && isWord(third, 'fetch') && isSign(more[0], ['(']);
  const name = isFetch ? more[1] : third;
  const end = isFetch ? more.slice(2) : more;
  const isLookup = isWord(first, 'ENV') && (isFetch || isSign(second, ['[']));
  // ENV.fetch may name a default, which might be a token: then it is no plain lookup.
  const isWhole = end.length === 1 && isSign(end[0], [')', ']']);
  if (isLookup && isWhole && name?.kind === 'string' && ENVIRONMENT_VARIABLE.test(name.value ?? '')) {
    return { kind: 'environment', variable: name.value ?? '' };
  }
  return { kind: 'expression', code: text.slice(first?.start ?? 0, value.at(-1)?.end ?? 0) };
}

/** `%w{web worker}`, `["web", "worker"]` or `[:web]`; undefined for anything else. */
function toWords(value: readonly Token[]): readonly string[] | undefined {
  const [first] = value;
  if (first?.kind === 'list' && value.length === 1) return first.value === null ? undefined : first.values;
  if (!isSign(first, ['[']) || !isSign(value.at(-1), [']'])) return undefined;
  const words: string[] = [];
  for (const [index, token] of value.slice(1, -1).entries()) {
    if (index % 2 === 1) {
      if (!isSign(token, [','])) return undefined;
    } else {
      if ((token.kind !== 'string' && token.kind !== 'symbol') || token.value === null) return undefined;
      words.push(token.value);
    }
  }
  return words;
}
