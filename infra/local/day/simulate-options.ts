/** What `npm run simulate` can be told. */
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { FLEET } from './fleet-plan.ts';

export interface SimulateOptions {
  readonly seed: number;
  readonly hours: number;
  readonly apps: number;
  readonly json: boolean;
  readonly html: string | undefined;
}

/** Prints the help or what is wrong, and ends the process, unless the command is told otherwise. */
export function simulateCommand() {
  return new Command('npm run simulate --')
    .description(
      'A day in the life of a fleet, in simulated Heroku and in some minutes: under Whacamole (the very bundle that is ' +
        "deployed), by the Ruby gem's rules, and with nobody to restart anything.",
    )
    .option('--hours <n>', 'how long the day is', wholeNumber(1, 240), 24)
    .option(
      '--apps <n>',
      'how many apps of the fleet, from its first on',
      wholeNumber(1, FLEET.length),
      FLEET.length,
    )
    .option('--seed <n>', 'the chance of fleet, schedule and network', wholeNumber(0, 999_999_999), 1)
    .option('--json', 'the figures as one JSON document, and nothing else on standard output', false)
    .option('--html <file>', 'the day, drawn, as one page that works offline')
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      '\nExit codes: 0 every target is reached. 1 one is not, or it failed. 2 wrong usage.',
    );
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
