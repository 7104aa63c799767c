import { SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { readFolder } from '../../../lib/config/read.ts';
import { ScanError } from '../../../lib/errors.ts';
import { hang, reply, reset, type Served, serve } from '../serve.ts';

const PAGE = 10;
const Input = z.object({
  Path: z.optional(z.string()),
  Name: z.optional(z.string()),
  WithDecryption: z.optional(z.boolean()),
  NextToken: z.optional(z.string()),
});
type Asking = z.infer<typeof Input>;
type Fault = { readonly status: number; readonly code: string };
interface Stored {
  readonly name: string;
  readonly value: string;
  readonly secure?: boolean;
  /** Its key cannot be used. */
  readonly locked?: boolean;
}

/** A Parameter Store with these parameters; `fault` may say what goes wrong with a request. */
async function storeOf(
  parameters: readonly Stored[],
  fault: (action: string, asking: Asking) => Fault | 'reset' | 'hang' | undefined = () => undefined,
): Promise<Served> {
  const json = ({ name, value, secure }: Stored, decrypted: boolean | undefined) => ({
    Name: name,
    Type: secure ? 'SecureString' : 'String',
    Value: secure && !decrypted ? 'ciphertext' : value,
  });
  const locked: Fault = { status: 400, code: 'InvalidKeyId' };
  const answer = (action: string, asking: Asking): unknown | Fault => {
    if (action === 'GetParameter') {
      const found = parameters.find(({ name }) => name === asking.Name);
      if (found === undefined) return { status: 400, code: 'ParameterNotFound' };
      return found.locked ? locked : { Parameter: json(found, asking.WithDecryption) };
    }
    const all = parameters.filter(({ name }) => name.startsWith(`${asking.Path}/`));
    const start = Number(asking.NextToken ?? 0);
    // A page may be empty and not the last: here, each but the first is so when it is asked for at first.
    const empty = start > 0 && asking.NextToken?.endsWith('.0') === false;
    const page = empty ? [] : all.slice(start, start + PAGE);
    if (asking.WithDecryption && page.some((parameter) => parameter.locked)) return locked;
    const next = empty ? `${start}.0` : String(start + PAGE);
    return {
      Parameters: page.map((parameter) => json(parameter, asking.WithDecryption)),
      ...(empty || start + PAGE < all.length ? { NextToken: next } : {}),
    };
  };
  return serve((response, asked, index) => {
    const action = String(asked.headers['x-amz-target']).replace('AmazonSSM.', '');
    const asking = Input.parse(JSON.parse(asked.body));
    const wrong = fault(action, asking);
    if (wrong === 'reset') return reset(response, asked, index);
    if (wrong === 'hang') return hang(response, asked, index);
    const result = wrong ?? answer(action, asking);
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    if (isFault(result)) {
      reply(result.status, { __type: result.code, message: `It is ${result.code}` }, type)(
        response,
        asked,
        index,
      );
    } else {
      reply(200, result, type)(response, asked, index);
    }
  });
}

function isFault(result: unknown): result is Fault {
  return typeof result === 'object' && result !== null && 'code' in result;
}

async function read(server: Served, signal: AbortSignal = AbortSignal.timeout(20_000)) {
  const client = new SSMClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const [apps, tokens] = await Promise.all([
    readFolder(client, '/whacamole/apps', signal),
    readFolder(client, '/whacamole/tokens', signal),
  ]);
  return { apps, tokens };
}

const app = (name: string, more: Partial<Stored> = {}): Stored => ({
  name: `/whacamole/apps/${name}`,
  value: `{"restartThreshold":${name.length}}`,
  ...more,
});
const token = (name: string, more: Partial<Stored> = {}): Stored => ({
  name: `/whacamole/tokens/${name}`,
  value: `token of ${name}`,
  secure: true,
  ...more,
});

describe('the configuration', () => {
  it('is every app and every token, by the last part of its name, as it was written', async () => {
    const server = await storeOf([
      app('shop'),
      app('blog', { secure: true }),
      token('default'),
      token('team'),
    ]);
    expect(await read(server)).toEqual({
      apps: new Map([
        ['shop', { value: '{"restartThreshold":4}' }],
        ['blog', { value: '{"restartThreshold":4}' }],
      ]),
      tokens: new Map([
        ['default', { value: 'token of default' }],
        ['team', { value: 'token of team' }],
      ]),
    });
    expect(server.asked).toHaveLength(2);
  });

  it('may be nothing yet', async () => {
    const { apps, tokens } = await read(await storeOf([]));
    expect([apps.size, tokens.size]).toEqual([0, 0]);
  });

  it('is read page by page, over those that are empty', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `app-${index}`);
    const { apps } = await read(await storeOf([...names.map((name) => app(name)), token('default')]));
    expect([...apps.keys()]).toEqual(names);
  });

  it('is nothing in a page of no parameters', async () => {
    const { apps, tokens } = await read(await serve(reply(200, { Parameters: [] })));
    expect([apps.size, tokens.size]).toEqual([0, 0]);
  });

  it('cannot be read from a page without even that', async () => {
    await expect(read(await serve(reply(200, {})))).rejects.toThrow(
      'The parameters under /whacamole/apps could not be read: the answer lists no parameters.',
    );
  });

  it('is empty where Parameter Store gives no value', async () => {
    const server = await serve(reply(200, { Parameters: [{ Name: '/whacamole/apps/shop' }, {}] }));
    const { apps } = await read(server);
    expect([...apps]).toEqual([
      ['shop', { value: '' }],
      ['', { value: '' }],
    ]);
  });

  it('is not what lies elsewhere', async () => {
    const { apps, tokens } = await read(
      await storeOf([
        { name: '/whacamole/applications/x', value: 'x' },
        { name: '/other/apps/x', value: 'x' },
        app('shop'),
      ]),
    );
    expect([...apps.keys(), ...tokens.keys()]).toEqual(['shop']);
  });
});

