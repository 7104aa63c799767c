import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../infra/cli/import/arithmetic.ts';
import { readRubyConfig } from '../../../../infra/cli/import/ruby-config.ts';
import { tokenize } from '../../../../infra/cli/import/ruby-tokens.ts';
import { type Import, toParameters } from '../../../../infra/cli/import/to-parameters.ts';

const TOKEN = 'HRKU-1f0a0e5b-8e0c-4c34-9d5e-0d6f7c1f3a11';
const read = (text: string): Import => toParameters(readRubyConfig(text));
const block = (body: string, app = 'my-shop') => `Whacamole.configure("${app}") do |config|\n${body}\nend\n`;

/** What becomes of one app that says this. */
function configOf(body: string) {
  const { apps, unread } = read(block(body));
  expect(apps).toHaveLength(1);
  return { ...apps[0], unread };
}

describe('a config of the gem', () => {
  it('as a whole becomes the same parameters', () => {
    const text = `# Whacamole's own file
require 'whacamole'

Whacamole.configure("my-shop") do |config|
  config.api_token = ENV['HEROKU_API_TOKEN'] # or paste your token in here
  config.dynos = %w{web worker}
  config.restart_threshold = 500 # in megabytes
  config.restart_window = 30*60
  config.event_handler = lambda do |event|
    # config.restart_threshold = 1
    puts "config.dynos = #{event.inspect}" if event.is_a?(Whacamole::Events::DynoSize)
    message = <<~TEXT
      config.restart_window = 2
    TEXT
    [1].each { |x| if x then puts 'end' end }
  end
end

Whacamole.configure('my-blog') { |c| c.api_token = ENV["HEROKU_API_TOKEN"]; c.restart_window = 600 }

Whacamole.configure "my-other" do |config|
  config.api_token = '${TOKEN}'
  config.dynos = ["worker", 'clock', :web]
end
`;
    const { apps, tokens, handlerLines, unread } = read(text);
    expect(apps).toMatchObject([
      { app: 'my-shop', line: 4, problem: null, config: { dynos: ['web', 'worker'], restartThreshold: 500 } },
      { app: 'my-blog', line: 19, problem: null, config: { restartWindow: 600 } },
      {
        app: 'my-other',
        line: 21,
        problem: null,
        config: { token: 'my-other', dynos: ['worker', 'clock', 'web'] },
      },
    ]);
    expect(apps[0]?.config).not.toHaveProperty('restartWindow');
    expect(tokens).toEqual([
      { name: 'default', from: 'the environment variable HEROKU_API_TOKEN', apps: ['my-shop', 'my-blog'] },
      {
        ...{ name: 'my-other', apps: ['my-other'] },
        from: 'a token that stands in the file: take it out of there, and better make a new one',
      },
    ]);
    expect(handlerLines).toEqual([9]);
    expect(unread).toEqual([
      { line: 2, code: 'require "…"', message: 'It is no setting of the gem, and is left out.' },
    ]);
  });

  it('may leave out its ends, as the README of the gem does', () => {
    const { apps, unread, handlerLines } = read(`
Whacamole.configure("first-app") do |config|
  config.api_token = ENV['HEROKU_API_TOKEN'] # you could also paste your token in here as a string

# you can monitor multiple apps at once, just add more configure blocks
Whacamole.configure("second-app") do |config|
  config.event_handler = lambda do |e|
    puts e.inspect.to_s

Whacamole.configure("third-app") do |config|
  config.event_handler = lambda do |e|
    puts e.inspect.to_s
  config.dynos = %w{web worker}
  config.restart_threshold = (500
Whacamole.configure("fourth-app") do |config|
  config.restart_window = 5*60`);
    expect(apps).toMatchObject([
      { app: 'first-app', config: {} },
      { app: 'second-app', config: {} },
      { app: 'third-app', config: { dynos: ['web', 'worker'] } },
      { app: 'fourth-app', config: { restartWindow: 300 } },
    ]);
    expect(handlerLines).toEqual([7, 11]);
    expect(unread).toMatchObject([{ line: 14, code: 'config.restart_threshold = (500' }]);
  });

  it('says what is not the same: thresholds, defaults, one-off dynos, no token', () => {
    expect(configOf('').notes).toEqual([
      'It sets no api_token, without which the gem does nothing: here it has the default one.',
      'It sets no restart_threshold: the gem takes 1000 MB on every dyno, and here it is 1000 MB on a dyno of 1 GB and in that proportion on others, as in 500 MB on one of 512 MB.',
    ]);
    const { config, notes } = configOf(
      'config.dynos = %w(web scheduler)\nconfig.restart_threshold = 1_000\nconfig.restart_window = 30.minutes',
    );
    expect(config).toEqual({ restartThreshold: 1000 });
    expect(notes).toContain('One-off dynos are never restarted: scheduler is left out.');
    expect(notes).toContain('dynos is the default, web, and left out.');
    expect(notes).toContain('restart_window is the default, 1800 s, and left out.');
  });

  it('of an app that is named twice goes on where it was', () => {
    const { apps } = read(block('config.restart_threshold = 500') + block('config.restart_window = 60'));
    expect(apps).toMatchObject([{ config: { restartThreshold: 500, restartWindow: 60 } }]);
  });

  it.each([
    ['a doubled quote', `config.dynos = ["web", 'worker']`, ['web', 'worker']],
    ['brackets', 'config.dynos = %w[web worker]', ['web', 'worker']],
    ['other signs', 'config.dynos=%w|web worker|', ['web', 'worker']],
    ['several lines', 'config.dynos = [\n  "web", # first\n  "worker"\n]', ['web', 'worker']],
    ['a line that goes on', 'config.dynos =\n  %w{web\n  worker}', ['web', 'worker']],
    ['words that nest', 'config.dynos = %w{web {a}}', undefined],
  ])('lists its dynos: %s', (_, body, dynos) => {
    const { config, problem } = configOf(body);
    if (dynos === undefined) expect(problem).toMatch(/dynos/);
    else expect(config).toMatchObject({ dynos });
  });

  it.each([
    ['config.dynos = DYNOS', /Expected a list of words/],
    ['config.dynos = "web"', /Expected a list of words/],
    ['config.dynos = %W{web #{x}}', /Expected a list of words/],
    ['config.dynos = ["web" "worker"]', /Expected a list of words/],
    ['config.dynos = %w{web} if ENV["X"]', /Expected a list of words/],
    ['config.restart_threshold = ENV["X"].to_i', /write it into restartThreshold by hand/],
    ['config.restart_window = WINDOW', /write it into restartWindow by hand/],
    ['config.restart_window = 1800 unless x', /write it into restartWindow by hand/],
    ['config.restart_windows = 1800', /The gem has no such setting/],
    ['config.dynos << "web"', /no setting of the gem/],
    ['x = "y"', /no setting of the gem/],
    ['if ENV["X"]', /as if it always held/],
    ['APPS.each do |app|', /as if it always held/],
  ])('names what it cannot read, with its line: %s', (statement, message) => {
    const { unread, config } = configOf(`\n  ${statement}`);
    expect(unread).toMatchObject([{ line: 3, message: expect.stringMatching(message) }]);
    expect(config).toEqual({});
  });

  it.each([
    ['Whacamole.configure(APP) do |config|\nconfig.restart_threshold = 5', 'name is no plain string'],
    ['Whacamole.configure("a#{b}") do |config|\nconfig.restart_threshold = 5', 'name is no plain string'],
    [block('config.restart_threshold = 5', 'HEROKU APP NAME'), '"HEROKU APP NAME" is no Heroku app\'s name'],
    [block('config.restart_threshold = 5', TOKEN.slice(5)), '"(withheld)" is no Heroku app\'s name'],
    [block('config.restart_threshold = 0'), 'restartThreshold: found 0, expected'],
    [block('config.dynos = %w{scheduler}'), 'dynos: found [], expected'],
  ])('cannot be written where it makes no parameter: %s', (text, problem) => {
    expect(read(text).apps).toMatchObject([{ problem: expect.stringContaining(problem) }]);
  });

  it('is not read where its block has no name for it', () => {
    const { apps, unread } = read('Whacamole.configure("my-shop") do\n  config.dynos = %w{web}\nend');
    expect(apps).toMatchObject([{ app: 'my-shop', config: {} }]);
    expect(unread).toMatchObject([
      { line: 1, message: expect.stringContaining('Expected a block with one argument') },
      { line: 2 },
    ]);
  });

  it('holds nothing in comments, strings, heredocs and behind its end', () => {
    const text = `=begin
${block('config.restart_threshold = 1')}=end
x = 'Whacamole.configure("a-string") do |config|'
y = %q{Whacamole.configure("b-string") do |config|}
z = <<EOS
Whacamole.configure("c-string") do |config|
EOS
w = /Whacamole.configure("d-string")/
${block('config.restart_threshold = 500')}__END__
${block('config.restart_threshold = 1', 'another')}`;
    expect(read(text).apps).toMatchObject([{ app: 'my-shop', config: { restartThreshold: 500 }, line: 12 }]);
  });
});

