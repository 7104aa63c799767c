/**
 * Pausing and resuming a config. What surprises: a process type's own rules override the app's, so that
 * `"paused": false` in one type, or a pause of its own that ends earlier, would keep it out of the app's pause.
 * Those are taken out, and said; a type's own pause that lasts longer stays, and outlives a resume.
 */
import { parseAppConfig } from '../../lib/config/app-config.ts';
import { asObject, type ConfigObject, withField } from './config-text.ts';
import { timeOfDay } from './time.ts';

/** As a config says it: until further notice, or until an ISO 8601 time. */
export type Pause = true | string;

export interface Changed {
  readonly config: ConfigObject;
  /** What else has happened, each a sentence. */
  readonly notes: readonly string[];
}

/** @param now epoch milliseconds */
export function paused(config: ConfigObject, pause: Pause, now: number): Changed {
  const until = endOf(pause);
  const notes: string[] = [];
  const before = endOf(config.paused);
  if (before > until) notes.push(`It was paused ${described(before)}, and this pause ends before that.`);
  const dynos = changeTypes(config.dynos, (type, rules) => {
    if (!Object.hasOwn(rules, 'paused')) return rules;
    const own = endOf(rules.paused);
    if (own >= until) return rules;
    notes.push(
      own > now
        ? `${type} had a pause of its own, ${described(own)}: it becomes part of this one, and ends with it.`
        : `${type} had a "paused" of its own, which would have kept it running: it is taken out.`,
    );
    return withField(rules, 'paused', undefined);
  });
  return { config: withTypes(withField(config, 'paused', pause), dynos), notes };
}

/**
 * @param allTypes also end the pauses that process types have of their own
 * @param now epoch milliseconds
 */
export function resumed(config: ConfigObject, { allTypes }: { allTypes: boolean }, now: number): Changed {
  const notes: string[] = [];
  const dynos = changeTypes(config.dynos, (type, rules) => {
    const own = endOf(rules.paused);
    if (own <= now) return rules;
    if (allTypes) return withField(rules, 'paused', undefined);
    notes.push(`${type} stays paused ${described(own)}, by a rule of its own. --all-types ends that, too.`);
    return rules;
  });
  const open = endOf(config.paused) > now ? withField(config, 'paused', undefined) : config;
  return { config: withTypes(open, dynos), notes };
}

function changeTypes(
  dynos: unknown,
  change: (type: string, rules: ConfigObject) => ConfigObject,
): ConfigObject | undefined {
  const types = asObject(dynos);
  if (types === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(types).map(([type, rules]) => [type, change(type, asObject(rules) ?? {})]),
  );
}

function withTypes(config: ConfigObject, types: ConfigObject | undefined): ConfigObject {
  return types === undefined ? config : withField(config, 'dynos', types);
}

/** Epoch milliseconds, as the function reads it; -Infinity where nothing is paused. */
function endOf(pause: unknown): number {
  const { rules } = parseAppConfig('any', JSON.stringify({ paused: pause }));
  return Math.max(...[...rules.values()].map(({ pausedUntil }) => pausedUntil));
}

function described(until: number): string {
  return until === Infinity ? 'until further notice' : `until ${timeOfDay(until)}`;
}
