import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { parseAppConfig, type Rules } from '../../../lib/config/app-config.ts';
import { AppError } from '../../../lib/errors.ts';

const DEFAULTS: Rules = {
  restartThreshold: undefined,
  restartWindowSeconds: 1800,
  measure: 'memory_total',
  swapThreshold: undefined,
  sustainedSamples: 1,
  minUptimeSeconds: 180,
  restartsAtOnce: { unit: 'percent', value: 10 },
  dryRun: false,
  pausedUntil: Number.NEGATIVE_INFINITY,
};

const parse = (config: unknown) => parseAppConfig('shop', JSON.stringify(config));

/** What is said against a config, which must be refused. */
function mistakes(text: string): string {
  try {
    parseAppConfig('shop', text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.reason).toBe('config');
    return error.message;
  }
  throw new Error(`Expected this config to be refused: ${text}`);
}

describe('a config', () => {
  it.each(['{}', ' { }\n', '{"dynos":["web"]}', '{"dynos":{"web":{}}}', '{"token":"default"}'])(
    'is complete with its defaults: %s',
    (text) => {
      const config = parseAppConfig('shop', text);
      expect(config).toEqual({ app: 'shop', token: 'default', rules: new Map([['web', DEFAULTS]]) });
    },
  );

  it('says everything for every type', () => {
    const rules: Rules = {
      restartThreshold: { unit: 'absolute', value: 800.5 },
      restartWindowSeconds: 600,
      measure: 'memory_rss+memory_swap',
      swapThreshold: { unit: 'percent', value: 12.5 },
      sustainedSamples: 3,
      minUptimeSeconds: 0,
      restartsAtOnce: { unit: 'absolute', value: 2 },
      dryRun: true,
      pausedUntil: Date.UTC(2026, 11, 24, 18),
    };
    const config = parse({
      token: 'team-1',
      dynos: ['web', 'mail_worker-2'],
      restartThreshold: 800.5,
      restartWindow: 600,
      measure: 'memory_rss+memory_swap',
      swapThreshold: '12.5%',
      sustainedSamples: 3,
      minUptime: 0,
      restartsAtOnce: 2,
      dryRun: true,
      paused: '2026-12-24T18:00:00Z',
    });
    expect(config.token).toBe('team-1');
    expect([...config.rules]).toEqual([
      ['web', rules],
      ['mail_worker-2', rules],
    ]);
  });

  it('says what it says of one type for that type alone', () => {
    const { rules } = parse({
      restartThreshold: '90%',
      dryRun: true,
      paused: true,
      dynos: {
        web: {},
        worker: { restartThreshold: 700, dryRun: false },
        clock: { paused: false, restartWindow: 60, measure: 'memory_rss', swapThreshold: 1 },
      },
    });
    const shared = {
      ...DEFAULTS,
      restartThreshold: { unit: 'percent', value: 90 },
      dryRun: true,
      pausedUntil: Number.POSITIVE_INFINITY,
    };
    expect(Object.fromEntries(rules)).toEqual({
      web: shared,
      worker: { ...shared, restartThreshold: { unit: 'absolute', value: 700 }, dryRun: false },
      clock: {
        ...shared,
        pausedUntil: Number.NEGATIVE_INFINITY,
        restartWindowSeconds: 60,
        measure: 'memory_rss',
        swapThreshold: { unit: 'absolute', value: 1 },
      },
    });
  });

  it('names a type twice as if it named it once', () => {
    expect([...parse({ dynos: ['web', 'worker', 'web'] }).rules.keys()]).toEqual(['web', 'worker']);
  });
});

