/**
 * What can go wrong with one app, as the events name it. Everything else that is thrown is a bug, or the scan
 * itself failing, and is not dressed up.
 */

/** Why an app could not be scanned: the `reason` of an `AppFailed` event. */
export type FailureReason =
  | 'config'
  | 'token'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'unsupported'
  | 'heroku'
  | 'timeout'
  | 'restarts-table';

export class WhacamoleError extends Error {
  /** Lambda reports the class by its name, which minifying would change. */
  static override readonly name: string = 'WhacamoleError';
  override readonly name: string = 'WhacamoleError';
}

/** One app cannot be scanned (on). Becomes its `AppFailed` event; the other apps never see it. */
export class AppError extends WhacamoleError {
  static override readonly name: string = 'AppError';
  override readonly name = 'AppError';
  readonly reason: FailureReason;
  /** The HTTP status of Heroku's answer, where it comes from one. */
  readonly status: number | undefined;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.reason = reason;
    this.status = options?.status;
  }
}

/** The scan itself cannot run: no app can be scanned, and the invocation fails. */
export class ScanError extends WhacamoleError {
  static override readonly name: string = 'ScanError';
  override readonly name = 'ScanError';
}

/**
 * An unknown error in words, its causes included (`fetch failed: connect ECONNREFUSED 127.0.0.1:80`): `fetch`
 * hides what matters in `cause`, and Node in the `errors` of an AggregateError.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current !== undefined && current !== null; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) {
      current = current.errors[0];
    }
    const part = current instanceof Error ? current.message || current.name : String(current);
    if (part !== '' && !parts.includes(part)) parts.push(part);
    current = current instanceof Error ? current.cause : undefined;
  }
  // Whoever quotes this ends the sentence.
  return parts.join(': ').replace(/\.+$/, '') || 'unknown error';
}
