/**
 * A config as text: laid out to be read, and written back as whoever wrote it had it, fields in their order.
 */
import { withholdSecrets } from '../../lib/config/app-config.ts';

export type ConfigObject = Readonly<Record<string, unknown>>;

/** A JSON object as it was written, its keys in their order; undefined where it is anything else. */
export function readObject(text: string): ConfigObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Not by a schema: that would drop a field `__proto__` without a word. */
export function asObject(value: unknown): ConfigObject | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field to a line; text that is no JSON as it is. */
export function layOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** The same to be shown: somebody may have put a token where its name belongs. */
export function layOutSafely(text: string): string {
  return withholdSecrets(layOut(text));
}

/** As a document to be shown; null where it is no JSON object. */
export function documentOf(text: string | undefined): ConfigObject | null {
  return text === undefined ? null : (readObject(withholdSecrets(text)) ?? null);
}

/** In one line where the other text is, and else by its indent. */
export function writeLike(config: ConfigObject, other: string): string {
  const indent = /\n([ \t]+)\S/.exec(other)?.[1];
  if (other.trim().includes('\n')) return JSON.stringify(config, undefined, indent ?? 2);
  // As people type it: {"dryRun": true, "minUptime": 60}
  const spaced = !/^[^\n]*":\S/.test(other);
  return spaced ? oneLine(config) : JSON.stringify(config);
}

/** The object with one field set, or taken out; the others keep their places. */
export function withField(config: ConfigObject, name: string, value: unknown): ConfigObject {
  const others = Object.entries(config);
  if (value === undefined) return Object.fromEntries(others.filter(([other]) => other !== name));
  if (!Object.hasOwn(config, name)) return Object.fromEntries([...others, [name, value]]);
  return Object.fromEntries(others.map(([other, old]) => [other, other === name ? value : old]));
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const object = asObject(value);
  if (object === undefined) return JSON.stringify(value);
  const fields = Object.entries(object).map(([name, inner]) => `${JSON.stringify(name)}: ${oneLine(inner)}`);
  return `{${fields.join(', ')}}`;
}
