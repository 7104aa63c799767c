/**
 * What a person may choose about a deployment, and the only reader of it: CDK context in, typed settings out.
 * Context comes as text from `-c name=value` and as JSON from `cdk.json`, so both forms of a number and of
 * "off" are taken. All wrong values are reported at once.
 */

import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod/mini';

/** One deployment of Whacamole, complete: every default has been filled in. */
export interface WhacamoleSettings {
  /** Suffix that lets several copies live in one account, `staging`; none for the only copy. */
  readonly stage: string | undefined;
  /** Where apps and tokens stand in SSM Parameter Store: starts with a slash, ends without. */
  readonly parameterPrefix: string;
  /** Whole minutes from one scan to the next, 1 to 60. */
  readonly scanEveryMinutes: number;
  /** Memory of the function in MB. Lambda gives CPU in proportion. */
  readonly memoryMb: number;
  /** Days that the logs are kept; one of the numbers that CloudWatch knows. */
  readonly logRetentionDays: number;
  /** ARN of the customer KMS key that encrypts the tokens; without one, they are under the key `aws/ssm`. */
  readonly tokenKeyArn: string | undefined;
  /** Address that the alarms write to; without one, they only show in CloudWatch. */
  readonly alarmEmail: string | undefined;
  /** EventBridge bus that gets the events as well; without one, they are in the logs alone. */
  readonly eventBusName: string | undefined;
  /** Concurrent runs kept aside for the function, taken from the account's quota; without it, none are. */
  readonly reservedConcurrency: number | undefined;
  /** With more apps than this they are scanned in batches, by functions of their own; without it, never. */
  readonly fanOutAbove: number | undefined;
  /** How many batches are scanned at once, at most. */
  readonly batchesAtOnce: number;
}

/** Context that cannot be used. The message names every bad value: what, found, expected. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

const RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const NUMBER = z.union([
  z.number(),
  z.pipe(
    z.string().check(z.regex(/^\d+$/)),
    z.transform((digits: string) => Number(digits)),
  ),
]);

const wholeNumber = (from: number, to: number) =>
  NUMBER.check(z.refine((value) => Number.isInteger(value) && value >= from && value <= to));

const SCHEDULE = /^rate\((?:(1) minute|([2-9]|[1-5]\d|60) minutes|1 hour)\)$/;

const minutesOf = (schedule: string): number => {
  const [, one, many] = SCHEDULE.exec(schedule) ?? [];
  return Number(one ?? many ?? 60);
};

/** Each field that context may set: how it is read, and what to say where it cannot be. */
const FIELDS = {
  stage: {
    schema: z.string().check(z.regex(/^[A-Za-z](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/)),
    expected: 'at most 32 letters, digits and dashes that start with a letter and do not end in a dash',
  },
  parameterPrefix: {
    // SSM keeps /aws and /ssm for itself, whatever the case, and allows 15 levels: two are ours.
    schema: z
      .string()
      .check(z.regex(/^(?!\/(?:aws|ssm))(?:\/[\w.-]+){1,13}$/i))
      .check(z.maxLength(512)),
    expected: 'a path such as "/whacamole": starts with "/", does not end with one, not below /aws or /ssm',
  },
  schedule: {
    schema: z.string().check(z.regex(SCHEDULE)),
    expected: '"rate(1 minute)", or "rate(2 minutes)" up to "rate(60 minutes)"',
  },
  memoryMb: {
    schema: wholeNumber(128, 10_240),
    expected: 'a whole number of MB from 128 to 10240',
  },
  logRetentionDays: {
    schema: NUMBER.check(z.refine((days) => RETENTION_DAYS.includes(days))),
    expected: `a number of days that CloudWatch knows: ${RETENTION_DAYS.join(', ')}`,
  },
  tokenKeyArn: {
    // Not an alias: IAM compares the key's own ARN, and a policy that names an alias allows nothing.
    schema: z.string().check(z.regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/)),
    expected: 'the ARN of a KMS key (not of an alias): "arn:aws:kms:REGION:ACCOUNT:key/ID"',
  },
  alarmEmail: {
    schema: z.string().check(z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/)),
    expected: 'an e-mail address',
  },
  eventBusName: {
    schema: z.union([z.literal(false), z.string().check(z.regex(/^[\w./-]{1,256}$/))]),
    expected: 'the name of an event bus (not an ARN), or "off"',
  },
  reservedConcurrency: {
    schema: wholeNumber(1, 1_000),
    expected: 'a whole number from 1 to 1000; leave it out for none',
  },
  fanOutAbove: {
    schema: wholeNumber(1, 100_000),
    expected: 'a whole number of apps from 1 to 100000 (1000 is a good one); leave it out for never',
  },
  batchesAtOnce: {
    // The least that Lambda takes is 2.
    schema: wholeNumber(2, 1_000),
    expected: 'a whole number from 2 to 1000',
  },
} as const;