describe('a value at the edge of what is possible', () => {
  it.each([
    ['restartThreshold', 0.01],
    ['restartThreshold', '0.001%'],
    ['restartThreshold', '1000%'],
    ['swapThreshold', 1e9],
    ['restartWindow', 1],
    ['restartWindow', 1.5],
    ['restartWindow', 31_536_000],
    ['minUptime', 0],
    ['minUptime', 31_536_000],
    ['sustainedSamples', 180],
    ['restartsAtOnce', 1],
    ['restartsAtOnce', 100_000],
    ['restartsAtOnce', '0.5%'],
    ['restartsAtOnce', '100%'],
    ['measure', 'memory_rss'],
    ['token', 'a.b-c_D'],
    ['dynos', ['run-of-the-mill', 'scheduler2', 'releases', '0', 'x'.repeat(63)]],
  ])('is taken: %s of %j', (field, value) => {
    expect(() => parse({ [field]: value })).not.toThrow();
  });

  it.each([
    ['restartThreshold', 0, 'a number of MB above 0'],
    ['restartThreshold', -1, 'a number of MB above 0'],
    ['restartThreshold', '0%', 'a number of MB above 0'],
    ['restartThreshold', '-5%', 'a number of MB above 0'],
    ['restartThreshold', '1000.001%', 'a number of MB above 0'],
    ['restartThreshold', '90', 'a number of MB above 0'],
    ['restartThreshold', '90 %', 'a number of MB above 0'],
    ['restartThreshold', ' 90%', 'a number of MB above 0'],
    ['restartThreshold', '9e1%', 'a number of MB above 0'],
    ['restartThreshold', '.9%', 'a number of MB above 0'],
    ['restartThreshold', '90%\n', 'a number of MB above 0'],
    ['restartThreshold', '９０%', 'a number of MB above 0'],
    ['restartThreshold', '512MB', 'a number of MB above 0'],
    ['restartThreshold', null, 'a number of MB above 0'],
    ['restartThreshold', true, 'a number of MB above 0'],
    ['restartThreshold', [800], 'a number of MB above 0'],
    ['swapThreshold', 0, 'a number of MB above 0'],
    ['swapThreshold', 'none', 'a number of MB above 0'],
    ['swapThreshold', false, 'a number of MB above 0'],
    ['restartWindow', 0, 'a number of seconds from 1 to'],
    ['restartWindow', 0.9, 'a number of seconds from 1 to'],
    ['restartWindow', 31_536_001, 'a number of seconds from 1 to'],
    ['restartWindow', '1800', 'a number of seconds from 1 to'],
    ['restartWindow', null, 'a number of seconds from 1 to'],
    ['minUptime', -1, 'a number of seconds from 0 to'],
    ['minUptime', '3m', 'a number of seconds from 0 to'],
    ['measure', 'memory_swap', '"memory_total"'],
    ['measure', 'total', '"memory_total"'],
    ['measure', 'memory_total ', '"memory_total"'],
    ['measure', null, '"memory_total"'],
    ['sustainedSamples', 0, 'a whole number from 1 to 180'],
    ['sustainedSamples', 181, 'a whole number from 1 to 180'],
    ['sustainedSamples', 1.5, 'a whole number from 1 to 180'],
    ['sustainedSamples', '3', 'a whole number from 1 to 180'],
    ['restartsAtOnce', 0, 'a whole number of dynos from 1'],
    ['restartsAtOnce', 1.5, 'a whole number of dynos from 1'],
    ['restartsAtOnce', -1, 'a whole number of dynos from 1'],
    ['restartsAtOnce', '0%', 'a whole number of dynos from 1'],
    ['restartsAtOnce', '100.1%', 'a whole number of dynos from 1'],
    ['restartsAtOnce', 'all', 'a whole number of dynos from 1'],
    ['dryRun', 'true', 'true or false'],
    ['dryRun', 1, 'true or false'],
    ['dryRun', null, 'true or false'],
    ['paused', 'yes', 'true, false, or the ISO 8601 time'],
    ['paused', 1_766_595_600, 'true, false, or the ISO 8601 time'],
    ['paused', null, 'true, false, or the ISO 8601 time'],
    ['token', '', 'the name of a parameter'],
    ['token', 'team/one', 'the name of a parameter'],
    ['token', null, 'the name of a parameter'],
    ['token', 5, 'the name of a parameter'],
    ['dynos', [], 'a list of at least one process type'],
    ['dynos', {}, 'a list of at least one process type'],
    ['dynos', 'web', 'a list of at least one process type'],
    ['dynos', null, 'a list of at least one process type'],
    ['dynos', 5, 'a list of at least one process type'],
  ])(
    'is refused beyond it, by name, with what was found and what is expected: %s of %j',
    (field, value, expected) => {
      const message = mistakes(JSON.stringify({ [field]: value }));
      expect(message).toContain('has a mistake: ');
      expect(message).toContain(`${field}: found ${JSON.stringify(value)}, expected ${expected}`);
      if (field === 'token' || field === 'dynos') return;
      const perType = mistakes(JSON.stringify({ dynos: { web: { [field]: value } } }));
      expect(perType).toContain(`dynos.web.${field}: found ${JSON.stringify(value)}, expected ${expected}`);
    },
  );

  it('is refused where JSON makes infinity of it', () => {
    for (const field of ['restartThreshold', 'restartWindow', 'restartsAtOnce', 'minUptime']) {
      expect(mistakes(`{"${field}":1e999}`)).toContain(`${field}: found`);
    }
  });
});

