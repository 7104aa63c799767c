/**
 * The JSON that the Platform API answers, held against the types that the Heroku CLI is built with: every field
 * that they name is there, of the type that they say, and no other. What surprises: those types are older than the
 * API, so what it has learnt since is added to them here. Times are whole seconds, so a dyno can look up to a second
 * older than it is.
 */
import type * as Heroku from '@heroku-cli/schema';
import type { ProcessType, SimulatedApp } from './app.ts';
import type { Authorization } from './authorizations.ts';
import type { SimulatedDyno } from './dyno.ts';
import type { LogSession } from './log-session.ts';
import { Random } from './random.ts';

/** All of a type of the CLI's, in which every field may be missing and any other may be there. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { [Name in keyof T as string extends Name ? never : Name]-?: Whole<T[Name]> }
    : T;

interface Reference {
  readonly id: string;
  readonly name: string;
}

export type FeatureName = keyof SimulatedApp['features'];

export const FEATURE_NAMES: readonly FeatureName[] = ['log-runtime-metrics', 'preboot'];

export function apiTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

const OWNER = 'developer@example.com';
/** When whoever has an account made it. */
const LONG_AGO = '2015-06-01T08:00:00Z';

export function accountJson(account: string) {
  return {
    allow_tracking: false,
    beta: false,
    country_of_residence: null,
    created_at: LONG_AGO,
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    email: account,
    federated: false,
    id: accountId(account),
    identity_provider: null,
    last_login: null,
    name: account,
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: true,
    updated_at: LONG_AGO,
    verified: true,
  } satisfies Whole<Heroku.Account>;
}

export function rateLimitJson(remaining: number) {
  return { remaining } satisfies Whole<Heroku.RateLimit>;
}

export function authorizationJson(authorization: Authorization) {
  const { account, description, id, scope, token, tokenId } = authorization;
  const created = apiTime(authorization.createdAt);
  return {
    access_token: { expires_in: authorization.expiresInSeconds, id: tokenId, token },
    client: null,
    created_at: created,
    description,
    grant: null,
    id,
    refresh_token: null,
    session: null,
    scope,
    updated_at: created,
    user: { email: account, full_name: account, id: accountId(account) },
  } satisfies Whole<Heroku.OAuthAuthorization> & { description: string; session: null };
}

export function appJson(app: SimulatedApp) {
  const generation = app.options.generation ?? 'cedar';
  const created = apiTime(app.createdAt);
  return {
    acm: false,
    archived_at: null,
    buildpack_provided_description: 'Ruby',
    build_stack: { id: madeUpId('stack', app), name: generation === 'fir' ? 'cnb' : 'heroku-24' },
    created_at: created,
    generation: { id: madeUpId(generation, app), name: generation },
    git_url: `https://git.heroku.com/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.options.maintenance ?? false,
    name: app.name,
    owner: { email: OWNER, id: accountId(OWNER) },
    organization: null,
    team: null,
    region: { id: madeUpId('region', app), name: 'us' },
    released_at: created,
    repo_size: null,
    slug_size: 48_000_000,
    space: null,
    stack: { id: madeUpId('stack', app), name: generation === 'fir' ? 'cnb' : 'heroku-24' },
    updated_at: created,
    web_url: `https://${app.name}.herokuapp.com/`,
  } satisfies Whole<Heroku.App> & { generation: Reference };
}

export function dynoJson(app: SimulatedApp, dyno: SimulatedDyno) {
  return {
    attach_url: null,
    command: dyno.command,
    created_at: apiTime(dyno.createdAt),
    id: dyno.id,
    name: dyno.name,
    release: dyno.release,
    app: { name: app.name, id: app.id },
    size: dyno.size,
    state: dyno.state,
    type: dyno.type,
    updated_at: apiTime(dyno.updatedAt),
  } satisfies Whole<Heroku.Dyno>;
}

export function formationJson(app: SimulatedApp, process: ProcessType) {
  const { size = 'standard-1X', command = `bundle exec ${process.type}` } = process.behaviourOf(1);
  return {
    app: { name: app.name, id: app.id },
    command,
    created_at: apiTime(process.createdAt),
    dyno_size: { id: madeUpId(size, app), name: size },
    id: process.id,
    quantity: process.quantity,
    size,
    type: process.type,
    updated_at: apiTime(process.updatedAt),
  } satisfies Whole<Heroku.Formation> & { dyno_size: Reference };
}

export function featureJson(app: SimulatedApp, name: FeatureName) {
  return {
    created_at: apiTime(app.createdAt),
    description:
      name === 'preboot' ? 'Start new dynos before stopping old ones.' : 'Log memory and load of dynos.',
    doc_url: `https://devcenter.heroku.com/articles/${name}`,
    enabled: app.features[name],
    id: madeUpId(name, app),
    name,
    state: name === 'preboot' ? 'general' : 'beta',
    updated_at: apiTime(app.createdAt),
    display_name: name,
    feedback_email: 'feedback@example.com',
  } satisfies Whole<Heroku.AppFeature>;
}

export function logSessionJson(session: LogSession, baseUrl: string) {
  const created = apiTime(session.createdAt);
  const srv = Math.floor(session.createdAt / 1000);
  return {
    created_at: created,
    id: session.id,
    logplex_url: `${baseUrl}/sessions/${session.id}?srv=${srv}`,
    updated_at: created,
  } satisfies Whole<Heroku.LogSession>;
}

/** The same for the same account, whatever the seed. */
function accountId(account: string): string {
  return new Random(`account ${account}`).uuid();
}

/** A UUID that nothing depends on, the same for the same thing. */
function madeUpId(thing: string, app: SimulatedApp): string {
  return app.random.fork(`id of ${thing}`).uuid();
}
