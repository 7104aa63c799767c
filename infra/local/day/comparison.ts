/** Three days side by side: what is compared, in words and numbers, and what Whacamole must reach. */
import type { DayResult, Figures, PolicyName, ShareDown } from './results.ts';

export type Days = Readonly<Record<PolicyName, DayResult>>;

export const POLICIES = ['whacamole', 'gem', 'nobody'] as const satisfies readonly PolicyName[];

export const POLICY_NAMES: Readonly<Record<PolicyName, string>> = {
  whacamole: 'Whacamole',
  gem: "the gem's rules",
  nobody: 'doing nothing',
};

export interface Line {
  readonly name: string;
  /** A number, or words where a number alone would not do; undefined where it means nothing. */
  readonly of: Readonly<Record<PolicyName, number | string | undefined>>;
}

export interface Target {
  readonly name: string;
  readonly reached: boolean;
  readonly found: string;
}

/**
 * The gem has one threshold to an app. What is above its quota of dynos of another size is counted apart as well, so
 * that one sees who would be the faster where both watch.
 */
export function compare(days: Days): Line[] {
  const line = (name: string, value: (figures: Figures) => number | string | undefined): Line => ({
    name,
    of: {
      whacamole: value(days.whacamole.figures),
      gem: value(days.gem.figures),
      nobody: value(days.nobody.figures),
    },
  });
  const ofRestarts = (name: string, value: (figures: Figures) => number | string | undefined): Line => {
    const { of } = line(name, value);
    return { name, of: { ...of, nobody: undefined } };
  };
  const minutesLeftOut = ({ apps }: DayResult) =>
    tenths(apps.reduce((sum, { minutesOfTypesTheGemLeavesOut: minutes }) => sum + minutes, 0));
  const leftOut = {
    whacamole: minutesLeftOut(days.whacamole),
    gem: minutesLeftOut(days.gem),
    nobody: minutesLeftOut(days.nobody),
  };
  return [
    line('dyno-minutes above quota', ({ minutesAboveQuota }) => tenths(minutesAboveQuota)),
    { name: 'of which the gem has no threshold for', of: leftOut },
    line('killed by Heroku (R15)', ({ kills }) => kills),
    ofRestarts('restarts', ({ restarts }) => restarts),
    ofRestarts('restarts of the wrong dyno', ({ wrongRestarts }) => wrongRestarts),
    ofRestarts('second restarts within a window', ({ doubleRestarts }) => doubleRestarts),
    ofRestarts('largest share of a type down at once', ({ largestShareDown }) => shareText(largestShareDown)),
    ofRestarts('more down than restartsAtOnce', ({ aboveRestartsAtOnce }) => aboveRestartsAtOnce),
    ofRestarts('one-off dynos killed', ({ oneOffsKilled }) => oneOffsKilled),
  ];
}

export function targetsOf({ whacamole, gem, nobody }: Days): Target[] {
  const { figures, invocations } = whacamole;
  const minutes = figures.minutesAboveQuota;
  const none = (name: string, count: number): Target => ({ name, reached: count === 0, found: `${count}` });
  const atMost = (name: string, most: number): Target => ({
    name,
    reached: minutes <= most,
    found: `${tenths(minutes)} of ${tenths(most)}`,
  });
  return [
    none('no restart of the wrong dyno', figures.wrongRestarts),
    none('no second restart within a window', figures.doubleRestarts),
    none('never more down than restartsAtOnce', figures.aboveRestartsAtOnce),
    none('no one-off dyno killed', figures.oneOffsKilled),
    none('no invocation failed', invocations?.rejected ?? 0),
    atMost(
      'at most a tenth of the minutes above quota of doing nothing',
      nobody.figures.minutesAboveQuota / 10,
    ),
    atMost("no more minutes above quota than under the gem's rules", gem.figures.minutesAboveQuota),
  ];
}

export function tenths(number: number): number {
  return Math.round(number * 10) / 10;
}

function shareText(share: ShareDown | undefined): string {
  if (share === undefined) return 'none';
  const { app, type, down, of } = share;
  return `${down} of ${of} (${app} ${type})`;
}
