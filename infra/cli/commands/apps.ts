/** The apps that are watched: a group of commands, each in a file of its own. */
import { Command } from '@commander-js/extra-typings';
import type { CommandLine } from '../command-line.ts';
import { appsAddCommand } from './apps-add.ts';
import { appsEditCommand } from './apps-edit.ts';
import { appsListCommand } from './apps-list.ts';
import { appsPauseCommand, appsResumeCommand } from './apps-pause.ts';
import { appsRemoveCommand } from './apps-remove.ts';

export const appsCommand = (commandLine: CommandLine) =>
  new Command('apps')
    .description('The apps that are watched: each has its config in a parameter of Parameter Store.')
    .addCommand(appsListCommand(commandLine))
    .addCommand(appsAddCommand(commandLine))
    .addCommand(appsEditCommand(commandLine))
    .addCommand(appsPauseCommand(commandLine))
    .addCommand(appsResumeCommand(commandLine))
    .addCommand(appsRemoveCommand(commandLine));
