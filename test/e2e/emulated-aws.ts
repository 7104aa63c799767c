/**
 * AWS on loopback: moto, repaired by emulator.py, and what a command needs in its environment to find it, and
 * never the real AWS.
 */
import { join } from 'node:path';
import { freePort, Service } from './service.ts';
import { installPythonTools } from './tools.ts';

const LAUNCHER = join(import.meta.dirname, 'emulator.py');
const SKIPPED = /No Moto CloudFormation support for (\S+)/g;

export class EmulatedAws {
  readonly endpoint: string;
  /** The folder of the AWS CLI. */
  readonly bin: string;
  readonly #service: Service;

  private constructor(endpoint: string, bin: string, service: Service) {
    this.endpoint = endpoint;
    this.bin = bin;
    this.#service = service;
  }

  static async start(): Promise<EmulatedAws> {
    const { python, bin } = await installPythonTools();
    const port = await freePort();
    const environment = { PATH: process.env.PATH ?? '', ...CREDENTIALS };
    const service = new Service([python, '-u', LAUNCHER, '-p', String(port)], { environment });
    // An address, for with a name the SDK would ask bucket.name, which nobody resolves.
    const endpoint = `http://127.0.0.1:${port}`;
    await service.answers(`${endpoint}/moto-api/`);
    return new EmulatedAws(endpoint, bin, service);
  }

  get log(): string {
    return this.#service.log;
  }

  get environment(): Record<string, string> {
    return {
      ...CREDENTIALS,
      AWS_ENDPOINT_URL: this.endpoint,
      // The CDK's own: it only shapes the address of the template, and moto finds the bucket in it by this name.
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: this.endpoint.replace('127.0.0.1', 'localhost'),
      AWS_PAGER: '',
    };
  }

  /** Resource types that were asked for and left out. */
  get skippedResourceTypes(): string[] {
    return [...new Set([...this.log.matchAll(SKIPPED)].map(([, type = '']) => type))].sort();
  }

  stop(): Promise<void> {
    return this.#service.stop();
  }
}

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'emulated',
  AWS_SECRET_ACCESS_KEY: 'emulated',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};
