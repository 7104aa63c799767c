/**
 * Chance that can be repeated: the same seed gives the same numbers, on any machine. Everything that needs
 * chance takes a generator of its own (`fork`), so that the order in which requests happen to arrive over real
 * HTTP does not change what the dynos do.
 */

export class Random {
  readonly #seed: string;
  #state: number;

  constructor(seed: string | number) {
    this.#seed = String(seed);
    this.#state = hash(this.#seed);
  }

  /** An independent generator, the same for the same label. */
  fork(label: string): Random {
    return new Random(`${this.#seed}/${label}`);
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    this.#state = (this.#state + GOLDEN) | 0;
    return mix(this.#state) / 0x1_0000_0000;
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** A version 4 UUID, in its form at least. */
  uuid(): string {
    const digits = this.hexadecimal(30);
    const variant = '89ab'[this.integer(0, 3)] ?? '8';
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(12, 15)}`,
      `${variant}${digits.slice(15, 18)}`,
      digits.slice(18),
    ].join('-');
  }

  hexadecimal(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.integer(0, 15).toString(16);
    return digits;
  }
}

const GOLDEN = 0x9e37_79b9;

/** Scatters a whole number over 32 bits, for chance that needs no state: the same number, the same result. */
export function mix(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

function hash(text: string): number {
  let sum = GOLDEN;
  for (let place = 0; place < text.length; place++) sum = mix(sum ^ text.charCodeAt(place)) | 0;
  return sum;
}