describe('one-off process types', () => {
  it.each(['run', 'scheduler', 'release', 'Run', 'SCHEDULER'])('are never watched: %s', (type) => {
    expect(mistakes(JSON.stringify({ dynos: ['web', type] }))).toContain(
      `dynos.1: found "${type}", expected a process type of the formation: one-off dynos are never restarted`,
    );
    const perType = mistakes(JSON.stringify({ dynos: { web: {}, [type]: {} } }));
    expect(perType).toContain(`found "${type}"`);
    expect(perType).toContain('one-off dynos are never restarted');
  });
});

describe('a process type', () => {
  it.each(['', 'web.1', 'web 1', 'wéb', 'web*', 'x'.repeat(64), ' web', 'web\n'])(
    'that no formation has is refused: %j',
    (type) => {
      expect(mistakes(JSON.stringify({ dynos: [type] }))).toContain('expected a process type');
      expect(mistakes(JSON.stringify({ dynos: { [type]: {} } }))).toContain('expected a process type');
    },
  );

  it.each([null, 5, true, ['web'], {}])('that is no text is refused: %j', (type) => {
    expect(mistakes(JSON.stringify({ dynos: [type] }))).toContain('dynos.0: found');
  });

  it.each([null, 5, 'all', []])('whose own rules are no object is refused: %j', (rules) => {
    expect(mistakes(JSON.stringify({ dynos: { web: rules } }))).toContain(
      `dynos.web: found ${JSON.stringify(rules)}, expected an object with the rules of this process type`,
    );
  });

  it.each(['token', 'dynos'])('has no %s of its own', (field) => {
    const message = mistakes(JSON.stringify({ dynos: { web: { [field]: 'x' } } }));
    expect(message).toContain(`dynos.web.${field}: unknown field`);
  });
});

describe('an unknown field', () => {
  it.each([
    ['restartTreshold', 'expected one of token, dynos, restartThreshold'],
    ['restart_threshold', 'expected restartThreshold'],
    ['RESTARTWINDOW', 'expected restartWindow'],
    ['dry-run', 'expected dryRun'],
    ['toString', 'expected one of'],
    ['', 'expected one of'],
  ])('is refused, with the one that may have been meant: %s', (field, expected) => {
    expect(mistakes(JSON.stringify({ [field]: 1 }))).toContain(`${field}: unknown field, ${expected}`);
    expect(mistakes(JSON.stringify({ dynos: { web: { [field]: 1 } } }))).toContain(
      `dynos.web.${field}: unknown`,
    );
  });
});

describe('a field that objects have of themselves', () => {
  it.each([
    '{"__proto__":{"dryRun":true}}',
    '{"dynos":{"web":{"__proto__":{"dryRun":true}}}}',
    '{"dynos":{"web":{},"__proto__":{}}}',
    '{"dynos":{"__proto__":{}}}',
  ])('is refused like any other: %s', (text) => {
    expect(mistakes(text)).toContain('__proto__');
  });

  it('may be the name of a process type', () => {
    const { rules } = parse({ dynos: { constructor: { dryRun: true }, toString: {} } });
    expect([...rules]).toEqual([
      ['constructor', { ...DEFAULTS, dryRun: true }],
      ['toString', DEFAULTS],
    ]);
  });
});

