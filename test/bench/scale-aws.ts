/**
 * Parameter Store, table and queue for so many apps, in a process of its own. Says where they are on standard output,
 * and ends with its parent.
 */
import { createServer } from 'node:http';
import { BatchQueue } from '../../infra/local/batch-queue.ts';
import { listenOnLoopback } from '../../infra/local/loopback.ts';
import { ParameterStore } from '../../infra/local/parameter-store.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, startTable } from '../../infra/local/table.ts';
import { appName } from './scale-fleet.ts';

/** What Parameter Store's quota of 40 requests a second comes to, one after the other. */
const PARAMETERS_ANSWER_AFTER_MS = 25;
const TOKEN = 'HRKU-scale-token';

const apps = Number(process.argv[2]);
const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
const parameters = new ParameterStore({ clock, emptyPages: false });
const queue = new BatchQueue();
const [parametersUrl, table] = await Promise.all([parameters.listen(), startTable(), queue.listen()]);
parameters.put('/whacamole/tokens/default', TOKEN, 'SecureString');
for (let index = 0; index < apps; index++) parameters.put(`/whacamole/apps/${appName(index)}`, '{}');
parameters.faults.push({ do: { delayMs: PARAMETERS_ANSWER_AFTER_MS } });

// Lambda's own pollers hand messages on to workers: here each worker asks for its next.
const never = new AbortController().signal;
const handOut = createServer(async (_request, response) => {
  response.end(JSON.stringify(await queue.take(never)));
});
const handOutUrl = await listenOnLoopback(handOut);

const where = {
  PARAMETER_PREFIX: '/whacamole',
  RESTARTS_TABLE: table.tableName,
  AWS_REGION: LOCAL_REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  AWS_ENDPOINT_URL_SSM: parametersUrl,
  AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
  ...queue.environment,
  HAND_OUT_URL: handOutUrl,
};
process.stdout.write(`${JSON.stringify(where)}\n`);
process.stdin.on('close', () => process.exit(0)).resume();
