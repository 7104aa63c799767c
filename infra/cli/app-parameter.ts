/**
 * One app's parameter, as the commands under `apps` read and write it. What the function would refuse is refused
 * here, in the function's own words.
 */
import { isDeepStrictEqual } from 'node:util';
import { type AgreementOptions, agree, type Change } from './changes.ts';
import type { CommandLine, Report } from './command-line.ts';
import { readConfig } from './config-summary.ts';
import { type ConfigObject, documentOf, layOutSafely, readObject } from './config-text.ts';
import { CommandError, UsageError } from './errors.ts';
import { type DeploymentOptions, parameterPrefix } from './options.ts';
import { Parameters, type ReadParameter } from './parameters.ts';

export type WriteCommandOptions = DeploymentOptions & AgreementOptions;

export interface AppParameter {
  readonly app: string;
  readonly name: string;
  readonly parameters: Parameters;
}

export interface ExistingApp extends AppParameter {
  readonly parameter: ReadParameter;
}

export async function openAppParameter(
  { surroundings }: CommandLine,
  app: string,
  options: DeploymentOptions,
): Promise<AppParameter> {
  const name = `${parameterPrefix(options, surroundings.environment)}/apps/${app}`;
  return { app, name, parameters: new Parameters(await surroundings.aws.ssm()) };
}

/** @throws CommandError where there is no such app */
export async function readApp(
  commandLine: CommandLine,
  app: string,
  options: DeploymentOptions,
): Promise<ExistingApp> {
  const opened = await openAppParameter(commandLine, app, options);
  const parameter = await opened.parameters.read(opened.name);
  if (parameter !== undefined) return { ...opened, parameter };
  throw new CommandError(
    `There is no parameter ${opened.name}. npx whacamole apps list shows the apps there are; ` +
      `npx whacamole apps add ${app} adds this one.`,
  );
}

/** Its config, for a command that changes a field of it. @throws CommandError where the function would refuse it */
export function validConfig({ app, parameter }: ExistingApp): ConfigObject {
  const read = readConfig(app, parameter.value);
  const config = readObject(parameter.value);
  if ('config' in read && config !== undefined) return config;
  const problem = 'problem' in read ? read.problem : 'It is no JSON object.';
  throw new CommandError(`${problem} Mend it first: npx whacamole apps edit ${app}`);
}

export interface ConfigWrite {
  /** Undefined: it is created. */
  readonly before: ReadParameter | undefined;
  /** The config as it is to be written. */
  readonly after: string;
  /** What the change does besides, each a sentence. */
  readonly notes?: readonly string[];
}

/** A write that has been checked, and is to be agreed to. */
export interface PreparedWrite {
  /** Undefined where the parameter says the same already. */
  readonly change: Change | undefined;
  /** Writes it, where there is a change, and says what was done. */
  readonly write: () => Promise<Report>;
}

/**
 * Shows the change, asks, and writes it.
 *
 * @throws UsageError where the function would refuse the config
 */
export async function writeConfig(
  commandLine: CommandLine,
  parameter: AppParameter,
  config: ConfigWrite,
  options: AgreementOptions,
): Promise<Report> {
  const { change, write } = prepareWrite(parameter, config);
  if (change !== undefined) await agree(commandLine, change, options);
  return write();
}

/** @throws UsageError where the function would refuse the config */
export function prepareWrite(
  { app, name, parameters }: AppParameter,
  { before, after, notes = [] }: ConfigWrite,
): PreparedWrite {
  const read = readConfig(app, after);
  if ('problem' in read) throw new UsageError(`${read.problem} Nothing was written.`);
  const documents = { app, parameter: name, before: documentOf(before?.value), after: documentOf(after) };
  if (before !== undefined && isDeepStrictEqual(readObject(before.value), readObject(after))) {
    const report = {
      document: { ...documents, version: before.version, written: false, notes },
      text: () => [...notes, `${name} stays as it is: there is nothing to change.`].join('\n'),
    };
    return { change: undefined, write: async () => report };
  }
  const title = before === undefined ? `${name} (new)` : `${name} (version ${before.version})`;
  const change = {
    ...{ title, notes },
    before: before === undefined ? undefined : layOutSafely(before.value),
    after: layOutSafely(after),
  };
  const write = async () => {
    const type = before?.type === 'SecureString' ? 'SecureString' : 'String';
    const version =
      before === undefined
        ? await parameters.create(name, after, { type })
        : await parameters.replace(before, after, { type });
    return {
      document: { ...documents, version, written: true, notes },
      text: () => `Wrote ${name} (version ${version}). The next scan has it.`,
    };
  };
  return { change, write };
}