describe('a config with many mistakes', () => {
  it('is refused with all of them', () => {
    const message = mistakes(
      JSON.stringify({
        token: 'no/name',
        restartThreshold: -1,
        restartWindow: 'long',
        measure: 'all',
        swapThreshold: '0%',
        sustainedSamples: 0,
        minUptime: -1,
        restartsAtOnce: 0,
        dryRun: 'no',
        paused: 'soon',
        dyno: ['web'],
        colour: 'red',
        dynos: { web: { restartThreshold: 0, when: 'now' }, run: {}, worker: 5 },
      }),
    );
    expect(message).toContain('The config has 16 mistakes: ');
    for (const place of [
      'token',
      'restartThreshold',
      'restartWindow',
      'measure',
      'swapThreshold',
      'sustainedSamples',
      'minUptime',
      'restartsAtOnce',
      'dryRun',
      'paused',
      'dyno',
      'colour',
      'dynos.web.restartThreshold',
      'dynos.web.when',
      'dynos.run',
      'dynos.worker',
    ]) {
      expect(message).toMatch(new RegExp(`[ ]${place.replaceAll('.', '\\.')}: `));
    }
    expect(message).toContain('The app is not watched until this is mended.');
  });
});

describe('text that is no config', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"dryRun":tru}',
    "{'dryRun':true}",
    '{"dryRun":true,}',
    'web',
    '{} {}',
    '\uFEFF{}',
  ])('is refused as such: %j', (text) => {
    expect(mistakes(text)).toContain('is not valid JSON');
  });

  it.each(['null', '[]', '5', '"web"', 'true', '[{}]'])('is refused though it is JSON: %s', (text) => {
    expect(mistakes(text)).toContain('config: found');
    expect(mistakes(text)).toContain('expected a JSON object');
  });
});

describe('a pause', () => {
  it.each([
    [true, Number.POSITIVE_INFINITY],
    [false, Number.NEGATIVE_INFINITY],
    ['2026-12-24T18:00:00Z', Date.UTC(2026, 11, 24, 18)],
    ['2026-12-24T18:00Z', Date.UTC(2026, 11, 24, 18)],
    ['2026-12-24T18:00:00.5Z', Date.UTC(2026, 11, 24, 18, 0, 0, 500)],
    ['2026-12-24T18:00:00.123456789Z', Date.UTC(2026, 11, 24, 18, 0, 0, 123)],
    ['2026-12-24T18:00:00+05:30', Date.UTC(2026, 11, 24, 12, 30)],
    ['2026-12-24T18:00:00-08:00', Date.UTC(2026, 11, 25, 2)],
    ['2026-12-24T18:00:00', Date.UTC(2026, 11, 24, 18)],
    ['2026-12-24', Date.UTC(2026, 11, 24)],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['1999-01-01', Date.UTC(1999, 0, 1)],
  ])('of %j ends then, and in UTC where it says nothing else', (paused, until) => {
    expect(parse({ paused }).rules.get('web')?.pausedUntil).toBe(until);
  });

  it.each([
    '',
    'true',
    'tomorrow',
    '24 December 2026',
    '12/24/2026',
    '2026-12-24 18:00:00Z',
    '2026-12-24T18Z',
    '2026-12-24T1800Z',
    '2026-12-24T18:00:00 Z',
    '2026-12-24T18:00:00+0100',
    '2026-12-24T18:00:00+99:00',
    '2026-12-24T25:00Z',
    '2026-12-24T18:60Z',
    '2026-12-24T18:00:61Z',
    '2026-13-01',
    '2026-00-10',
    '2026-02-29',
    '2026-02-31',
    '2026-04-31T00:00Z',
    '2026-12',
    '2026-W52',
    '20261224',
    '1766595600',
    '+002026-12-24',
    '2026-12-24T18:00:00Z\n',
    ' 2026-12-24',
  ])('until a time that is none is refused: %j', (paused) => {
    expect(mistakes(JSON.stringify({ paused }))).toContain('true, false, or the ISO 8601 time');
  });
});