describe('a parameter that cannot be decrypted', () => {
  let server: Served;
  beforeEach(async () => {
    server = await storeOf([
      app('shop'),
      app('blog', { secure: true }),
      app('vault', { secure: true, locked: true }),
      token('default'),
      token('lost', { locked: true }),
    ]);
  });

  it('is a problem of its own, and all others are read', async () => {
    const problem = { problem: expect.stringContaining('It is InvalidKeyId') };
    const { apps, tokens } = await read(server);
    expect(Object.fromEntries(apps)).toEqual({
      shop: { value: '{"restartThreshold":4}' },
      blog: { value: '{"restartThreshold":4}' },
      vault: problem,
    });
    expect(Object.fromEntries(tokens)).toEqual({ default: { value: 'token of default' }, lost: problem });
  });

  it('is asked for alone, and nothing that needs no key is', async () => {
    await read(server);
    const alone = server.asked
      .filter(({ headers }) => headers['x-amz-target'] === 'AmazonSSM.GetParameter')
      .map(({ body }) => Input.parse(JSON.parse(body)));
    expect(alone.map(({ Name }) => Name).sort()).toEqual([
      '/whacamole/apps/blog',
      '/whacamole/apps/vault',
      '/whacamole/tokens/default',
      '/whacamole/tokens/lost',
    ]);
    expect(alone.every(({ WithDecryption }) => WithDecryption === true)).toBe(true);
  });

  it('does not have its ciphertext taken for it', async () => {
    const { apps, tokens } = await read(server);
    expect(JSON.stringify([...apps, ...tokens])).not.toContain('ciphertext');
  });
});

describe('a Parameter Store that cannot be read', () => {
  it.each<[string, Fault | 'reset']>([
    ['it refuses', { status: 400, code: 'AccessDeniedException' }],
    ['it is in trouble', { status: 500, code: 'InternalServerError' }],
    ['it breaks off', 'reset'],
  ])('ends the scan, and says where: %s', async (_, fault) => {
    const server = await storeOf([app('shop')], (_action, { Path }) =>
      Path?.endsWith('/tokens') ? fault : undefined,
    );
    const error = await read(server).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ScanError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^The parameters under \/whacamole\/tokens could not be read: .+/),
      cause: expect.any(Error),
    });
  });

  it('because it refuses is said with what to check', async () => {
    const server = await storeOf([], () => ({ status: 400, code: 'AccessDeniedException' }));
    await expect(read(server)).rejects.toMatchObject({
      message: expect.stringMatching(/It is AccessDeniedException\. Check that .* ssm:GetParametersByPath/),
    });
  });

  it('ends the scan in time where it does not answer', async () => {
    const server = await storeOf([], () => 'hang');
    await expect(read(server, AbortSignal.timeout(100))).rejects.toBeInstanceOf(ScanError);
  });

  it('on a later page ends the scan, for half the apps are not the apps', async () => {
    const names = Array.from({ length: 15 }, (_, index) => app(`app-${index}`));
    const server = await storeOf(names, (_, { NextToken }) =>
      NextToken === undefined ? undefined : { status: 500, code: 'InternalServerError' },
    );
    await expect(read(server)).rejects.toBeInstanceOf(ScanError);
  });
});
