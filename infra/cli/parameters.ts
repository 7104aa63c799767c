/**
 * Configs and tokens in Parameter Store, read and written one by one.
 *
 * What surprises: Parameter Store has no conditional write. So a parameter is read again right before it is written
 * or deleted, and what somebody else has written meanwhile is left alone; who writes in the moment between is seen
 * by the version that the write gets, and said. And a write sets everything anew: key, tier and description are
 * looked up and given again, or a SecureString would be encrypted with another key than before.
 */
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  type ParameterMetadata,
  ParameterNotFound,
  PutParameterCommand,
  type PutParameterCommandInput,
  paginateDescribeParameters,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { CommandError } from './errors.ts';

/** A parameter as it was read. */
export interface ReadParameter {
  readonly name: string;
  readonly value: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly version: number;
}

/** What is known of a parameter without its value. */
export interface DescribedParameter {
  readonly name: string;
  readonly type: string;
  readonly keyId: string | undefined;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number | undefined;
}

export interface WriteOptions {
  readonly type: 'String' | 'SecureString';
  /** Of a SecureString; what it was encrypted with before, or else the account's key `aws/ssm`. */
  readonly keyId?: string | undefined;
}

export class Parameters {
  readonly #client: SSMClient;

  constructor(client: SSMClient) {
    this.#client = client;
  }

  /** With its value, decrypted; undefined where there is none. */
  async read(name: string): Promise<ReadParameter | undefined> {
    try {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      const { Parameter: found } = await this.#client.send(command);
      if (found === undefined) return undefined;
      const { Value: value = '', Type: type = 'String', Version: version = 0 } = found;
      return { name, value, type, version };
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }

  /** All that stand right under a path, in the order of their names. Reads no value. */
  async describeFolder(path: string): Promise<DescribedParameter[]> {
    const found = await this.#describe({ Key: 'Path', Option: 'OneLevel', Values: [path] });
    return found.map(described).sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Undefined where there is none. Reads no value. */
  async describe(name: string): Promise<DescribedParameter | undefined> {
    return (await this.#describe({ Key: 'Name', Option: 'Equals', Values: [name] })).map(described)[0];
  }

  /** @throws CommandError where there is such a parameter by now */
  async create(name: string, value: string, { type, keyId }: WriteOptions): Promise<number> {
    try {
      return await this.#put({ Name: name, Value: value, Type: type, ...(keyId ? { KeyId: keyId } : {}) });
    } catch (error) {
      if (!(error instanceof ParameterAlreadyExists)) throw error;
      throw changedMeanwhile(`Somebody else has just created ${name}.`, error);
    }
  }

  /**
   * Writes over a parameter that was read or described before.
   *
   * @returns the new version
   * @throws CommandError where it is another version by now
   */
  async replace(
    { name, version }: Pick<ReadParameter, 'name' | 'version'>,
    value: string,
    { type, keyId }: WriteOptions,
  ): Promise<number> {
    const [metadata] = await this.#describe({ Key: 'Name', Option: 'Equals', Values: [name] });
    await this.#mustStillBe(name, version);
    const key = type === 'SecureString' ? (keyId ?? metadata?.KeyId) : undefined;
    const written = await this.#put({
      ...{ Name: name, Value: value, Type: type, Overwrite: true },
      ...(key === undefined ? {} : { KeyId: key }),
      ...(metadata?.Tier === undefined ? {} : { Tier: metadata.Tier }),
      ...(metadata?.Description === undefined ? {} : { Description: metadata.Description }),
      ...(metadata?.AllowedPattern === undefined ? {} : { AllowedPattern: metadata.AllowedPattern }),
    });
    if (written > version + 1) {
      throw new CommandError(
        `${name} was written (version ${written}), and so it was by somebody else in the same moment: theirs is ` +
          `version ${written - 1}. Compare them: aws ssm get-parameter-history --name ${name}`,
      );
    }
    return written;
  }

  /** @throws CommandError where it is another version by now, or gone */
  async remove({ name, version }: Pick<ReadParameter, 'name' | 'version'>): Promise<void> {
    await this.#mustStillBe(name, version);
    await this.#client.send(new DeleteParameterCommand({ Name: name }));
  }

  async #mustStillBe(name: string, version: number): Promise<void> {
    const now = await this.#version(name);
    if (now === version) return;
    throw changedMeanwhile(
      now === undefined
        ? `Meanwhile somebody else has deleted ${name}.`
        : `Meanwhile somebody else has written ${name}: it was version ${version}, and is version ${now}.`,
    );
  }

  async #version(name: string): Promise<number | undefined> {
    try {
      const { Parameter: found } = await this.#client.send(new GetParameterCommand({ Name: name }));
      return found?.Version;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }

  async #put(input: PutParameterCommandInput): Promise<number> {
    const { Version: version = 0 } = await this.#client.send(new PutParameterCommand(input));
    return version;
  }

  async #describe(filter: { Key: string; Option: string; Values: string[] }): Promise<ParameterMetadata[]> {
    const found: ParameterMetadata[] = [];
    for await (const page of paginateDescribeParameters(
      { client: this.#client },
      { ParameterFilters: [filter] },
    )) {
      found.push(...(page.Parameters ?? []));
    }
    return found;
  }
}

function changedMeanwhile(what: string, cause?: unknown): CommandError {
  return new CommandError(`${what} Nothing was written. Run the command again, to see what it is now.`, {
    cause,
  });
}

function described(metadata: ParameterMetadata): DescribedParameter {
  return {
    name: metadata.Name ?? '',
    type: metadata.Type ?? 'String',
    keyId: metadata.KeyId,
    version: metadata.Version ?? 0,
    modifiedAt: metadata.LastModifiedDate?.getTime(),
  };
}