describe('where the machine keeps another time', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('a pause without a zone still ends in UTC', () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(new Date(2026, 11, 24).getTimezoneOffset()).toBe(300);
    for (const paused of ['2026-12-24', '2026-12-24T00:00', '2026-12-24T00:00:00.000']) {
      expect(parse({ paused }).rules.get('web')?.pausedUntil).toBe(Date.UTC(2026, 11, 24));
    }
  });
});

describe('a secret in a config', () => {
  const secrets = [
    '01234567-89ab-cdef-0123-456789abcdef',
    'HRKU-01234567-89ab-cdef-0123-456789abcdef',
    'HRKU-AAfFkXyzAbCdEfGhIjKlMnOpQrStUvWxYz_____abcdef',
    'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
  ];
  const places: readonly (readonly [string, (secret: string) => string])[] = [
    ['the token', (secret) => JSON.stringify({ token: secret })],
    ['the token, badly copied', (secret) => JSON.stringify({ token: `Bearer ${secret}` })],
    ['the token of one type', (secret) => JSON.stringify({ dynos: { web: { token: secret } } })],
    ['a threshold', (secret) => JSON.stringify({ restartThreshold: secret })],
    ['a measure', (secret) => JSON.stringify({ measure: secret })],
    ['a pause', (secret) => JSON.stringify({ paused: secret })],
    ...[0, 20, 30, 40, 50, 60].map(
      (before) =>
        [
          `words, after ${before} letters`,
          (secret: string) => JSON.stringify({ paused: `${'my '.repeat(before / 3)}${secret}` }),
        ] as const,
    ),
    ['a list where none belongs', (secret) => JSON.stringify({ dryRun: [secret] })],
    ['an object where none belongs', (secret) => JSON.stringify({ dryRun: { t: secret } })],
    ['the name of a field', (secret) => JSON.stringify({ [secret]: 1 })],
    ['the name of a field of one type', (secret) => JSON.stringify({ dynos: { web: { [secret]: 1 } } })],
    ['a process type', (secret) => JSON.stringify({ dynos: [`${secret}.1`] })],
    ['the name of a process type', (secret) => JSON.stringify({ dynos: { [`${secret}.1`]: {} } })],
    ['a process type with a mistake', (secret) => JSON.stringify({ dynos: { [secret]: { dryRun: 5 } } })],
    ['the config itself', (secret) => JSON.stringify(secret)],
    ['JSON that is not', (secret) => `{"token": "${secret}"`],
    ['JSON that is not at all', (secret) => secret],
    ['JSON that ends too late', (secret) => `{} ${secret}`],
  ];

  it.each(places)('is never said again: in %s', (_, write) => {
    for (const secret of secrets) {
      const message = mistakes(write(secret));
      for (let start = 0; start + 8 <= secret.length; start++) {
        expect(message).not.toContain(secret.slice(start, start + 8));
      }
    }
  });
});

