/**
 * Stands in for the Heroku CLI, for the commands that the README names: it asks the simulated Heroku where the
 * real one asks the real. Whatever it does not know, it refuses, so that a mistake in the README is found.
 *
 * In its environment: HEROKU_API_URL, HEROKU_API_KEY (the user's own login), and E2E_NEW_TOKEN, the token that is
 * handed out, for the simulation makes none.
 */
import { parseArgs } from 'node:util';

const { HEROKU_API_URL, HEROKU_API_KEY, E2E_NEW_TOKEN } = process.env;
const [command, ...rest] = process.argv.slice(2);

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${HEROKU_API_URL}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${HEROKU_API_KEY}`,
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
  return JSON.parse(answer);
}

const APP = { app: { type: 'string', short: 'a' } } as const;

function named(app: string | undefined): string {
  if (app === undefined) throw new Error('Missing required flag app');
  return app;
}

async function createAuthorization(): Promise<string> {
  const { values } = parseArgs({
    args: rest,
    options: {
      description: { type: 'string', short: 'd' },
      scope: { type: 'string', short: 's' },
      short: { type: 'boolean', short: 'S' },
    },
  });
  // Reading logs and the dyno list takes `read`, restarting takes `write`.
  const scopes = values.scope?.split(',') ?? [];
  if (!scopes.includes('read') || !scopes.includes('write'))
    throw new Error(`Useless scope: ${values.scope}`);
  if (!values.short || E2E_NEW_TOKEN === undefined) throw new Error('Only --short is known here');
  return E2E_NEW_TOKEN;
}

async function enableFeature(): Promise<string> {
  const { values, positionals } = parseArgs({ args: rest, options: APP, allowPositionals: true });
  const [feature] = positionals;
  await call('PATCH', `/apps/${named(values.app)}/features/${feature}`, { enabled: true });
  return `Enabling ${feature} for ${values.app}... done`;
}

async function restart(): Promise<string> {
  const app = named(parseArgs({ args: rest, options: APP }).values.app);
  const dynos = await call('GET', `/apps/${app}/dynos`);
  if (!Array.isArray(dynos)) throw new Error('Expected a list of dynos');
  for (const { name } of dynos) await call('DELETE', `/apps/${app}/dynos/${name}`);
  return `Restarting dynos on ${app}... done`;
}

const COMMANDS: Readonly<Record<string, () => Promise<string>>> = {
  'authorizations:create': createAuthorization,
  'labs:enable': enableFeature,
  restart,
};

const perform = COMMANDS[command ?? ''];
if (perform === undefined) throw new Error(`${command} is not a command that is known here`);
console.log(await perform());
