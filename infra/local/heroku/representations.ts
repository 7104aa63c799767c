/**
 * The JSON that the Platform API answers, field by field as its published schema (v3) names them. Times are
 * whole seconds there, so a dyno can look up to a second older than it is.
 */
import type { ProcessType, SimulatedApp } from './app.ts';
import type { SimulatedDyno } from './dyno.ts';
import type { LogSession } from './log-session.ts';

export type FeatureName = keyof SimulatedApp['features'];

export const FEATURE_NAMES: readonly FeatureName[] = ['log-runtime-metrics', 'preboot'];

export function apiTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
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
    owner: { email: 'developer@example.com', id: madeUpId('owner', app) },
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
  };
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
  };
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
  };
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
  };
}

export function logSessionJson(session: LogSession, baseUrl: string) {
  const created = apiTime(session.createdAt);
  const srv = Math.floor(session.createdAt / 1000);
  return {
    created_at: created,
    id: session.id,
    logplex_url: `${baseUrl}/sessions/${session.id}?srv=${srv}`,
    updated_at: created,
  };
}

/** A UUID that nothing depends on, the same for the same thing. */
function madeUpId(thing: string, app: SimulatedApp): string {
  return app.random.fork(`id of ${thing}`).uuid();
}
