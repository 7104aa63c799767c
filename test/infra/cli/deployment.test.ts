import { expect, it } from 'vitest';
import { serveStacks } from './stack-server.ts';
import { openTerminal } from './typed.ts';

/** A terminal that knows of its deployment by the stack alone. */
async function openTerminalWith(outputs: Readonly<Record<string, string>>) {
  const terminal = await openTerminal();
  const environment = {
    RESTARTS_TABLE: undefined,
    PARAMETER_PREFIX: undefined,
    AWS_ENDPOINT_URL_CLOUDFORMATION: await serveStacks({ 'Whacamole-staging': outputs }),
  };
  const list = (...args: string[]) => terminal.type(['apps', 'list', ...args], { environment });
  return { ...terminal, list };
}

it('learns the table from the outputs of the stack, and the prefix from its name', async () => {
  const { world, list } = await openTerminalWith({
    ...{ RestartsTableName: 'restarts', FunctionName: 'scan', LogGroupName: 'logs' },
  });
  world.parameters.put('/whacamole-staging/apps/shop', '{"token": "staging"}');
  world.parameters.put('/whacamole-staging/tokens/staging', 'a token', 'SecureString');
  const typed = await list('--stack', 'Whacamole-staging');
  expect(typed).toMatchObject({
    ...{ code: 0, stderr: '', stdout: 'shop  watched: web; token staging\n      no restart on record\n' },
  });
});

it('lists the apps all the same where there is no such stack, and says what to do', async () => {
  const { world, list } = await openTerminalWith({});
  world.configure('shop');
  const typed = await list();
  expect(typed).toMatchObject({ code: 0, stdout: 'shop  watched: web\n' });
  expect(typed.stderr).toBe(
    'The last restarts are not known: There is no stack Whacamole in us-east-1. Deploy it (npm run deploy), set ' +
      'AWS_REGION to where it is, or say --stack: with a stage it is called Whacamole-STAGE.\n',
  );
});

it('says where a stack is not one of ours', async () => {
  const { world, list } = await openTerminalWith({ Another: 'output' });
  world.parameters.put('/whacamole-staging/apps/shop', '{}');
  const typed = await list('--stack', 'Whacamole-staging');
  expect(typed.stderr).toContain(
    'The stack Whacamole-staging has no output RestartsTableName. Deploy it again',
  );
});
