/**
 * Which request is which: the paths of the Platform API that are simulated, and the one of a log session's URL.
 */
import type { RequestKind } from './faults.ts';

export interface Route {
  readonly kind: RequestKind;
  readonly app?: string | undefined;
  /** Name or UUID. */
  readonly dyno?: string | undefined;
  readonly feature?: string | undefined;
  readonly authorization?: string | undefined;
  readonly processType?: string | undefined;
  readonly session?: string | undefined;
}

const PATTERNS: readonly (readonly [kind: RequestKind, methods: string, pattern: RegExp])[] = [
  ['account', 'GET', /^\/account$/],
  ['account-features', 'GET', /^\/account\/features(?:\/(?<feature>[^/]+))?$/],
  ['rate-limits', 'GET', /^\/account\/rate-limits$/],
  ['authorizations', 'GET POST', /^\/oauth\/authorizations$/],
  ['authorizations', 'GET DELETE', /^\/oauth\/authorizations\/(?<authorization>[^/]+)$/],
  ['apps', 'GET', /^\/apps$/],
  ['app', 'GET', /^\/apps\/(?<app>[^/]+)$/],
  ['dynos', 'GET', /^\/apps\/(?<app>[^/]+)\/dynos$/],
  ['dyno', 'GET', /^\/apps\/(?<app>[^/]+)\/dynos\/(?<dyno>[^/]+)$/],
  ['restart', 'DELETE', /^\/apps\/(?<app>[^/]+)\/dynos\/(?<dyno>[^/]+)$/],
  ['restart', 'DELETE', /^\/apps\/(?<app>[^/]+)\/dynos$/],
  ['restart', 'DELETE', /^\/apps\/(?<app>[^/]+)\/formations\/(?<processType>[^/]+)$/],
  ['features', 'GET', /^\/apps\/(?<app>[^/]+)\/features$/],
  ['features', 'GET PATCH', /^\/apps\/(?<app>[^/]+)\/features\/(?<feature>[^/]+)$/],
  ['formation', 'GET', /^\/apps\/(?<app>[^/]+)\/formation(?:\/(?<processType>[^/]+))?$/],
  ['log-session', 'POST', /^\/apps\/(?<app>[^/]+)\/log-sessions$/],
  ['log-url', 'GET', /^\/sessions\/(?<session>[^/]+)$/],
];

/** `path` may have a query. Names are given back with their percent signs resolved. */
export function routeOf(method: string, path: string): Route {
  const pathname = path.replace(/\?.*$/s, '');
  for (const [kind, methods, pattern] of PATTERNS) {
    const match = methods.split(' ').includes(method) ? pattern.exec(pathname) : null;
    if (match === null) continue;
    const named = (name: string) => {
      const found = match.groups?.[name];
      return found === undefined ? undefined : decoded(found);
    };
    return {
      kind,
      app: named('app'),
      dyno: named('dyno'),
      feature: named('feature'),
      authorization: named('authorization'),
      processType: named('processType'),
      session: named('session'),
    };
  }
  return { kind: 'unknown' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
