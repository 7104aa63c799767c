/**
 * Whatever a command throws, as a CommandError that says what to do. The SDK says what is missing in its own terms
 * ("Region is missing"), and not where a person would set it.
 */

import { describeError, WhacamoleError } from '../../lib/errors.ts';
import { CommandError, EXIT } from './errors.ts';

const SET_REGION =
  'No AWS region is set. Set one, as in export AWS_REGION=eu-west-1, or in your profile, by aws configure.';
const GIVE_CREDENTIALS =
  'No AWS credentials were found. Log in as you do for the AWS CLI: aws sso login, aws configure, or ' +
  'export AWS_PROFILE=NAME. aws sts get-caller-identity shows whether it worked.';
const RENEW_CREDENTIALS =
  'The AWS credentials have expired. Log in again: aws sso login, or renew the keys in your environment.';
const RIGHT_CREDENTIALS =
  'AWS does not accept the credentials. aws sts get-caller-identity shows whose they are, and whether they work.';
const GET_PERMISSION =
  'The AWS credentials do not allow this. Use others (export AWS_PROFILE=NAME), or have it allowed.';

const BY_NAME: Readonly<Record<string, string>> = {
  ExpiredTokenException: RENEW_CREDENTIALS,
  ExpiredToken: RENEW_CREDENTIALS,
  RequestExpired: RENEW_CREDENTIALS,
  TokenProviderError: RENEW_CREDENTIALS,
  UnrecognizedClientException: RIGHT_CREDENTIALS,
  InvalidClientTokenId: RIGHT_CREDENTIALS,
  InvalidSignatureException: RIGHT_CREDENTIALS,
  SignatureDoesNotMatch: RIGHT_CREDENTIALS,
  IncompleteSignature: RIGHT_CREDENTIALS,
  AuthFailure: RIGHT_CREDENTIALS,
  CredentialsProviderError: GIVE_CREDENTIALS,
  AccessDeniedException: GET_PERMISSION,
  AccessDenied: GET_PERMISSION,
  UnauthorizedOperation: GET_PERMISSION,
};

export function explainError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const cause = { cause: error };
  if (isInterruption(error)) {
    return new CommandError('Interrupted: nothing more was done.', {
      ...cause,
      exitCode: EXIT.interrupted,
    });
  }
  // The scan's own errors keep what AWS said as their cause, and advise whoever runs the function.
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const advice = adviceFor(at);
    if (advice !== undefined) return new CommandError(`${advice} (${describeError(at)}.)`, cause);
  }
  if (error instanceof WhacamoleError) return new CommandError(error.message, cause);
  return new CommandError(`${describeError(error)}.`, cause);
}

function adviceFor(error: Error): string | undefined {
  if (/^Region is missing/.test(error.message)) return SET_REGION;
  // An SSO session that has ended is reported as credentials that are not there.
  if (error.name === 'CredentialsProviderError' && /expired|sso login/i.test(error.message)) {
    return RENEW_CREDENTIALS;
  }
  return BY_NAME[error.name];
}

/** Ctrl-C at one of the library's questions. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}