describe('an event handler', () => {
  it.each([
    'config.event_handler = lambda do |e|\n puts e\n end',
    'config.event_handler = lambda { |e| puts e }',
    'config.event_handler = lambda { |e|\n puts e\n }',
    'config.event_handler = ->(e) { puts e }',
    'config.event_handler = -> (e) do\n  if e\n    while x do y end\n    puts(e)\n  end\n end',
    'config.event_handler = proc do |e|\n  begin\n    case e\n    when 1 then 2\n    end\n  rescue\n  end\n end',
    'config.event_handler = lambda do |e|\n  x = if e then 1 else 2 end\n  return unless e\n  puts e if x\n end',
    'config.event_handler = Handler.new',
    'config.event_handler = method(:handle)',
    'config.event_handler = lambda do |e|\n  puts <<-X, e.class\n  end\n  end\n  X\n end',
    "config.event_handler = lambda do |e|\n  e.size / 2 if e.end / 3 # it's\n  {class: 1, end: 2}\n end",
  ])('is named, and nothing of it is taken for a statement of the config: %s', (handler) => {
    const { apps, handlerLines, unread } = read(block(`${handler}\n config.restart_window = 60`));
    expect({ handlerLines, unread }).toEqual({ handlerLines: [2], unread: [] });
    expect(apps).toMatchObject([{ config: { restartWindow: 60 } }]);
  });
});

