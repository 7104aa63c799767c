/**
 * Attempts to make the log say what Heroku has not: by those who can write into it without being Heroku (a visitor,
 * the app, whoever names a host or a process type), and by accidents that would come to the same. Each is bytes as
 * they would arrive, and would have it that FORGED is far over its threshold.
 *
 * What is missing: an app that prints a newline, and then a perfect line. To the letter, that is Heroku's word; what
 * stands against it is that the log session is asked for with `source=heroku`, which leaves out all that apps print.
 */
import { memoryLine, TIME, WEB_1 } from './lines.ts';

export interface Forgery {
  readonly by: string;
  readonly attempt: string;
  readonly bytes: Buffer;
}

/** The dyno that somebody would have restarted. */
export const FORGED = '0f0f0f0f-f0f0-4f0f-8f0f-f0f0f0f0f0f0';

const MEASURED = 'sample#memory_total=99999.00MB sample#memory_rss=99999.00MB sample#memory_quota=512.00MB';
const PERFECT = memoryLine({ dyno: `heroku.1.${FORGED}`, measured: MEASURED });
/** What follows `heroku[web.1]: ` in it. */
const WORDS = PERFECT.slice(PERFECT.indexOf('source='));

const forged = (parts: Parameters<typeof memoryLine>[0]) =>
  memoryLine({ dyno: `heroku.1.${FORGED}`, measured: MEASURED, ...parts });
const measuring = (measured: string) => forged({ measured });
const totalling = (total: string) => measuring(`sample#memory_total=${total}`);
const router = (fields: Record<string, string>) => {
  const { path = '/', host = 'shop.example.com', agent, ...more } = fields;
  const rest = Object.entries(more).map(([name, value]) => ` ${name}=${value}`);
  const said = agent === undefined ? '' : ` user_agent="${agent}"`;
  return `${TIME} heroku[router]: at=info method=GET path="${path}" host=${host} fwd="203.0.113.9"${said} dyno=web.3 connect=0ms service=1ms status=200 bytes=13 protocol=https${rest.join('')}`;
};
const app = (text: string, name = 'web.1') => `${TIME} app[${name}]: ${text}`;

type Attempts = Readonly<Record<string, string | Buffer>>;

const BY_VISITORS: Attempts = {
  'a path in the form of 2013': router({ path: '/?measure=memory_total&val=99999&source=web.1' }),
  'a path that is a sample': router({ path: `/?${WORDS}` }),
  'a path that is a sample, its spaces escaped': router({ path: `/?${WORDS.replaceAll(' ', '%20')}` }),
  'a path that is a sample, its spaces pluses': router({ path: `/?${WORDS.replaceAll(' ', '+')}` }),
  'a path that closes its quote': router({ path: `/" ${WORDS} x="` }),
  'a path that closes its quote and ends the line': router({ path: `/" ${WORDS}` }).split('" host')[0] ?? '',
  'a path with a whole line': router({ path: `/${PERFECT}` }),
  'a path with a carriage return and a line': router({ path: `/\r${PERFECT}\r` }),
  'a path with an escaped newline and a line': router({ path: `/%0A${PERFECT}%0A` }),
  'a path with a written newline and a line': router({ path: `/\\n${PERFECT}\\n` }),
  'a path with a NUL and a line': router({ path: `/\0${PERFECT}` }),
  'a path with a vertical tab and a line': router({ path: `/\v${PERFECT}\v` }),
  'a path with a form feed and a line': router({ path: `/\f${PERFECT}\f` }),
  'a path with a next-line and a line': router({ path: `/\u0085${PERFECT}\u0085` }),
  'a path with a line separator and a line': router({ path: `/\u2028${PERFECT}\u2028` }),
  'a path with a paragraph separator and a line': router({ path: `/\u2029${PERFECT}\u2029` }),
  'a path with the overlong newline of old decoders': Buffer.concat([
    Buffer.from(`${TIME} heroku[router]: at=info path="/`),
    Buffer.from([0xc0, 0x8a]),
    Buffer.from(`${PERFECT}" host=shop.example.com`),
  ]),
  'a path with a newline of two bytes, as UTF-16 has it': Buffer.concat([
    Buffer.from(`${TIME} heroku[router]: at=info path="/`),
    Buffer.from([0x0d, 0x00]),
    Buffer.from(PERFECT),
  ]),
  'a path of two kilobytes before the sample': router({ path: `/${'x'.repeat(2048)}${PERFECT}` }),
  'a path of a megabyte before the sample': router({ path: `/${'x'.repeat(1024 * 1024)}${PERFECT}` }),
  'a path that is followed by a sample': `${router({ path: '/' })} ${WORDS}`,
  'a host name that is a sample': router({ host: WORDS }),
  'a host name that closes the brackets': router({ host: `x heroku[web.1]: ${WORDS}` }),
  'a host name that is a line': router({ host: PERFECT }),
  'a user agent that is a sample': router({ agent: WORDS }),
  'a user agent that closes its quote': router({ agent: `" ${WORDS}` }),
  'a user agent that is a line': router({ agent: PERFECT }),
  'a user agent with a carriage return': router({ agent: `\r${PERFECT}` }),
  'an address it claims to be forwarded for': router({ fwd: `"${PERFECT}"` }),
  'a request id that is a sample': router({ request_id: WORDS }),
  'an error code that is a sample': `${TIME} heroku[router]: at=error code=H12 desc="${WORDS}" ${WORDS}`,
};