describe('any JSON at all', () => {
  it('is a config, or is refused as one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          expect(parseAppConfig('shop', text).rules.size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('in any field is taken, or is refused by the name of that field', () => {
    const fields = ['token', 'dynos', 'restartThreshold', 'restartWindow', 'measure', 'swapThreshold'];
    // What JSON calls __proto__ is refused wherever it stands.
    const anyValue = fc
      .jsonValue({ maxDepth: 2 })
      .filter((value) => !JSON.stringify(value).includes('__proto__'));
    const more = ['sustainedSamples', 'minUptime', 'restartsAtOnce', 'dryRun', 'paused'];
    fc.assert(
      fc.property(fc.constantFrom(...fields, ...more), anyValue, (field, value) => {
        try {
          for (const rules of parse({ [field]: value }).rules.values()) {
            expect(rules.restartWindowSeconds).toBeGreaterThanOrEqual(1);
            expect(rules.sustainedSamples).toBeGreaterThanOrEqual(1);
            expect(rules.restartsAtOnce.value).toBeGreaterThan(0);
            expect(rules.pausedUntil).not.toBeNaN();
          }
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.message).toContain(field);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Configs as people write them. */
const WRITTEN = [
  '{}',
  '{"dryRun": true}',
  '{"dynos": ["web", "worker"], "restartThreshold": 900, "restartWindow": 3600}',
  '{"dynos": {"web": {}, "worker": {"restartThreshold": "80%", "minUptime": 600}}, "measure": "memory_rss"}',
  '{"token": "team", "restartThreshold": "97.5%", "swapThreshold": "10%", "sustainedSamples": 3}',
  '{"restartsAtOnce": 2, "paused": "2026-12-24T18:00:00Z", "minUptime": 0}',
  '{"restartsAtOnce": "25%", "paused": false, "measure": "memory_rss+memory_swap", "swapThreshold": 50.5}',
];
/** Evenly, as doubles are not: most of those are next to nothing. */
const anyShare = fc.nat(9999).map((part) => part / 10_000);
/** Whether a digit goes; where, as a share of the text; how much goes; what comes instead. */
const anyEdit = fc.tuple(
  fc.boolean(),
  anyShare,
  fc.constantFrom(0, 0, 1, 1, 2, 5, 15),
  fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '9',
      '.',
      '-',
      'e',
      '"',
      '%',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      ' ',
      '\n',
      '\0',
      '٣',
    ),
    fc.constantFrom('null', 'true', '1e400', '"__proto__":1,', '"web":{},', '"run",', '"restartWindow":5,'),
    fc.string({ maxLength: 3 }),
  ),
);
const anyMistyped = fc
  .tuple(fc.constantFrom(...WRITTEN), fc.array(anyEdit, { minLength: 1, maxLength: 2 }))
  .map(([text, edits]) =>
    edits.reduce((edited, [isOfDigit, where, removed, added]) => {
      const start = Math.floor(where * edited.length);
      if (!isOfDigit) return edited.slice(0, start) + added + edited.slice(start + removed);
      const digits = [...edited.matchAll(/\d/g)];
      const { index = start } = digits[Math.floor(where * digits.length)] ?? {};
      return edited.slice(0, index) + added + edited.slice(index + 1);
    }, text),
  );
const NUMBERS = z.looseObject({
  restartThreshold: z.optional(z.union([z.number(), z.string()])),
  restartWindow: z.optional(z.number()),
  sustainedSamples: z.optional(z.number()),
  minUptime: z.optional(z.number()),
  restartsAtOnce: z.optional(z.union([z.number(), z.string()])),
});
const WRITTEN_JSON = z.extend(NUMBERS, {
  dynos: z.optional(z.union([z.array(z.string()), z.record(z.string(), NUMBERS)])),
});
/** Read the plainest way: what `"80%"` and `80` have in common is their number. */
const written = (amount: number | string | undefined) =>
  amount === undefined ? undefined : Number(String(amount).replace('%', ''));

describe('a config that was mistyped', () => {
  it('means what stands there, or is refused', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyMistyped, (text) => {
        let rules: ReadonlyMap<string, Rules>;
        try {
          ({ rules } = parseAppConfig('shop', text));
        } catch (error) {
          expect(error).toMatchObject({ name: 'AppError', reason: 'config' });
          return;
        }
        taken++;
        const { dynos = ['web'], ...shared } = WRITTEN_JSON.parse(JSON.parse(text));
        const types = Array.isArray(dynos) ? Object.fromEntries(dynos.map((type) => [type, {}])) : dynos;
        expect([...rules.keys()].sort()).toEqual(Object.keys(types).sort());
        for (const [type, own] of Object.entries(types)) {
          const says = { ...shared, ...own };
          expect(rules.get(type)).toMatchObject({
            restartWindowSeconds: says.restartWindow ?? 1800,
            sustainedSamples: says.sustainedSamples ?? 1,
            minUptimeSeconds: says.minUptime ?? 180,
          });
          expect(rules.get(type)?.restartThreshold?.value).toBe(written(says.restartThreshold));
          expect(rules.get(type)?.restartsAtOnce.value).toBe(written(says.restartsAtOnce) ?? 10);
        }
      }),
      { numRuns: 10_000 },
    );
    // Otherwise the property would say nothing.
    expect(taken).toBeGreaterThan(200);
  });
});