describe('a token', () => {
  it('is named by where it comes from, the one that most apps share being the default', () => {
    const tokens = [
      "ENV['A']",
      "ENV['TEAM_TWO']",
      "ENV.fetch('TEAM_TWO')",
      `"${TOKEN}"`,
      "ENV.fetch('A', 'b')",
      'TOKEN',
    ];
    const { apps, tokens: named } = read(
      tokens.map((token, index) => block(`config.api_token = ${token}`, `app-${index}`)).join(''),
    );
    expect(apps.map(({ config }) => config.token)).toEqual(
      ['a-2', undefined, undefined, 'app-3', 'app-4', 'app-5'].map((name) =>
        name === 'a-2' ? 'token-2' : name,
      ),
    );
    expect(named.map(({ name, apps: of }) => [name, of])).toEqual([
      ['default', ['app-1', 'app-2']],
      ['token-2', ['app-0']],
      ['app-3', ['app-3']],
      ['app-4', ['app-4']],
      ['app-5', ['app-5']],
    ]);
  });

  it.each([
    `config.api_token = "${TOKEN}"`,
    `config.api_token = '${TOKEN}'.strip`,
    `config.api_token = ENV['${TOKEN}']`,
    `config.api_token = ENV.fetch('X', '${TOKEN}')`,
    `config.api_token = ${TOKEN}`,
    `config.token = "${TOKEN}"`,
    `TOKEN = %q{${TOKEN}}`,
    `config.dynos = %w{web ${TOKEN}}`,
    `config.dynos = ["${TOKEN.slice(5)}"]`,
    `puts :${TOKEN}`,
    `# ${TOKEN}`,
    `x = <<~X\n${TOKEN}\nX`,
    `${TOKEN} = 1`,
    `Whacamole.configure("${TOKEN}") do |config|`,
    `config.api_token = "${TOKEN}`,
  ])('is nowhere in what comes of the file: %s', (statement) => {
    const said = JSON.stringify(read(block(statement)));
    expect(said).not.toContain(TOKEN);
    expect(said).not.toContain(TOKEN.slice(5));
  });
});