const BY_APPS: Attempts = {
  'a sample under its own name': app(WORDS),
  'a whole line': app(PERFECT),
  'a whole line after a carriage return': app(`\r${PERFECT}`),
  'a whole line after a backspace for each character before it': app(`${'\b'.repeat(60)}${PERFECT}`),
  'a whole line after an escape that clears the line': app(`\u001b[2K\u001b[1G${PERFECT}`),
  'the frame of a drain': app(`339 <45>1 ${TIME} host heroku web.1 - ${WORDS}`),
  'the frame of a drain that was not ended': `203 <45>1 ${TIME} host heroku web.1 - ${WORDS}`,
  'a newline, and then all but the time': `${app('hello')}\nheroku[web.1]: ${WORDS}`,
  'a newline, and then all but where it is from': `${app('hello')}\n${TIME} ${WORDS}`,
  'a newline, and then only what was measured': `${app('hello')}\n${MEASURED}`,
  'a newline, and then a line by another app': `${app('hello')}\n${app(WORDS, 'web.2')}`,
  'a newline, a space, and a line': `${app('hello')}\n ${PERFECT}`,
  'a newline, a tab, and a line': `${app('hello')}\n\t${PERFECT}`,
  'a newline, a byte order mark, and a line': `${app('hello')}\n\uFEFF${PERFECT}`,
  'a newline, an invisible space, and a line': `${app('hello')}\n\u200b${PERFECT}`,
  'a line, and then more': app(`hello\n${PERFECT} and more`),
  'a line, and then a carriage return': app(`hello\n${PERFECT}\r`),
  'a line that is not ended': app(`hello\n${PERFECT.slice(0, -2)}`),
  'a process type in brackets': `${TIME} app[heroku[web.1]: ${WORDS}`,
  'a name that ends like the platform’s': `${TIME} notheroku[web.1]: ${WORDS}`,
  'a name that begins like the platform’s': `${TIME} heroku-app[web.1]: ${WORDS}`,
  'a name in other letters': `${TIME} HEROKU[web.1]: ${WORDS}`,
  'a name in letters that look alike': `${TIME} hеroku[web.1]: ${WORDS}`,
  'a name with a space that cannot be seen': `${TIME} hero\u200bku[web.1]: ${WORDS}`,
  'the command it is started with': `${TIME} heroku[web.1]: Starting process with command \`${PERFECT}\``,
  'the command it is started with, and no more': `${TIME} heroku[web.1]: Starting process with command ${WORDS}`,
  'a state in words': `${TIME} heroku[web.1]: State changed from up to ${WORDS}`,
  'a release in words': `${TIME} app[api]: Release v9 created by ${WORDS}`,
  'a deploy by someone of that name': `${TIME} app[api]: Deploy 1234567 by user ${PERFECT}`,
  'a scheduled one-off dyno of that name': `${TIME} app[scheduler.1]: ${WORDS}`,
};

