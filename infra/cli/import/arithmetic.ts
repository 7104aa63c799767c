/**
 * Works out what `30*60` and `2 * (250 + 250)` come to, as Ruby would: whole numbers divide to a whole number. Numbers,
 * brackets and the four operations, and the words for time that Rails lends to numbers (`30.minutes`): nothing is run.
 */
import type { Token } from './ruby-tokens.ts';

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};
const DEEPEST = 50;

interface Amount {
  readonly value: number;
  readonly isWhole: boolean;
}

/** Undefined for whatever is more than that. */
export function evaluate(tokens: readonly Token[]): number | undefined {
  const reader = new Reader(tokens);
  const amount = reader.sum(0);
  return amount !== undefined && reader.isAtEnd && Number.isFinite(amount.value) ? amount.value : undefined;
}

class Reader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  sum(depth: number): Amount | undefined {
    let left = this.#product(depth);
    for (
      let sign = this.#take('+', '-');
      left !== undefined && sign !== undefined;
      sign = this.#take('+', '-')
    ) {
      const right = this.#product(depth);
      if (right === undefined) return undefined;
      const value = sign === '+' ? left.value + right.value : left.value - right.value;
      left = { value, isWhole: left.isWhole && right.isWhole };
    }
    return left;
  }

  #product(depth: number): Amount | undefined {
    let left = this.#factor(depth);
    for (
      let sign = this.#take('*', '/');
      left !== undefined && sign !== undefined;
      sign = this.#take('*', '/')
    ) {
      const right = this.#factor(depth);
      if (right === undefined) return undefined;
      const isWhole = left.isWhole && right.isWhole;
      const quotient = left.value / right.value;
      const value = sign === '*' ? left.value * right.value : isWhole ? Math.floor(quotient) : quotient;
      left = { value, isWhole };
    }
    return left;
  }

  #factor(depth: number): Amount | undefined {
    if (depth > DEEPEST) return undefined;
    if (this.#take('-') !== undefined) {
      const amount = this.#factor(depth + 1);
      return amount && { ...amount, value: -amount.value };
    }
    let amount: Amount | undefined;
    if (this.#take('(') !== undefined) {
      amount = this.sum(depth + 1);
      if (amount === undefined || this.#take(')') === undefined) return undefined;
    } else {
      const token = this.#tokens[this.#position];
      if (token?.kind !== 'number') return undefined;
      this.#position++;
      const digits = token.text.replaceAll('_', '');
      amount = { value: Number(digits), isWhole: !digits.includes('.') };
    }
    return this.#inSeconds(amount);
  }

  #inSeconds(amount: Amount): Amount | undefined {
    if (this.#take('.') === undefined) return amount;
    const seconds = SECONDS[this.#tokens[this.#position]?.text.replace(/s$/, '') ?? ''];
    if (seconds === undefined) return undefined;
    this.#position++;
    return { value: amount.value * seconds, isWhole: amount.isWhole };
  }

  #take(...signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#position];
    if (token?.kind !== 'sign' || !signs.includes(token.text)) return undefined;
    this.#position++;
    return token.text;
  }
}
