/**
 * The function as it was deployed: its code, its environment and its settings come from Lambda's own answer, and
 * nothing from the project's folder. Only where things are is said anew, for the emulators are elsewhere.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, Sandbox } from './lambda.ts';
import { LogStream } from './log-stream.ts';
import type { Stage } from './stage.ts';
import { installPythonTools, installRuntimeClient } from './tools.ts';

/** One event as it was written. */
export type WrittenEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** What one invocation wrote, and what became of it. */
export interface Run {
  readonly answer: Answer;
  readonly events: readonly WrittenEvent[];
  /** The events of this name, and of this app where one is given. */
  of(name: string, app?: string): WrittenEvent[];
}

/** As far as it is used: what `aws lambda get-function` prints. */
export interface FunctionDescription {
  readonly Code: { readonly Location: string };
  readonly Configuration: {
    readonly FunctionName: string;
    readonly FunctionArn: string;
    readonly Handler: string;
    readonly Runtime: string;
    readonly Architectures: readonly string[];
    readonly Timeout: number;
    readonly MemorySize: number;
    readonly CodeSha256: string;
    readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  };
}

export class DeployedFunction {
  readonly description: FunctionDescription;
  readonly codeFolder: string;
  readonly #stage: Stage;
  readonly #runtimeClient: string;
  readonly #sandboxes: Sandbox[] = [];
  readonly #log: LogStream | undefined;
  #warm: Sandbox | undefined;

  private constructor(
    stage: Stage,
    description: FunctionDescription,
    codeFolder: string,
    runtimeClient: string,
    log: LogStream | undefined,
  ) {
    this.#stage = stage;
    this.description = description;
    this.codeFolder = codeFolder;
    this.#runtimeClient = runtimeClient;
    this.#log = log;
  }

  /**
   * @param logGroup where its lines go as well
   * @throws where the code is not the one that was deployed
   */
  static async fetch(stage: Stage, name: string, logGroup?: string): Promise<DeployedFunction> {
    const description = await stage.terminal.ask<FunctionDescription>(
      `aws lambda get-function --function-name ${name}`,
    );
    const { Code, Configuration } = description;
    const zip = Buffer.from(await (await fetch(Code.Location)).arrayBuffer());
    const hash = createHash('sha256').update(zip).digest('base64');
    if (hash !== Configuration.CodeSha256) {
      throw new Error(`Expected the code to be ${Configuration.CodeSha256}, found ${hash}`);
    }
    const codeFolder = join(stage.folder, `code of ${name}`);
    const file = `${codeFolder}.zip`;
    await mkdir(codeFolder);
    await writeFile(file, zip);
    const { python } = await installPythonTools();
    await stage.terminal.run(`'${python}' -m zipfile -e '${file}' '${codeFolder}'`);
    const log = logGroup === undefined ? undefined : await LogStream.open(stage.aws.endpoint, logGroup);
    return new DeployedFunction(stage, description, codeFolder, await installRuntimeClient(), log);
  }

  /** All that its sandboxes have written to standard output. */
  get output(): string {
    return this.#sandboxes.map(({ output }) => output).join('');
  }

  /** And to standard error, where the runtime says what it cannot put elsewhere. */
  get errorOutput(): string {
    return this.#sandboxes.map(({ errorOutput }) => errorOutput).join('');
  }

  /** Invokes it as the schedule does, or with another event; with a cold start where no sandbox is warm. */
  async scan(event: unknown = {}): Promise<Run> {
    const sandbox = this.#warm ?? (await this.#start());
    const before = sandbox.output.length;
    const answer = await sandbox.invoke(event);
    const written = sandbox.output.slice(before);
    await this.#log?.write(written);
    const events = written.split('\n').flatMap(eventOf);
    return {
      answer,
      events,
      of: (name, app) =>
        events.filter((event) => event.event === name && (app === undefined || event.app === app)),
    };
  }

  /** Ends the warm sandbox, and with it all that it remembers, as Lambda does now and then. */
  async forget(): Promise<void> {
    await this.#warm?.stop();
    this.#warm = undefined;
  }

  async #start(): Promise<Sandbox> {
    const { FunctionName, Handler, Timeout, MemorySize, Environment } = this.description.Configuration;
    const { aws, dynamoDb, herokuUrl } = this.#stage;
    const sandbox = await Sandbox.start({
      codeFolder: this.codeFolder,
      runtimeClient: this.#runtimeClient,
      functionName: FunctionName,
      handler: Handler,
      timeoutSeconds: Timeout,
      memoryMb: MemorySize,
      environment: {
        ...Environment.Variables,
        HEROKU_API_URL: herokuUrl,
        AWS_ENDPOINT_URL_SSM: aws.endpoint,
        AWS_ENDPOINT_URL_EVENTBRIDGE: aws.endpoint,
        AWS_ENDPOINT_URL_SQS: aws.endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
      },
    });
    this.#sandboxes.push(sandbox);
    this.#warm = sandbox;
    return sandbox;
  }
}

/** The runtime's own lines are JSON as well, and no events. */
function eventOf(line: string): WrittenEvent[] {
  if (line === '') return [];
  const parsed: unknown = JSON.parse(line);
  return isEvent(parsed) ? [parsed] : [];
}

function isEvent(value: unknown): value is WrittenEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
}
