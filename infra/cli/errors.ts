/**
 * What can go wrong with a command, and what the shell is told of it.
 */
import { WhacamoleError } from '../../lib/errors.ts';

/** The exit codes, as every `--help` says them. */
export const EXIT = {
  /** Done, or all is well. */
  done: 0,
  /** Something was found, or the command failed. */
  failed: 1,
  /** Wrong usage: nothing has been done. */
  usage: 2,
  /** Ctrl-C at a question. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot go on. Its message says what, where and what to do, and is shown without a stack trace. */
export class CommandError extends WhacamoleError {
  static override readonly name: string = 'CommandError';
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, options?: ErrorOptions & { exitCode?: ExitCode }) {
    super(message, options);
    this.exitCode = options?.exitCode ?? EXIT.failed;
  }
}

/** What was typed makes no sense, or cannot be done as it was typed. */
export class UsageError extends CommandError {
  static override readonly name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, exitCode: EXIT.usage });
  }
}
