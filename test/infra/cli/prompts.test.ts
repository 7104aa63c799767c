import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { terminalPrompts } from '../../../infra/cli/prompts.ts';

/** Streams that say they are a terminal's. */
function openTty() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const says = async (text: string) => {
    while (!shown.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { input, output, says, shown: () => shown };
}

it('shows nothing of a secret that is typed, not even on a key that would', async () => {
  const { input, output, says, shown } = openTty();
  const secret = terminalPrompts(input, output).secret('Heroku API token');
  await says('Heroku API token');
  for (const key of ['HRKU', '-', '1234', '\u0014', '\r']) input.write(key);
  expect(await secret).toBe('HRKU-1234');
  expect(shown()).not.toMatch(/HRKU|1234|\*/);
});

it.each([
  ['\r', false, false],
  ['\r', true, true],
  ['y\r', false, true],
  ['n\r', true, false],
])('takes %j, where Enter means %s, for %s', async (keys, byDefault, answer) => {
  const { input, output, says } = openTty();
  const asked = terminalPrompts(input, output).confirm('Write this?', byDefault);
  await says('Write this?');
  for (const key of keys) input.write(key);
  expect(await asked).toBe(answer);
});

it('asks nobody where one of the two is no terminal', () => {
  const { input, output } = openTty();
  expect(terminalPrompts(input, output).canAsk).toBe(true);
  expect(terminalPrompts(input, new PassThrough()).canAsk).toBe(false);
  expect(terminalPrompts(new PassThrough(), output).canAsk).toBe(false);
});
