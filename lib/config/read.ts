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

export interface Configuration {
  /** Configs by Heroku app name, as they were written. */
  readonly apps: Parameters;
  /** Heroku API tokens by name. */
  readonly tokens: Parameters;
}

/** @throws ScanError when Parameter Store cannot be read: nothing is known then of any app */
export async function readConfiguration(
  client: SSMClient,
  prefix: string,
  signal: AbortSignal,
): Promise<Configuration> {
  const [apps, tokens] = await Promise.all([
    readFolder(client, `${prefix}/apps`, signal),
    readFolder(client, `${prefix}/tokens`, signal),
  ]);
  return { apps, tokens };
}

/** @throws ScanError when the folder cannot be read */
export async function readFolder(client: SSMClient, path: string, signal: AbortSignal): Promise<Parameters> {
  try {
    const parameters = await list(client, path, true, signal);
    return new Map(parameters.map((parameter) => [baseName(parameter), toRead(parameter)]));
  } catch (error) {
    if (isRefusal(error)) {
      const parameters = await readOneByOne(client, path, signal);
      if (parameters !== null) return parameters;
    }
    const advice = isRefusal(error)
      ? ' Check that the function may call ssm:GetParametersByPath on this path.'
      : '';
    throw new ScanError(`The parameters under ${path} could not be read: ${describeError(error)}.${advice}`, {
      cause: error,
    });
  }
}

/** Null where the folder cannot even be listed. */
async function readOneByOne(
  client: SSMClient,
  path: string,
  signal: AbortSignal,
): Promise<Parameters | null> {
  let listed: Parameter[];
  try {
    listed = await list(client, path, false, signal);
  } catch {
    return null;
  }
  const read = listed.map(async (parameter): Promise<[string, Read]> => {
    if (parameter.Type !== 'SecureString') return [baseName(parameter), toRead(parameter)];
    try {
      const command = new GetParameterCommand({ Name: parameter.Name, WithDecryption: true });
      const answer = await client.send(command, { abortSignal: signal });
      return [baseName(parameter), toRead(answer.Parameter)];
    } catch (error) {
      return [baseName(parameter), { problem: `could not be read: ${describeError(error)}` }];
    }
  });
  return new Map(await Promise.all(read));
}

async function list(
  client: SSMClient,
  path: string,
  decrypt: boolean,
  signal: AbortSignal,
): Promise<Parameter[]> {
  const parameters: Parameter[] = [];
  const input = { Path: path, WithDecryption: decrypt };
  for await (const page of paginateGetParametersByPath({ client }, input, { abortSignal: signal })) {
    // A folder without any is an empty list. Without one, no app would be watched, and nobody would be told.
    if (page.Parameters === undefined) throw new Error('the answer lists no parameters');
    parameters.push(...page.Parameters);
  }
  return parameters;
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
