/**
 * Heroku's request allowance: a bucket for every account, full at first, refilled a little every minute of
 * virtual time. It is worked out when asked, so it costs no timer.
 */
import type { Clock } from '../../../lib/clock.ts';

export interface RateLimitOptions {
  /** 4,500 by default. Source: Heroku Platform API Reference, "Rate Limits". */
  readonly capacity?: number;
  /** 75 by default. */
  readonly perMinute?: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, options: RateLimitOptions = {}) {
    this.#clock = clock;
    this.#capacity = options.capacity ?? 4500;
    this.#perMinute = options.perMinute ?? 75;
  }

  /** How many requests an account has left: what `RateLimit-Remaining` says. */
  remaining(account: string): number {
    return Math.floor(this.#refilled(account).tokens);
  }

  /** Whether one more request is allowed; if so, it has been counted. */
  take(account: string): boolean {
    const bucket = this.#refilled(account);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #refilled(account: string): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(account) ?? { tokens: this.#capacity, at: now };
    const refill = ((now - bucket.at) / 60_000) * this.#perMinute;
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + refill);
    bucket.at = now;
    this.#buckets.set(account, bucket);
    return bucket;
  }
}