describe('arithmetic', () => {
  it.each([
    ['500', 500],
    ['30*60', 1800],
    ['30 * 60', 1800],
    ['1_000.5', 1000.5],
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['-(5 - 7)', 2],
    ['7 / 2', 3],
    ['-7 / 2', -4],
    ['7 / 2.0', 3.5],
    ['1.hour', 3600],
    ['(1 + 1).days', 172_800],
    ['0.5.minutes', 30],
  ])('is worked out as Ruby would: %s', (text, expected) => {
    expect(evaluate(tokenize(text).slice(0, -1))).toBe(expected);
  });

  it.each([
    '',
    '1 +',
    '* 2',
    '(1',
    '1)',
    '1 2',
    'x',
    '"1"',
    '1.exit',
    '2 ** 3',
    '1 / 0',
    '1.0 / 0',
    `${'('.repeat(5000)}1`,
    '`id`',
  ])('is not worked out where it is more, or none: %s', (text) => {
    expect(evaluate(tokenize(text).slice(0, -1))).toBeUndefined();
  });
});

describe('any text at all', () => {
  const anyRuby = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'Whacamole.configure("my-shop") do |config|',
          'config.dynos = ',
          'config.api_token = ',
          'lambda do |e|',
        ],
        ...[
          'end',
          '\n',
          '\n',
          ' ',
          '"',
          "'",
          '%w{',
          '}',
          '#{',
          '(',
          ')',
          '[',
          ']',
          '<<~X',
          'X',
          '\\',
          '/',
          '=begin',
          '=end',
        ],
        ...[
          '30*60',
          'ENV[',
          'if ',
          ';',
          '#',
          '%',
          ':',
          '|',
          'do',
          '{',
          '__END__',
          'config.restart_threshold = 5',
          '\0',
          '🐹',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 60 },
  );

  it('is read, and no token in it is shown, wherever it stands', () => {
    fc.assert(
      fc.property(anyRuby, anyRuby, fc.uuid(), fc.boolean(), (before, after, uuid, hasPrefix) => {
        const token = hasPrefix ? `HRKU-${uuid}` : uuid;
        const { apps, tokens, unread, handlerLines } = read(before.join('') + token + after.join(''));
        expect(JSON.stringify({ apps, tokens, unread, handlerLines })).not.toContain(uuid);
      }),
      { numRuns: 3000 },
    );
  });

  it('comes apart into words in their order, at their lines, and nothing is read twice', () => {
    fc.assert(
      fc.property(anyRuby, (pieces) => {
        const text = pieces.join('');
        let position = 0;
        for (const { start, end, line } of tokenize(text)) {
          expect(start).toBeGreaterThanOrEqual(position);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(line).toBe(text.slice(0, start).split('\n').length);
          position = end;
        }
        expect(position).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read in a time that goes with its length', () => {
    for (const piece of [
      'Whacamole.configure("a") do |c| ',
      '((',
      '%w{',
      '<<~X\n',
      '"#{',
      'config.x = lambda do |e|\n',
      '=begin\n',
    ]) {
      const startedAt = performance.now();
      readRubyConfig(piece.repeat(5000));
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    }
  });
});
