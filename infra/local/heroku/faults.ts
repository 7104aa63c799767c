/**
 * Everything that can go wrong between a client and Heroku, as rules that a test pushes onto a list. The first
 * rule that matches a request and is not used up decides. Delays and trickles are real time, as they are for the
 * time limits they are there to try.
 */

export type RequestKind =
  | 'account'
  | 'account-features'
  | 'authorizations'
  | 'rate-limits'
  | 'apps'
  | 'app'
  | 'dynos'
  | 'dyno'
  /** Of a dyno, of a process type, or of all. */
  | 'restart'
  | 'features'
  | 'formation'
  | 'log-session'
  | 'log-url'
  | 'unknown';

export interface FaultyRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly kind: RequestKind;
  readonly app?: string | undefined;
  /** The name or UUID in the path, of one dyno's own routes. */
  readonly dyno?: string | undefined;
}

export interface CannedAnswer {
  readonly status: number;
  /** A string as it is, anything else as JSON; Heroku's own shape of an error by default. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type FaultAction =
  | CannedAnswer
  /** Never answers. */
  | 'hang'
  /** Destroys the connection at once. */
  | 'reset'
  | { readonly resetAfterBytes: number }
  | { readonly hangAfterBytes: number }
  /** Bytes a second. */
  | { readonly trickle: number }
  | 'nul-bytes-for-ever'
  | { readonly delayMs: number }
  /** Does what was asked for, and then answers otherwise. */
  | { readonly performThen: CannedAnswer }
  /** Does what was asked for, and never answers. */
  | { readonly performThenHang: true };

export interface FaultRule {
  readonly match: (request: FaultyRequest) => boolean;
  /** How often it strikes; always by default. Counted down in place. */
  times?: number;
  readonly do: FaultAction;
}

/** The action for a request, if any, counted. */
export function takeFault(rules: readonly FaultRule[], request: FaultyRequest): FaultAction | undefined {
  for (const rule of rules) {
    if (rule.times === 0 || !rule.match(request)) continue;
    if (rule.times !== undefined) rule.times -= 1;
    return rule.do;
  }
  return undefined;
}
