/**
 * From the Ruby gem's settings to an app's parameter: the same where that is the same, left out where it is the
 * default, and said where it means something else. A token that stands in the file goes nowhere.
 */

import {
  isTokenName,
  ONE_OFF_TYPES,
  parseAppConfig,
  withholdSecrets,
} from '../../../lib/config/app-config.ts';
import { AppError } from '../../../lib/errors.ts';
import type { RubyApp, RubyConfig, TokenSource, Unread } from './ruby-config.ts';

export interface ImportedApp {
  /** Undefined where the file does not say it plainly. */
  readonly app: string | undefined;
  readonly line: number;
  /** What to write into its parameter. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Why it cannot be written as it is; null where it can. */
  readonly problem: string | null;
  /** What is not the same as with the gem, each a sentence. */
  readonly notes: readonly string[];
}

/** A token to be stored, by hand: what is in the file is never taken over. */
export interface ImportedToken {
  /** Under `<prefix>/tokens/`. */
  readonly name: string;
  /** Where it comes from, in words. */
  readonly from: string;
  readonly apps: readonly string[];
}

export interface Import {
  readonly apps: readonly ImportedApp[];
  readonly tokens: readonly ImportedToken[];
  /** Where an event handler is set. */
  readonly handlerLines: readonly number[];
  readonly unread: readonly Unread[];
}

const APP_NAME = /^[a-z][a-z0-9-]{1,62}$/;
const UNKNOWN_APP = '(unknown)';
const DEFAULT_TOKEN = 'default';
const DEFAULT_WINDOW_SECONDS = 1800;
const DEFAULT_TYPES = ['web'];

export function toParameters({ apps, unread }: RubyConfig): Import {
  const tokenNames = nameTokens(apps);
  return {
    apps: apps.map((app) => toParameter(app, tokenNames)),
    tokens: [...tokenNames.values()].map(({ source, name, apps: users }) => ({
      ...{ name, from: describe(source), apps: users },
    })),
    handlerLines: apps.flatMap(({ handlerLine }) => handlerLine ?? []),
    unread,
  };
}

interface NamedToken {
  readonly source: TokenSource;
  readonly name: string;
  readonly apps: readonly string[];
}

/** The token that most apps share is the default; each other one has a name that says where it comes from. */
function nameTokens(apps: readonly RubyApp[]): ReadonlyMap<string, NamedToken> {
  const users = new Map<string, { source: TokenSource; apps: string[] }>();
  for (const { token: source, app } of apps) {
    if (source === undefined) continue;
    const user = users.get(keyOf(source)) ?? { source, apps: [] };
    users.set(keyOf(source), user);
    user.apps.push(app === undefined ? UNKNOWN_APP : withholdSecrets(app));
  }
  const mostUsedFirst = [...users].sort(([, one], [, other]) => other.apps.length - one.apps.length);
  const names = new Set<string>();
  return new Map(
    mostUsedFirst.map(([key, { source, apps: ofToken }], index) => {
      const name = index === 0 ? DEFAULT_TOKEN : unused(nameOf(source, ofToken), index + 1, names);
      names.add(name);
      return [key, { source, name, apps: ofToken }];
    }),
  );
}

function nameOf(source: TokenSource, apps: readonly string[]): string {
  const wanted =
    source.kind === 'environment' ? source.variable.toLowerCase().replaceAll('_', '-') : (apps[0] ?? '');
  return APP_NAME.test(wanted) && isTokenName(wanted) ? wanted : 'token';
}

function unused(wanted: string, number: number, names: ReadonlySet<string>): string {
  let name = wanted === 'token' || wanted === DEFAULT_TOKEN ? `${wanted}-${number}` : wanted;
  for (let next = number; names.has(name); next++) name = `${wanted}-${next}`;
  return name;
}

function keyOf(source: TokenSource): string {
  switch (source.kind) {
    case 'environment':
      return `environment ${source.variable}`;
    case 'literal':
      return `literal ${source.secret}`;
    case 'expression':
      return `expression ${source.code.replaceAll(/\s+/g, ' ')}`;
    default:
      return source satisfies never;
  }
}

function describe(source: TokenSource): string {
  switch (source.kind) {
    case 'environment':
      return `the environment variable ${withholdSecrets(source.variable)}`;
    case 'literal':
      return 'a token that stands in the file: take it out of there, and better make a new one';
    case 'expression':
      return 'an expression, which is not run';
    default:
      return source satisfies never;
  }
}

function toParameter(ruby: RubyApp, tokenNames: ReadonlyMap<string, NamedToken>): ImportedApp {
  const { line, token, dynos, restartThreshold, restartWindow } = ruby;
  const notes: string[] = [];
  const config: Record<string, unknown> = {};
  const name = token === undefined ? DEFAULT_TOKEN : tokenNames.get(keyOf(token))?.name;
  if (name !== DEFAULT_TOKEN) config.token = name;
  if (token === undefined)
    notes.push('It sets no api_token, without which the gem does nothing: here it has the default one.');
  const types = typesOf(dynos, notes);
  if (types !== undefined) config.dynos = types;
  if (restartThreshold !== undefined) {
    config.restartThreshold = restartThreshold;
    notes.push(`restartThreshold is ${restartThreshold} MB on every type and size of dyno, as with the gem.`);
  } else {
    notes.push(
      'It sets no restart_threshold: the gem takes 1000 MB on every dyno, and here it is 1000 MB on a dyno of 1 GB and in ' +
        'that proportion on others, as in 500 MB on one of 512 MB.',
    );
  }
  if (restartWindow === DEFAULT_WINDOW_SECONDS) {
    notes.push(`restart_window is the default, ${DEFAULT_WINDOW_SECONDS} s, and left out.`);
  } else if (restartWindow !== undefined) {
    config.restartWindow = restartWindow;
  }
  const app = ruby.app !== undefined && isNoSecret(ruby.app) ? ruby.app : undefined;
  return {
    app: ruby.app === undefined ? undefined : withholdSecrets(ruby.app),
    line,
    config,
    problem: problemOf(app, ruby, config),
    notes,
  };
}

/** Undefined where they are the default. */
function typesOf(dynos: readonly string[] | undefined, notes: string[]): string[] | undefined {
  if (dynos === undefined) return undefined;
  const plain = dynos.filter(isNoSecret);
  const oneOff = plain.filter((type) => ONE_OFF_TYPES.includes(type.toLowerCase()));
  if (oneOff.length > 0) notes.push(`One-off dynos are never restarted: ${oneOff.join(', ')} is left out.`);
  if (plain.length < dynos.length) notes.push('A word among its dynos might be a token, and is left out.');
  const types = plain.filter((type) => !oneOff.includes(type));
  const isDefault =
    types.length === DEFAULT_TYPES.length && types.every((type) => DEFAULT_TYPES.includes(type));
  if (isDefault) notes.push('dynos is the default, web, and left out.');
  return isDefault ? undefined : types;
}

function problemOf(
  app: string | undefined,
  ruby: RubyApp,
  config: Readonly<Record<string, unknown>>,
): string | null {
  if (ruby.app === undefined) return "The app's name is no plain string.";
  if (app === undefined || !APP_NAME.test(app)) {
    return `"${withholdSecrets(ruby.app)}" is no Heroku app's name, such as my-shop.`;
  }
  try {
    parseAppConfig(app, JSON.stringify(config));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

function isNoSecret(text: string): boolean {
  return withholdSecrets(text) === text;
}
