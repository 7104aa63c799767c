/**
 * A small evaluator of the part of CloudWatch Logs Insights' language that our queries use, over JSON log lines.
 * It refuses whatever it does not know, so a query that goes beyond it fails its test rather than pass unread.
 */

export type Value = string | number | boolean | null | undefined;
export type Row = Record<string, Value>;

/** Fields by their dotted names, as Logs Insights discovers them in a JSON line. */
const flatten = (value: unknown, path: string, into: Row): Row => {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${key}` : key, into);
  } else if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
  ) {
    into[path] = value;
  }
  return into;
};

/** One record to a line. CloudWatch's `@timestamp` is stood in for by the line's own time. */
export const recordsOf = (lines: string): Row[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const record = flatten(JSON.parse(line), '', {});
      return { ...record, '@timestamp': String(record.at ?? record.time) };
    });

const unknown = (what: string): Error => new Error(`Not in the evaluator's Logs Insights: ${what}`);

/** Splits at a separator that is in no string, bracket or parenthesis. */
const splitOutside = (text: string, separator: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if ('(['.includes(character)) depth++;
    if (')]'.includes(character)) depth--;
    if (depth === 0 && text.startsWith(separator, index)) {
      parts.push(text.slice(start, index));
      start = index + separator.length;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
};

const FIELD = /^@?[A-Za-z][\w.]*$/;
const STRING = /^"([^"]*)"$/;

const evaluate = (expression: string, row: Row): Value => {
  const string = STRING.exec(expression);
  if (string) return string[1];
  const concat = /^concat\((.*)\)$/.exec(expression);
  if (concat) {
    return splitOutside(concat[1] ?? '', ',')
      .map((part) => evaluate(part, row) ?? '')
      .join('');
  }
  if (!FIELD.test(expression)) throw unknown(expression);
  return row[expression];
};

const holds = (condition: string, row: Row): boolean => {
  const either = splitOutside(condition, ' or ');
  if (either.length > 1) return either.some((part) => holds(part, row));
  const all = splitOutside(condition, ' and ');
  if (all.length > 1) return all.every((part) => holds(part, row));
  const among = /^(\S+) in \[(.*)\]$/.exec(condition);
  if (among) {
    const value = evaluate(among[1] ?? '', row);
    return splitOutside(among[2] ?? '', ',').some((part) => evaluate(part, row) === value);
  }
  const [left, right, ...rest] = splitOutside(condition, ' = ');
  if (left === undefined || right === undefined || rest.length > 0) throw unknown(condition);
  return evaluate(left, row) === evaluate(right, row);
};

const UNIT_SECONDS: Record<string, number> = { m: 60, h: 3_600, d: 86_400 };

const groupOf = (expression: string, row: Row): Value => {
  const bin = /^bin\((\d+)([mhd])\)$/.exec(expression);
  if (!bin) return evaluate(expression, row);
  const width = Number(bin[1]) * (UNIT_SECONDS[bin[2] ?? ''] ?? 0) * 1_000;
  return new Date(Math.floor(Date.parse(String(row['@timestamp'])) / width) * width).toISOString();
};

const aggregate = (expression: string, rows: Row[]): Value => {
  const [, name, argument] = /^(\w+)\((.*)\)$/.exec(expression) ?? [];
  if (name === undefined || argument === undefined) throw unknown(expression);
  if (name === 'count' && argument === '*') return rows.length;
  const values = rows
    .map((row) => evaluate(argument, row))
    .filter((value) => value !== undefined && value !== null);
  const numbers = values.map(Number);
  if (name === 'latest') return values.at(-1);
  if (numbers.length === 0) return undefined;
  if (name === 'max') return Math.max(...numbers);
  if (name === 'min') return Math.min(...numbers);
  if (name === 'sum') return numbers.reduce((sum, number) => sum + number, 0);
  if (name === 'avg') return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  throw unknown(expression);
};

const named = (item: string): { expression: string; name: string } => {
  const [expression = '', name = expression] = splitOutside(item, ' as ');
  return { expression, name };
};

const stats = (body: string, rows: Row[]): Row[] => {
  const [aggregates = '', by = ''] = splitOutside(body, ' by ');
  const groups = by === '' ? [] : splitOutside(by, ',');
  const buckets = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(groups.map((group) => groupOf(group, row) ?? null));
    buckets.set(key, [...(buckets.get(key) ?? []), row]);
  }
  return [...buckets.values()].map((bucket) => ({
    ...Object.fromEntries(groups.map((group) => [group, groupOf(group, bucket[0] ?? {})])),
    ...Object.fromEntries(
      splitOutside(aggregates, ',')
        .map(named)
        .map(({ expression, name }) => [name, aggregate(expression, bucket)]),
    ),
  }));
};

const compare = (left: Value, right: Value): number =>
  typeof left === 'number' && typeof right === 'number'
    ? left - right
    : String(left ?? '').localeCompare(String(right ?? ''));

/** The rows that a query gives over the records. */
export const runQuery = (query: string, records: readonly Row[]): Row[] => {
  let rows = [...records];
  let shown: string[] | undefined;
  for (const step of query.split('\n| ')) {
    const space = step.indexOf(' ');
    const command = step.slice(0, space);
    const body = step.slice(space + 1);
    if (command === 'filter') {
      rows = rows.filter((row) => holds(body, row));
    } else if (command === 'fields') {
      const items = splitOutside(body, ',').map(named);
      shown = items.map(({ name }) => name);
      rows = rows.map((row) => ({
        ...row,
        ...Object.fromEntries(items.map(({ expression, name }) => [name, evaluate(expression, row)])),
      }));
    } else if (command === 'stats') {
      shown = undefined;
      rows = stats(body, rows);
    } else if (command === 'sort') {
      const [field = '', order] = body.split(' ');
      if (!FIELD.test(field) || (order !== 'asc' && order !== 'desc')) throw unknown(step);
      rows = rows.toSorted((a, b) => compare(a[field], b[field]) * (order === 'asc' ? 1 : -1));
    } else if (command === 'limit' && /^\d+$/.test(body)) {
      rows = rows.slice(0, Number(body));
    } else {
      throw unknown(step);
    }
  }
  if (shown === undefined) return rows;
  const columns = shown;
  return rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])));
};
