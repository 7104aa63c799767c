/**
 * What the actions of SSM Parameter Store do to a map of parameters. Limits and error codes are those of the
 * SSM API reference, as far as a client that only reads, writes and deletes parameters can meet them.
 */
import * as z from 'zod/mini';
import type { SortedMap } from './sorted-map.ts';

export type ParameterType = 'String' | 'SecureString' | 'StringList';

export interface StoredParameter {
  readonly name: string;
  readonly value: string;
  readonly type: ParameterType;
  /** Of a SecureString: what it is encrypted with. */
  readonly keyId: string | undefined;
  readonly description: string | undefined;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export type Parameters = SortedMap<StoredParameter>;

export interface Action {
  readonly name: string;
  readonly input: unknown;
}

/** A refusal in SSM's own terms: `code` is the `__type` of the answer. */
export class ParameterError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Most of a page, and of one GetParameters. Source: SSM API reference, GetParametersByPath. */
const MOST_AT_ONCE = 10;
/** Most of one DescribeParameters. */
const MOST_DESCRIBED = 50;
/** Of a standard parameter. */
const VALUE_BYTES = 4096;
const DEFAULT_KEY = 'alias/aws/ssm';

const Types = z.enum(['String', 'SecureString', 'StringList']);
const ByPathInput = z.object({
  Path: z.string(),
  Recursive: z.optional(z.boolean()),
  WithDecryption: z.optional(z.boolean()),
  MaxResults: z.optional(z.int().check(z.gte(1), z.lte(MOST_AT_ONCE))),
  NextToken: z.optional(z.string()),
});
const GetInput = z.object({ Name: z.string(), WithDecryption: z.optional(z.boolean()) });
const GetSeveralInput = z.object({
  Names: z.array(z.string()).check(z.minLength(1), z.maxLength(MOST_AT_ONCE)),
  WithDecryption: z.optional(z.boolean()),
});
const PutInput = z.object({
  Name: z.string(),
  Value: z.string(),
  Type: z._default(Types, 'String'),
  KeyId: z.optional(z.string()),
  Description: z.optional(z.string()),
  Overwrite: z._default(z.boolean(), false),
});
const DeleteInput = z.object({ Name: z.string() });
const DescribeInput = z.object({
  ParameterFilters: z.optional(
    z.array(
      z.union([
        z.object({
          Key: z.literal('Path'),
          Option: z._default(z.enum(['OneLevel', 'Recursive']), 'OneLevel'),
          Values: z.tuple([z.string()]),
        }),
        z.object({
          Key: z.literal('Name'),
          Option: z._default(z.enum(['Equals', 'BeginsWith']), 'Equals'),
          Values: z.array(z.string()),
        }),
      ]),
    ),
  ),
  MaxResults: z._default(z.int().check(z.gte(1), z.lte(MOST_DESCRIBED)), MOST_DESCRIBED),
  NextToken: z.optional(z.string()),
});

/** The answer's body. Throws a `ParameterError`. `now`: epoch milliseconds. */
export function performAction(
  parameters: Parameters,
  { name, input }: Action,
  { now, emptyPage }: { now: number; emptyPage: boolean },
): unknown {
  switch (name) {
    case 'GetParametersByPath':
      return getByPath(parameters, parse(ByPathInput, input), emptyPage);
    case 'GetParameter': {
      const { Name, WithDecryption } = parse(GetInput, input);
      return { Parameter: parameterJson(stored(parameters, Name), WithDecryption) };
    }
    case 'GetParameters': {
      const { Names, WithDecryption } = parse(GetSeveralInput, input);
      const known = Names.flatMap((one) => parameters.get(one) ?? []);
      return {
        Parameters: known.map((one) => parameterJson(one, WithDecryption)),
        InvalidParameters: Names.filter((one) => !parameters.has(one)),
      };
    }
    case 'PutParameter': {
      const { Name, Value, Type, KeyId, Description, Overwrite } = parse(PutInput, input);
      const request = {
        ...{ name: Name, value: Value, type: Type, keyId: KeyId, description: Description },
        ...{ overwrite: Overwrite, now },
      };
      return { Tier: 'Standard', Version: putParameter(parameters, request).version };
    }
    case 'DeleteParameter': {
      const { Name } = parse(DeleteInput, input);
      parameters.delete(stored(parameters, Name).name);
      return {};
    }
    case 'DescribeParameters':
      return describe(parameters, parse(DescribeInput, input));
    default:
      throw new ParameterError(
        'UnknownOperationException',
        `Expected an action that is simulated, found ${name}`,
      );
  }
}

export interface PutRequest {
  readonly name: string;
  readonly value: string;
  readonly type: ParameterType;
  readonly keyId?: string | undefined;
  readonly description?: string | undefined;
  readonly overwrite: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function putParameter(parameters: Parameters, request: PutRequest): StoredParameter {
  const { name, value, type, keyId, description, overwrite, now } = request;
  if (!/^(\/[\w.-]+)+$|^[\w.-]+$/.test(name)) {
    throw new ParameterError('ValidationException', `Expected a parameter name, found ${name}`);
  }
  const bytes = Buffer.byteLength(value);
  if (bytes === 0 || bytes > VALUE_BYTES) {
    throw new ParameterError(
      'ValidationException',
      `Expected a value of 1 to ${VALUE_BYTES} bytes, found ${bytes}`,
    );
  }
  const before = parameters.get(name);
  if (before !== undefined && !overwrite) {
    throw new ParameterError('ParameterAlreadyExists', 'The parameter already exists.');
  }
  if (before !== undefined && before.type !== type) {
    throw new ParameterError('HierarchyTypeMismatchException', "A parameter's type cannot be changed.");
  }
  if (keyId !== undefined && type !== 'SecureString') {
    throw new ParameterError('ValidationException', 'Expected KeyId with a SecureString alone.');
  }
  const parameter = {
    ...{ name, value, type, description, modifiedAt: now },
    // What is not given again is not kept: so it is documented of the key, and may be so of the description.
    keyId: type === 'SecureString' ? (keyId ?? DEFAULT_KEY) : undefined,
    version: (before?.version ?? 0) + 1,
  };
  parameters.set(name, parameter);
  return parameter;
}

/** A token names the last parameter that was given out, so that one put or deleted in between does no harm. */
function getByPath(parameters: Parameters, input: z.infer<typeof ByPathInput>, emptyPage: boolean): unknown {
  if (!input.Path.startsWith('/')) {
    throw new ParameterError('ValidationException', `Expected a path to begin with /, found ${input.Path}`);
  }
  const prefix = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
  const after = input.NextToken === undefined ? '' : Buffer.from(input.NextToken, 'base64url').toString();
  const most = input.MaxResults ?? MOST_AT_ONCE;
  const left: StoredParameter[] = [];
  for (const parameter of parameters.after(after > prefix ? after : prefix)) {
    if (left.length > most || !parameter.name.startsWith(prefix)) break;
    if (input.Recursive || !parameter.name.slice(prefix.length).includes('/')) left.push(parameter);
  }
  const page = emptyPage && left.length > 0 ? [] : left.slice(0, most);
  const last = page.at(-1)?.name ?? after;
  return {
    Parameters: page.map((parameter) => parameterJson(parameter, input.WithDecryption)),
    ...(page.length < left.length ? { NextToken: Buffer.from(last || '/').toString('base64url') } : {}),
  };
}

/** Everything but the values. */
function describe(parameters: Parameters, input: z.infer<typeof DescribeInput>): unknown {
  const after = input.NextToken === undefined ? '' : Buffer.from(input.NextToken, 'base64url').toString();
  const left = [...parameters.after(after)].filter(({ name }) =>
    (input.ParameterFilters ?? []).every((filter) => isMatch(name, filter)),
  );
  const page = left.slice(0, input.MaxResults);
  const last = page.at(-1)?.name;
  return {
    Parameters: page.map(({ name, type, keyId, description, version, modifiedAt }) => ({
      ...{ Name: name, Type: type, KeyId: keyId, Description: description, Version: version },
      ...{ LastModifiedDate: modifiedAt / 1000, Tier: 'Standard', DataType: 'text' },
    })),
    ...(last !== undefined && page.length < left.length
      ? { NextToken: Buffer.from(last).toString('base64url') }
      : {}),
  };
}

type DescribeFilter = NonNullable<z.infer<typeof DescribeInput>['ParameterFilters']>[number];

function isMatch(name: string, filter: DescribeFilter): boolean {
  if (filter.Key === 'Name') {
    return filter.Values.some((value) =>
      filter.Option === 'Equals' ? name === value : name.startsWith(value),
    );
  }
  const folder = `${filter.Values[0].replace(/\/$/, '')}/`;
  const below = name.startsWith(folder) ? name.slice(folder.length) : '';
  return below !== '' && (filter.Option === 'Recursive' || !below.includes('/'));
}

function stored(parameters: Parameters, name: string): StoredParameter {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new ParameterError('ParameterNotFound', `Parameter ${name} not found.`);
  return parameter;
}

function parameterJson({ name, value, type, version, modifiedAt }: StoredParameter, decrypt = false) {
  return {
    ARN: `arn:aws:ssm:us-east-1:123456789012:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: 'text',
    LastModifiedDate: modifiedAt / 1000,
    Name: name,
    Type: type,
    Value: type === 'SecureString' && !decrypt ? ciphertext(name, version) : value,
    Version: version,
  };
}

/** Says nothing about the value, not even how long it is. */
function ciphertext(name: string, version: number): string {
  return Buffer.from(`encrypted with aws/ssm: ${name}, version ${version}`).toString('base64');
}

function parse<T>(schema: z.ZodMiniType<T>, input: unknown): T {
  const result = z.safeParse(schema, input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ParameterError('ValidationException', problems.join('; '));
}