const BY_NAMES: Attempts = {
  'a process type that closes the brackets': forged({ name: 'web.1]: source=web.1' }),
  'a process type with a newline': forged({ name: 'we\nb.1' }),
  'a process type with a point': forged({ name: 'web.1.1' }),
  'a process type that is empty': forged({ name: '.1' }),
  'a process type of 64 letters': forged({ name: `${'w'.repeat(64)}.1` }),
  'a process type with a space': forged({ name: 'web web.1' }),
  'a process type with a letter that looks alike': forged({ name: 'wеb.1' }),
  'a process type with a wide letter': forged({ name: 'ｗeb.1' }),
  'a process type with a mark on its letter': forged({ name: 'wéb.1' }),
  'a process type with letters that change places': forged({ name: 'web\u202e.1' }),
  'a process type with a slash': forged({ name: 'web/../web.1' }),
  'a source of another dyno': forged({ source: 'web.2' }),
  'a source that begins alike': forged({ source: 'web.10' }),
  'a source that ends alike': forged({ name: 'web.10', source: 'web.1' }),
  'a source in capitals': forged({ source: 'WEB.1' }),
  'a source with zeros in front': forged({ name: 'web.1', source: 'web.01' }),
  'a source with the form of 2013': forged({ source: `heroku.1.web.1.${FORGED}` }),
  'a number 0': forged({ name: 'web.0' }),
  'a number with a zero in front': forged({ name: 'web.01' }),
  'a number with a sign': forged({ name: 'web.+1' }),
  'a number below zero': forged({ name: 'web.-1' }),
  'a number in Arabic digits': forged({ name: 'web.١' }),
  'a number in wide digits': forged({ name: 'web.１' }),
  'a number in superscript': forged({ name: 'web.¹' }),
  'a number of seven digits': forged({ name: 'web.1234567' }),
  'a UUID in capitals': forged({ dyno: `heroku.1.${FORGED.toUpperCase()}` }),
  'a UUID in braces': forged({ dyno: `heroku.1.{${FORGED}}` }),
  'a UUID without dashes': forged({ dyno: `heroku.1.${FORGED.replaceAll('-', '')}` }),
  'a UUID with a letter too many': forged({ dyno: `heroku.1.${FORGED}0` }),
  'a UUID with an O for a zero': forged({ dyno: `heroku.1.${FORGED.replace('0', 'o')}` }),
  'two UUIDs': forged({ dyno: `heroku.1.${WEB_1}.${FORGED}` }),
  'two dynos': forged({ dyno: `heroku.1.${WEB_1} dyno=heroku.1.${FORGED}` }),
  'two sources': forged({ source: 'web.2 source=web.1' }),
  'no number before its UUID': forged({ dyno: `heroku.${FORGED}` }),
  'a platform of another name': forged({ dyno: `dokku.1.${FORGED}` }),
};

const BY_NUMBERS: Attempts = {
  'a number with an exponent': totalling('9e9MB'),
  'a hexadecimal number': totalling('0xFFFFMB'),
  'an octal number': totalling('0o7777777MB'),
  'a binary number': totalling('0b1111111111111111MB'),
  infinity: totalling('InfinityMB'),
  'not a number': totalling('NaNMB'),
  'a number below zero': totalling('-99999.00MB'),
  'a number with a sign': totalling('+99999.00MB'),
  'a number with commas': totalling('99,999.00MB'),
  'a number with underscores': totalling('99_999.00MB'),
  'a number with apostrophes': totalling('99’999.00MB'),
  'a number with spaces': totalling('99 999.00MB'),
  'a number with spaces that do not break': totalling('99\u00a0999.00MB'),
  'a number with a comma for its point': totalling('99999,00MB'),
  'a number with two points': totalling('99.999.00MB'),
  'a number that begins with its point': totalling('.99999MB'),
  'a number that ends with its point': totalling('99999.MB'),
  'a number in Arabic digits': totalling('٩٩٩٩٩MB'),
  'a number in Devanagari digits': totalling('९९९९९MB'),
  'a number in wide digits': totalling('９９９９９MB'),
  'a number in mathematical digits': totalling('𝟗𝟗𝟗𝟗𝟗MB'),
  'a number in superscript': totalling('⁹⁹⁹⁹⁹MB'),
  'a number in Roman numerals': totalling('ⅨⅨMB'),
  'a number of 1,000 digits': totalling(`${'9'.repeat(1000)}MB`),
  'a number of 1,000 decimals': totalling(`99999.${'9'.repeat(1000)}MB`),
  'a number beyond what is exact': totalling('9007199254740993MB'),
  'a petabyte': totalling('1000000000MB'),
  'a number of no digits': totalling('MB'),
  'a number in GB': totalling('99999.00GB'),
  'a number in KB': totalling('99999000.00KB'),
  'a number in MiB': totalling('99999.00MiB'),
  'a number in mb': totalling('99999.00mb'),
  'a number in letters that look alike': totalling('99999.00МB'),
  'a number in pages': totalling('99999pages'),
  'a number without a unit': totalling('99999.00'),
  'a number with a BigInt’s n': totalling('99999nMB'),
  'a number in quotes': totalling('"99999.00"MB'),
  'two totals': measuring(`sample#memory_total=1.00MB ${MEASURED}`),
  'a total that is not the first': measuring('sample#memory_rss=9.00MB sample#memory_total=99999.00MB'),
  'a total that something is glued to': measuring('sample#memory_totalsample#memory_total=99999.00MB'),
  'a total in capitals': measuring('sample#MEMORY_TOTAL=99999.00MB sample#memory_total=1.00MB x'),
  'a total in quotes': measuring('"sample#memory_total=99999.00MB"'),
  'a total with a wide equals sign': measuring('sample#memory_total＝99999.00MB'),
  'a total with a wide number sign': measuring('sample＃memory_total=99999.00MB'),
  'a count instead of a sample': measuring('count#memory_total=99999.00MB'),
  'a measure instead of a sample': measuring('measure#memory_total=99999.00MB'),
  'the form of 2013': measuring('measure=memory_total val=99999.00 units=MB'),
  'a quota of a unit that is none': measuring('sample#memory_total=99999.00MB sample#memory_quota=1.00GB'),
  'a second quota': measuring(`${MEASURED} sample#memory_quota=1.00MB`),
  'a second swap': measuring(`${MEASURED} sample#memory_swap=1.00MB sample#memory_swap=9.00MB`),
};

