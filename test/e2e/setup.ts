/** Installs all that the suite needs, before the first test: what is missing is said at once. */
import { installDynamoDbLocal, installHerokuCli, installPythonTools, installRuntimeClient } from './tools.ts';

export default async function setup(): Promise<void> {
  await installPythonTools();
  await installDynamoDbLocal();
  await installRuntimeClient();
  await installHerokuCli();
}