const CONTEXT = z.object({
  stage: z.optional(FIELDS.stage.schema),
  parameterPrefix: z.optional(FIELDS.parameterPrefix.schema),
  schedule: z._default(FIELDS.schedule.schema, 'rate(1 minute)'),
  memoryMb: z._default(FIELDS.memoryMb.schema, 256),
  logRetentionDays: z._default(FIELDS.logRetentionDays.schema, 30),
  tokenKeyArn: z.optional(FIELDS.tokenKeyArn.schema),
  alarmEmail: z.optional(FIELDS.alarmEmail.schema),
  eventBusName: z._default(FIELDS.eventBusName.schema, 'default'),
  reservedConcurrency: z.optional(FIELDS.reservedConcurrency.schema),
  fanOutAbove: z.optional(FIELDS.fanOutAbove.schema),
  batchesAtOnce: z._default(FIELDS.batchesAtOnce.schema, 50),
});

const isField = (name: PropertyKey): name is keyof typeof FIELDS => Object.hasOwn(FIELDS, name);

/**
 * The tools' own context (feature flags, cached look-ups, `cli-telemetry`) always has a `:` or `/` or `-` in
 * its name and ours never has. So a plain name that is not known is a typing error, and is said to be one: it
 * would otherwise be ignored without a word, and `logRetentionDay=7` would keep the logs for 30.
 */
const isMistyped = (name: string): boolean => /^\w+$/.test(name) && !isField(name);

/**
 * Reads the settings from CDK context, as `app.node.getAllContext()` gives it.
 *
 * @throws ContextError naming every bad value and every unknown name at once.
 */
export const readSettings = (context: Readonly<Record<string, unknown>>): WhacamoleSettings => {
  const parsed = CONTEXT.safeParse(context);
  const bad = new Set(parsed.error?.issues.map((issue) => issue.path[0] ?? ''));
  const complaints = [
    ...[...bad]
      .filter(isField)
      .map((name) => `${name}: found ${JSON.stringify(context[name])}, expected ${FIELDS[name].expected}`),
    ...Object.keys(context)
      .filter(isMistyped)
      .map(
        (name) =>
          `${name}: found ${JSON.stringify(context[name])}, expected one of the names ${Object.keys(FIELDS).join(', ')}`,
      ),
  ];
  if (!parsed.success || complaints.length > 0) {
    throw new ContextError(
      [
        'The context (-c name=value, or "context" in cdk.json or ~/.cdk.json) cannot be used:',
        ...complaints.map((complaint) => `  - ${complaint}`),
      ].join('\n'),
    );
  }
  const { data } = parsed;
  const busIsOff = data.eventBusName === false || ['off', 'false'].includes(data.eventBusName);
  return {
    stage: data.stage,
    parameterPrefix: data.parameterPrefix ?? (data.stage ? `/whacamole-${data.stage}` : '/whacamole'),
    scanEveryMinutes: minutesOf(data.schedule),
    memoryMb: data.memoryMb,
    logRetentionDays: data.logRetentionDays,
    tokenKeyArn: data.tokenKeyArn,
    alarmEmail: data.alarmEmail,
    eventBusName: busIsOff || data.eventBusName === false ? undefined : data.eventBusName,
    reservedConcurrency: data.reservedConcurrency,
    fanOutAbove: data.fanOutAbove,
    batchesAtOnce: data.batchesAtOnce,
  };
};
