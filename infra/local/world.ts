/**
 * Everything that the function meets in the cloud, on loopback: Heroku, its parameters and its table. Whoever
 * starts a world hands `environment` to the function, and advances the clock.
 */
import { SimulatedHeroku, type SimulatedHerokuOptions } from './heroku/simulated-heroku.ts';
import { ParameterStore } from './parameter-store.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION, type LocalTable, startTable } from './table.ts';

export interface World {
  readonly heroku: SimulatedHeroku;
  readonly parameters: ParameterStore;
  readonly table: LocalTable;
  /** The default token: stands under `<prefix>/tokens/default`, and Heroku knows it. */
  readonly token: string;
  /** What the function wants in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes an app's config; a string goes as it is, so that it may be no JSON at all. */
  configure(app: string, config?: unknown): void;
  /** Lets Heroku know a token, and stores it under `<prefix>/tokens/<name>`. */
  storeToken(name: string, token: string, account?: string): void;
  close(): Promise<void>;
}

const PREFIX = '/whacamole';
const DEFAULT_TOKEN = 'HRKU-simulated-default-token';

export async function startWorld(options: SimulatedHerokuOptions): Promise<World> {
  const heroku = new SimulatedHeroku(options);
  const parameters = new ParameterStore(options);
  const [herokuUrl, parametersUrl, table] = await Promise.all([
    heroku.listen(),
    parameters.listen(),
    startTable(),
  ]);
  const storeToken = (name: string, token: string, account?: string) => {
    heroku.addToken(token, account);
    parameters.put(`${PREFIX}/tokens/${name}`, token, 'SecureString');
  };
  storeToken('default', DEFAULT_TOKEN);
  return {
    heroku,
    parameters,
    table,
    token: DEFAULT_TOKEN,
    environment: {
      PARAMETER_PREFIX: PREFIX,
      RESTARTS_TABLE: table.tableName,
      HEROKU_API_URL: herokuUrl,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_SSM: parametersUrl,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    },
    configure(app, config = {}) {
      const text = typeof config === 'string' ? config : JSON.stringify(config);
      parameters.put(`${PREFIX}/apps/${app}`, text);
    },
    storeToken,
    async close() {
      await Promise.all([heroku.close(), parameters.close(), table.close()]);
    },
  };
}