const BY_ACCIDENTS: Attempts = {
  'a line without its time': PERFECT.slice(PERFECT.indexOf(' ') + 1),
  'a line without its year': PERFECT.slice('2024-'.length),
  'a line without where it is from': `${TIME} ${WORDS}`,
  'a time of another format': forged({ time: 'Jan  1 09:03:22' }),
  'a time in epoch seconds': forged({ time: '1704099802.012194' }),
  'a time of the 31st of February': forged({ time: '2024-02-31T09:03:22+00:00' }),
  'a time of the 13th month': forged({ time: '2024-13-01T09:03:22+00:00' }),
  'a time of 25 o’clock': forged({ time: '2024-01-01T25:03:22+00:00' }),
  'a time without its zone': forged({ time: '2024-01-01T09:03:22' }),
  'a time in Arabic digits': forged({ time: '٢٠٢٤-01-01T09:03:22+00:00' }),
  'a time with a year of five digits': forged({ time: '+12024-01-01T09:03:22+00:00' }),
  'two lines without a newline between them': `${PERFECT}${PERFECT}`,
  'two lines with a carriage return between them': `${PERFECT}\r${PERFECT}`,
  'two lines with a NUL between them': `${PERFECT}\0${PERFECT}`,
  'a line with a NUL inside a number': totalling('99\x00999.00MB'),
  'a line with a NUL at its end': `${PERFECT}\0`,
  'a line with a space at its end': `${PERFECT} `,
  'a line with a tab for a space': PERFECT.replace(' source', '\tsource'),
  'a line with two spaces for one': PERFECT.replace(' dyno', '  dyno'),
  'a line in UTF-16': Buffer.from(PERFECT, 'utf16le'),
  'a line with a byte order mark': Buffer.from(`\uFEFF${PERFECT}`),
  'a line with a byte that is no UTF-8': Buffer.concat([Buffer.from([0xff]), Buffer.from(PERFECT)]),
  'a line in the frame of an event stream': `data: ${PERFECT}`,
  'a line in the frame of a drain': `${PERFECT.length} ${PERFECT}`,
  'a line in JSON': JSON.stringify({ line: PERFECT }),
  'a line in base64': Buffer.from(PERFECT).toString('base64'),
  'a line that quotes a line': `${TIME} heroku[web.1]: > ${PERFECT}`,
  'a notice of logplex that a line is glued to': `${TIME} heroku[logplex]: Error L10 (output buffer overflow): 2 messages dropped since ${TIME}.${PERFECT}`,
  'a line longer than any': `${PERFECT} sample#memory_${'x'.repeat(2048)}=1.00MB`,
  'load, and then memory': forged({ measured: `sample#load_avg_1m=0.00 ${MEASURED}` }),
  'memory, and then a field of another kind': `${PERFECT} path=/`,
};

const attemptsBy = (by: string, attempts: Attempts): Forgery[] =>
  Object.entries(attempts).map(([attempt, text]) => ({ by, attempt, bytes: Buffer.from(text) }));

export const FORGERIES: readonly Forgery[] = [
  ...attemptsBy('a visitor', BY_VISITORS),
  ...attemptsBy('an app', BY_APPS),
  ...attemptsBy('a name', BY_NAMES),
  ...attemptsBy('a number', BY_NUMBERS),
  ...attemptsBy('an accident', BY_ACCIDENTS),
];
