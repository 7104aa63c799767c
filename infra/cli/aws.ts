/**
 * The AWS clients of the command line: region, credentials and endpoints as the AWS CLI would find them.
 *
 * What surprises: the SDK reads the process's environment by itself, and nobody could hand it another one. So what
 * the environment says outright (keys, a region, an endpoint) is handed over here, and the SDK's own search, through
 * profiles, SSO and instance metadata, comes where it says nothing. `AWS_DEFAULT_REGION` counts as it does for the
 * AWS CLI, though the SDK does not know it.
 */
import type { AwsClients, Environment } from './surroundings.ts';

const LIMITS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;

export function awsClients(environment: Environment): AwsClients {
  const shared = { ...LIMITS, ...regionIn(environment), ...credentialsIn(environment) };
  const configuration = (service: string) => ({ ...shared, ...endpointIn(environment, service) });
  return {
    ssm: once(async () => {
      const { SSMClient } = await import('@aws-sdk/client-ssm');
      return new SSMClient(configuration('SSM'));
    }),
    dynamoDb: once(async () => {
      const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
      return new DynamoDBClient(configuration('DYNAMODB'));
    }),
    cloudFormation: once(async () => {
      const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
      return new CloudFormationClient(configuration('CLOUDFORMATION'));
    }),
    logs: once(async () => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
      return new CloudWatchLogsClient(configuration('CLOUDWATCH_LOGS'));
    }),
    lambda: once(async () => {
      const { LambdaClient } = await import('@aws-sdk/client-lambda');
      return new LambdaClient(configuration('LAMBDA'));
    }),
    scheduler: once(async () => {
      const { SchedulerClient } = await import('@aws-sdk/client-scheduler');
      return new SchedulerClient(configuration('SCHEDULER'));
    }),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function regionIn({ AWS_REGION, AWS_DEFAULT_REGION }: Environment): { region?: string } {
  const region = AWS_REGION || AWS_DEFAULT_REGION;
  return region ? { region } : {};
}

function credentialsIn(environment: Environment) {
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  // A profile wins over keys in the SDK's own search, too.
  if (AWS_PROFILE || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {};
  return {
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    },
  };
}

function endpointIn(environment: Environment, service: string): { endpoint?: string } {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return {};
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL;
  return endpoint ? { endpoint } : {};
}
