/** The apps that are watched: a group of commands, each in a file of its own. */
import { Command } from '@commander-js/extra-typings';
import type { CommandLine } from '../command-line.ts';
import { appsListCommand } from './apps-list.ts';

export const appsCommand = (commandLine: CommandLine) =>
  new Command('apps')
    .description('The apps that are watched: each has its config in a parameter of Parameter Store.')
    .addCommand(appsListCommand(commandLine));
