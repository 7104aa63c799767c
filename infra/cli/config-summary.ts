/**
 * A config in a few words: what differs from the defaults, and whether anything is restarted at all. The defaults
 * are asked of the parser, so that they stand in one place.
 */
import { isDeepStrictEqual } from 'node:util';
import { type AppConfig, parseAppConfig, type Rules, withholdSecrets } from '../../lib/config/app-config.ts';
import { AppError } from '../../lib/errors.ts';
import { asObject, readObject } from './config-text.ts';
import { timeOfDay } from './time.ts';

export type ReadConfig = { readonly config: AppConfig } | { readonly problem: string };

/** The config, or what the function would say of it. */
export function readConfig(app: string, text: string): ReadConfig {
  try {
    return { config: parseAppConfig(app, text) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
}

/** `web, worker: restartThreshold 80%; worker: measure memory_rss` */
export function summarise({ app, rules }: AppConfig, text: string): string {
  const { dynos, ...shared } = readObject(text) ?? {};
  const types = [...rules.keys()].join(', ');
  const overrides = Object.entries(asObject(dynos) ?? {}).flatMap(([type, own]) => {
    const differences = describe(app, asObject(own) ?? {});
    return differences === '' ? [] : [`${type}: ${differences}`];
  });
  const parts = [describe(app, shared), ...overrides].filter((part) => part !== '');
  return parts.length === 0 ? types : `${types}; ${parts.join('; ')}`;
}

/** What a field is set to, where that changes anything. `paused` and `dryRun` are said by `stateOf`. */
function describe(app: string, fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([name]) => name !== 'paused' && name !== 'dryRun')
    .filter(([name, value]) => {
      const alone = parseAppConfig(app, JSON.stringify({ [name]: value }));
      return !isDeepStrictEqual(alone, parseAppConfig(app, '{}'));
    })
    .map(([name, value]) => `${name} ${withholdSecrets(String(value))}`)
    .join(', ');
}

export type State =
  | { readonly state: 'watched' }
  | { readonly state: 'dry-run' }
  /** Epoch milliseconds; Infinity: until further notice. */
  | { readonly state: 'paused'; readonly until: number };

/** What holds for every watched type, or for one. */
export function stateOf({ dryRun, pausedUntil }: Rules, now: number): State {
  if (pausedUntil > now) return { state: 'paused', until: pausedUntil };
  return dryRun ? { state: 'dry-run' } : { state: 'watched' };
}

export function describeState(state: State): string {
  switch (state.state) {
    case 'watched':
      return 'watched';
    case 'dry-run':
      return 'dry run';
    case 'paused':
      return state.until === Infinity ? 'paused' : `paused until ${timeOfDay(state.until)}`;
    default:
      return state satisfies never;
  }
}

/** `watched`, or by type where the types differ: `web watched, worker paused`. */
export function describeStates({ rules }: AppConfig, now: number): string {
  const states = [...rules].map(([type, own]) => ({ type, said: describeState(stateOf(own, now)) }));
  const different = new Set(states.map(({ said }) => said));
  if (different.size === 1) return [...different].join('');
  return states.map(({ type, said }) => `${type} ${said}`).join(', ');
}
