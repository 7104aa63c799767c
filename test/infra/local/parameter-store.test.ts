import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  type ParameterMetadata,
  PutParameterCommand,
  paginateDescribeParameters,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ParameterStore } from '../../../infra/local/parameter-store.ts';
import { VirtualClock } from '../../../infra/local/virtual-clock.ts';

async function startStore() {
  const clock = new VirtualClock();
  const store = new ParameterStore({ clock });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new SSMClient({
    endpoint: await store.listen(),
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await store.close();
  });
  return { clock, store, client };
}

describe('GetParametersByPath', () => {
  it('gives everything below a path, at most ten a page, some pages empty and yet not the last', async () => {
    const { store, client } = await startStore();
    for (let number = 10; number < 55; number++) store.put(`/whacamole/apps/app-${number}`, '{}');
    store.put('/whacamole/apps/app-10/deeper', '{}');
    store.put('/whacamole/applications', '{}');
    const names: (string | undefined)[] = [];
    const sizes: number[] = [];
    for await (const page of paginateGetParametersByPath({ client }, { Path: '/whacamole/apps' })) {
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name));
      sizes.push(page.Parameters?.length ?? -1);
    }
    expect(sizes).toEqual([10, 10, 0, 10, 10, 0, 5]);
    expect(new Set(names).size).toBe(45);
    const recursive = { Path: '/whacamole/apps/app-10', Recursive: true };
    const below = await client.send(new GetParametersByPathCommand(recursive));
    expect(below.Parameters).toMatchObject([{ Name: '/whacamole/apps/app-10/deeper' }]);
    expect(below.NextToken).toBeUndefined();
  });

  it('refuses more than ten a page', async () => {
    const { client } = await startStore();
    const tooMany = new GetParametersByPathCommand({ Path: '/', MaxResults: 11 });
    await expect(client.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('DescribeParameters', () => {
  it('says all but the values of what is right below a path, or below it at all', async () => {
    const { clock, store, client } = await startStore();
    for (let number = 10; number < 65; number++) store.put(`/whacamole/apps/app-${number}`, 'the value');
    store.put('/whacamole/tokens/default', 'the value', 'SecureString');
    store.put('/whacamole/tokens/team', 'the value', 'SecureString', 'alias/ours');
    const below = async (Path: string, Option: string) => {
      const filters = [{ Key: 'Path', Option, Values: [Path] }];
      const found: ParameterMetadata[] = [];
      for await (const page of paginateDescribeParameters({ client }, { ParameterFilters: filters })) {
        found.push(...(page.Parameters ?? []));
      }
      return found;
    };
    expect(await below('/whacamole/apps', 'OneLevel')).toHaveLength(55);
    expect(await below('/whacamole', 'OneLevel')).toEqual([]);
    expect(await below('/whacamole', 'Recursive')).toHaveLength(57);
    const tokens = await below('/whacamole/tokens', 'OneLevel');
    expect(tokens.map(({ Name, KeyId }) => [Name, KeyId])).toEqual([
      ['/whacamole/tokens/default', 'alias/aws/ssm'],
      ['/whacamole/tokens/team', 'alias/ours'],
    ]);
    expect(tokens[0]).toMatchObject({ Version: 1, LastModifiedDate: new Date(clock.now()) });
    expect(JSON.stringify(tokens)).not.toContain('the value');
    const byName = { Key: 'Name', Option: 'Equals', Values: ['/whacamole/tokens/team'] };
    const one = await client.send(new DescribeParametersCommand({ ParameterFilters: [byName] }));
    expect(one.Parameters).toMatchObject([{ Name: '/whacamole/tokens/team' }]);
  });
});

describe('a parameter', () => {
  it('keeps its type', async () => {
    const { store } = await startStore();
    store.put('/a', 'open');
    expect(() => store.put('/a', 'secret', 'SecureString')).toThrow("A parameter's type cannot be changed.");
  });

  it('is written, read, and deleted', async () => {
    const { clock, client } = await startStore();
    const put = { Name: '/a/b', Value: 'one', Type: 'String' as const };
    expect((await client.send(new PutParameterCommand(put))).Version).toBe(1);
    await expect(client.send(new PutParameterCommand(put))).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
    const again = new PutParameterCommand({ ...put, Value: 'two', Overwrite: true });
    expect((await client.send(again)).Version).toBe(2);
    expect((await client.send(new GetParameterCommand({ Name: '/a/b' }))).Parameter).toMatchObject({
      Name: '/a/b',
      Value: 'two',
      Type: 'String',
      Version: 2,
      LastModifiedDate: new Date(clock.now()),
    });
    const several = await client.send(new GetParametersCommand({ Names: ['/a/b', '/none'] }));
    expect([several.Parameters?.length, several.InvalidParameters]).toEqual([1, ['/none']]);
    await client.send(new DeleteParameterCommand({ Name: '/a/b' }));
    const gone = { name: 'ParameterNotFound' };
    await expect(client.send(new GetParameterCommand({ Name: '/a/b' }))).rejects.toMatchObject(gone);
    await expect(client.send(new DeleteParameterCommand({ Name: '/a/b' }))).rejects.toMatchObject(gone);
  });

  it('stays secret unless it is decrypted', async () => {
    const { store, client } = await startStore();
    store.put('/token', 'tell-nobody', 'SecureString');
    const value = async (WithDecryption: boolean) =>
      (await client.send(new GetParameterCommand({ Name: '/token', WithDecryption }))).Parameter?.Value;
    expect(await value(true)).toBe('tell-nobody');
    expect(await value(false)).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from((await value(false)) ?? '', 'base64').toString()).not.toContain('tell-nobody');
  });

  it('is no longer than 4 KB, and has a name that SSM allows', async () => {
    const { store } = await startStore();
    expect(() => store.put('/long', 'x'.repeat(4097))).toThrow('4096 bytes, found 4097');
    expect(() => store.put('/a b', 'x')).toThrow('Expected a parameter name');
    store.put('/fine', 'x'.repeat(4096));
    expect(store.get('/fine')).toHaveLength(4096);
    expect([store.delete('/fine'), store.delete('/fine')]).toEqual([true, false]);
  });
});

describe('a fault', () => {
  it('strikes an action as often as it is told', async () => {
    const { store, client } = await startStore();
    store.put('/a', '1');
    store.faults.push({
      action: 'GetParameter',
      times: 2,
      do: { code: 'ThrottlingException', message: 'Slow down' },
    });
    const read = () => client.send(new GetParameterCommand({ Name: '/a' }));
    for (let time = 0; time < 2; time++) {
      await expect(read()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Slow down' });
    }
    expect((await read()).Parameter?.Value).toBe('1');
    expect(store.requests.map(({ action }) => action)).toEqual([
      'GetParameter',
      'GetParameter',
      'GetParameter',
    ]);
  });

  it('may hang, reset, or delay', async () => {
    const { store, client } = await startStore();
    store.put('/a', '1');
    const read = (abortSignal?: AbortSignal) =>
      client.send(new GetParameterCommand({ Name: '/a' }), abortSignal ? { abortSignal } : {});
    store.faults.push({ times: 1, do: 'hang' }, { times: 1, do: 'reset' }, { times: 1, do: { delayMs: 30 } });
    await expect(read(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'AbortError' });
    await expect(read()).rejects.toMatchObject({ code: 'ECONNRESET' });
    const began = performance.now();
    await read();
    expect(performance.now() - began).toBeGreaterThan(25);
  });
});
