/**
 * AWS's own DynamoDB Local: the reference for what a condition means. moto's DynamoDB is not, so only the stack's
 * table is described there, and the function's claims are kept here.
 */
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  ScanCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { freePort, Service } from './service.ts';
import { installDynamoDbLocal } from './tools.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export class DynamoDbLocal {
  readonly endpoint: string;
  /** Whatever key and region a client has, it sees the same tables. */
  readonly client: DynamoDBClient;
  readonly #service: Service;

  private constructor(endpoint: string, service: Service) {
    this.endpoint = endpoint;
    this.client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    this.#service = service;
  }

  static async start(): Promise<DynamoDbLocal> {
    const cwd = await installDynamoDbLocal();
    const port = await freePort();
    const command = [
      ...['java', '-Xmx256m', '-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'],
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    ];
    const service = new Service(command, { cwd, environment: { PATH: process.env.PATH ?? '' } });
    const endpoint = `http://127.0.0.1:${port}`;
    await service.answers(endpoint);
    return new DynamoDbLocal(endpoint, service);
  }

  /** All that it has written. */
  get log(): string {
    return this.#service.log;
  }

  /** Makes a table like one that is described elsewhere: the same name and keys. */
  async createTableLike({ TableName, KeySchema, AttributeDefinitions }: TableDescription): Promise<void> {
    await this.client.send(
      new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' }),
    );
  }

  /** Every item, as DynamoDB writes it. */
  async items(table: string): Promise<Record<string, AttributeValue>[]> {
    return (await this.client.send(new ScanCommand({ TableName: table }))).Items ?? [];
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#service.stop();
  }
}
