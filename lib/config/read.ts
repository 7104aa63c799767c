/**
 * Reads every app's config and every token from SSM Parameter Store, anew at each scan, so that an edit takes
 * effect at the next one.
 *
 * What surprises: GetParametersByPath fails as a whole where a single SecureString cannot be decrypted. One
 * app's wrong key must not blind the others, so in that case each SecureString is asked for alone.
 */
import {
  GetParameterCommand,
  type Parameter,
  paginateGetParametersByPath,
  type SSMClient,
  SSMServiceException,
} from '@aws-sdk/client-ssm';
import { describeError, ScanError } from '../errors.ts';

/** A parameter's value by the last part of its name, or what went wrong with it alone. */
export type Parameters = ReadonlyMap<string, Read>;
export type Read = { readonly value: string } | { readonly problem: string };

export type App = readonly [name: string, Read];
export type Page = readonly App[];

/**
 * What is directly under a path, such as `/whacamole/tokens`, by the last part of its name.
 *
 * @throws ScanError when Parameter Store cannot be read: nothing is known then of any of it
 */
export async function readFolder(client: SSMClient, path: string, signal: AbortSignal): Promise<Parameters> {
  const parameters = new Map<string, Read>();
  for await (const page of readPages(client, path, signal)) {
    for (const [name, read] of page) parameters.set(name, read);
  }
  return parameters;
}

/**
 * The same, page by page: ten are all that Parameter Store gives at a time, and whoever has thousands begins with
 * the first while the others are still being listed.
 *
 * @throws ScanError when Parameter Store cannot be read: what came before stands
 */
export async function* readPages(client: SSMClient, path: string, signal: AbortSignal): AsyncGenerator<Page> {
  const given = new Set<string>();
  try {
    for await (const page of list(client, path, true, signal)) {
      for (const { Name = '' } of page) given.add(Name);
      yield page.map((parameter) => [baseName(parameter), toRead(parameter)]);
    }
  } catch (error) {
    if (isRefusal(error)) {
      const others = await readOneByOne(client, path, given, signal);
      if (others !== null) {
        yield others;
        return;
      }
    }
    const advice = isRefusal(error)
      ? ' Check that the function may call ssm:GetParametersByPath on this path.'
      : '';
    throw new ScanError(`The parameters under ${path} could not be read: ${describeError(error)}.${advice}`, {
      cause: error,
    });
  }
}

/** All but those that have been given already; null where the folder cannot even be listed. */
async function readOneByOne(
  client: SSMClient,
  path: string,
  given: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Page | null> {
  const listed: Parameter[] = [];
  try {
    for await (const page of list(client, path, false, signal)) {
      listed.push(...page.filter(({ Name = '' }) => !given.has(Name)));
    }
  } catch {
    return null;
  }
  const read = listed.map(async (parameter): Promise<App> => {
    if (parameter.Type !== 'SecureString') return [baseName(parameter), toRead(parameter)];
    try {
      const command = new GetParameterCommand({ Name: parameter.Name, WithDecryption: true });
      const answer = await client.send(command, { abortSignal: signal });
      return [baseName(parameter), toRead(answer.Parameter)];
    } catch (error) {
      return [baseName(parameter), { problem: `could not be read: ${describeError(error)}` }];
    }
  });
  return Promise.all(read);
}

async function* list(
  client: SSMClient,
  path: string,
  decrypt: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly Parameter[]> {
  const input = { Path: path, WithDecryption: decrypt };
  for await (const page of paginateGetParametersByPath({ client }, input, { abortSignal: signal })) {
    // A folder without any is an empty list. Without one, no app would be watched, and nobody would be told.
    if (page.Parameters === undefined) throw new Error('the answer lists no parameters');
    yield page.Parameters;
  }
}

function baseName({ Name = '' }: Parameter): string {
  return Name.slice(Name.lastIndexOf('/') + 1);
}

function toRead({ Value = '' }: Parameter = {}): Read {
  return { value: Value };
}

function isRefusal(error: unknown): boolean {
  // Throttling is a client's fault as well, and asking for each alone would make it worse.
  return error instanceof SSMServiceException && error.$fault === 'client' && !/throttl/i.test(error.name);
}
