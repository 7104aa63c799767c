/** The tokens: a group of commands, each in a file of its own. None of them ever shows a token. */
import { Command } from '@commander-js/extra-typings';
import type { CommandLine } from '../command-line.ts';
import { tokensListCommand } from './tokens-list.ts';
import { tokensSetCommand } from './tokens-set.ts';

export const tokensCommand = (commandLine: CommandLine) =>
  new Command('tokens')
    .description('The Heroku API tokens that apps are watched with, each in a SecureString.')
    .addCommand(tokensSetCommand(commandLine))
    .addCommand(tokensListCommand(commandLine));
