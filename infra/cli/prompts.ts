/**
 * Questions to somebody at a terminal. They are drawn on standard error, for standard output is the result's, and
 * the library that draws them is loaded when there is something to ask.
 */
import type { InputStream, OutputStream, Prompts } from './surroundings.ts';

export function terminalPrompts(input: InputStream, output: OutputStream): Prompts {
  const context = { input, output };
  return {
    canAsk: input.isTTY === true && output.isTTY === true,
    async confirm(message, byDefault = false) {
      const { confirm } = await import('./questions.ts');
      return confirm({ message, default: byDefault }, context);
    },
    async secret(message) {
      const { password } = await import('./questions.ts');
      // Without a toggle: a key that shows the secret would be pressed by mistake before an audience.
      return password({ message, toggleMask: false }, context);
    },
  };
}
