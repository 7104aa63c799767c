/**
 * `--set NAME=VALUE` and `--unset NAME`: fields of a config by name, those of one process type as
 * `dynos.worker.measure`. Whether the outcome is a config is not judged here.
 */
import { asObject, type ConfigObject, withField } from './config-text.ts';
import { UsageError } from './errors.ts';
import { typeList } from './options.ts';

export interface FieldChanges {
  /** `restartThreshold=80%` */
  readonly set: readonly string[];
  readonly unset: readonly string[];
}

/** @throws UsageError where a `--set` has no value, or a path leads nowhere */
export function changeFields(config: ConfigObject, { set, unset }: FieldChanges): ConfigObject {
  let changed = config;
  for (const assignment of set) {
    const [, path, value] = /^([^=]+)=(.+)$/s.exec(assignment) ?? [];
    if (path === undefined || value === undefined) {
      throw new UsageError('--set: expected NAME=VALUE, such as restartThreshold=80%.');
    }
    changed = withPath(changed, pathOf(path), readValue(path, value), '--set');
  }
  for (const path of unset) changed = withPath(changed, pathOf(path), undefined, '--unset');
  return changed;
}

function pathOf(path: string): [string, ...string[]] {
  const [first = '', ...rest] = path.split('.');
  return [first, ...rest];
}

/** JSON where it is any (`700`, `true`, `["web"]`), and else the text itself (`80%`). */
function readValue(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return path === 'dynos' ? typeList(text) : text;
  }
}

function withPath(
  config: ConfigObject,
  [name, next, ...rest]: readonly [string, ...string[]],
  value: unknown,
  option: string,
): ConfigObject {
  if (next === undefined) {
    if (value === undefined && !Object.hasOwn(config, name)) {
      throw new UsageError(`${option}: there is no field ${name} to take out.`);
    }
    return withField(config, name, value);
  }
  const inner = name === 'dynos' ? typeRules(config.dynos) : asObject(config[name]);
  if (inner === undefined) {
    throw new UsageError(
      `${option}: ${name} has no fields of its own. Expected a path such as dynos.web.measure.`,
    );
  }
  // A type that has no rules of its own yet gets its first one.
  const before =
    name === 'dynos' && rest.length > 0 && !Object.hasOwn(inner, next) ? withField(inner, next, {}) : inner;
  return withField(config, name, withPath(before, [next, ...rest], value, option));
}

/** A list of types as the object that means the same. */
function typeRules(dynos: unknown): ConfigObject | undefined {
  if (dynos === undefined) return { web: {} };
  return Array.isArray(dynos) ? Object.fromEntries(dynos.map((type) => [type, {}])) : asObject(dynos);
}
