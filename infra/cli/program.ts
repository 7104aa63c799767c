/**
 * The command line out of its commands, each of which stands in a file of its own under `commands/`. What surprises:
 * a command's file is loaded only where the command was typed, so that `--help` waits for nothing.
 */
import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { withholdSecrets } from '../../lib/config/app-config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { CommandLine } from './command-line.ts';
import { EXIT, type ExitCode, UsageError } from './errors.ts';
import { explainError } from './explain-error.ts';
import type { Surroundings } from './surroundings.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<(commandLine: CommandLine) => CommandUnknownOpts>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'apps',
    summary: 'the apps that are watched: list, add, edit, pause, resume, remove',
    load: async () => (await import('./commands/apps.ts')).appsCommand,
  },
  {
    name: 'tokens',
    summary: 'the Heroku API tokens: set, list',
    load: async () => (await import('./commands/tokens.ts')).tokensCommand,
  },
  {
    name: 'replay',
    summary: 'what a config would have done with a saved log; proposes one',
    load: async () => (await import('./commands/replay.ts')).replayCommand,
  },
  {
    name: 'import',
    summary: "the parameters that say the same as the Ruby gem's config",
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'doctor',
    summary: 'what could go wrong with an app, and what to do about it',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'explain',
    summary: 'why a dyno was restarted, or not',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
];

const EXIT_CODES = `
Exit codes: 0 done, all is well. 1 something was found, or it failed. 2 wrong usage, nothing done. 130 Ctrl-C.`;

const FIRST_HELP = `
Region and credentials are found as the AWS CLI finds them: AWS_REGION, AWS_PROFILE, aws sso login.
Every command has --help, with an example.${EXIT_CODES}`;

/** @returns the exit code. Never throws: whatever goes wrong is said, on standard error. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const commandLine = new CommandLine(surroundings);
  try {
    const program = await makeProgram(args, commandLine);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // The help that somebody asked for, or that has been shown because no command was named.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    commandLine.fail(explainError(error), { json: args.includes('--json') || undefined });
  }
  return commandLine.exitCode;
}

async function makeProgram(args: readonly string[], commandLine: CommandLine): Promise<CommandUnknownOpts> {
  const program = new Command('npx whacamole')
    .description('Looks after Whacamole: the apps it watches, its tokens, and what it did.')
    .version(packageJson.version, '--version', 'print the version')
    .addHelpText('after', FIRST_HELP);
  for (const { name, summary, load } of COMMANDS) {
    const command = args.includes(name) ? (await load())(commandLine) : new Command(name);
    program.addCommand(command.summary(summary));
  }
  settle(program, commandLine);
  return program;
}

/** What holds for every command, however deep: commander does not hand it down to commands made on their own. */
function settle(command: CommandUnknownOpts, commandLine: CommandLine): void {
  const { stdout, stderr } = commandLine.surroundings;
  command
    .helpOption('-h, --help', 'this text')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      // It is said once, by whoever catches it.
      outputError: () => undefined,
    })
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      const said = withholdSecrets(error.message.replace(/^error: /, ''));
      throw new UsageError(`${said}\n${pathOf(command)} --help says more.`, { cause: error });
    });
  if (command.commands.length === 0) command.addHelpText('after', EXIT_CODES);
  for (const inner of command.commands) settle(inner, commandLine);
}

function pathOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
