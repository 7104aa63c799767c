/**
 * Time, as the scan sees it. Nothing in `lib` asks the machine for the time of day: it comes in here, so that
 * a simulated Heroku and the scan that watches it can live in the same, faster, time.
 *
 * Only Heroku's time goes through this: ages of samples, windows, leases, how long to listen. How patient the
 * scan is with a slow server (time limits of requests, of an app, of the invocation) is real time, always.
 */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so many milliseconds of this clock, or as soon as `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
