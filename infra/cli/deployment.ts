/**
 * What a deployment is made of, from the outputs of its stack: the names are generated, so nobody knows them by
 * heart.
 */
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CommandError } from './errors.ts';
import { DEFAULT_STACK, type DeploymentOptions } from './options.ts';
import type { AwsClients, Surroundings } from './surroundings.ts';

export interface Deployment {
  readonly restartsTable: string;
  readonly functionName: string;
  readonly logGroup: string;
}

/** @throws CommandError where there is no such stack, or it is not one of Whacamole's */
export async function readDeployment(
  { cloudFormation }: AwsClients,
  { stack }: DeploymentOptions,
): Promise<Deployment> {
  const outputs = await readOutputs(await cloudFormation(), stack);
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value !== undefined) return value;
    throw new CommandError(
      `The stack ${stack} has no output ${name}. Deploy it again (npm run deploy), or name another by --stack.`,
    );
  };
  return {
    restartsTable: output('RestartsTableName'),
    functionName: output('FunctionName'),
    logGroup: output('LogGroupName'),
  };
}

/** The table's name: as the function would be told, or as the stack's output says. @throws CommandError */
export async function restartsTable(
  { environment, aws }: Surroundings,
  options: DeploymentOptions,
): Promise<string> {
  return environment.RESTARTS_TABLE || (await readDeployment(aws, options)).restartsTable;
}

async function readOutputs(
  client: Awaited<ReturnType<AwsClients['cloudFormation']>>,
  stack: string,
): Promise<Map<string, string>> {
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return new Map(
      (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    if (!(error instanceof Error && /does not exist/.test(error.message))) throw error;
    const other =
      stack === DEFAULT_STACK ? 'with a stage it is called Whacamole-STAGE' : 'name the right one';
    throw new CommandError(
      `There is no stack ${stack} in ${await client.config.region()}. Deploy it (npm run deploy), set AWS_REGION ` +
        `to where it is, or say --stack: ${other}.`,
      { cause: error },
    );
  }
}
