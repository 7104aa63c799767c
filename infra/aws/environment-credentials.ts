/** Stands in for `@aws-sdk/credential-provider-node` in the bundle: the environment is all that Lambda uses. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
