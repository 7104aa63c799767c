/**
 * Somebody's own editor: `$VISUAL`, `$EDITOR`, or the one that is always there. It may come with arguments
 * (`code --wait`), so a shell starts it, as it does for git.
 */
import { spawn } from 'node:child_process';
import { CommandError } from './errors.ts';
import type { Environment } from './surroundings.ts';

export function editorOf(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  return environment.VISUAL || environment.EDITOR || (platform === 'win32' ? 'notepad' : 'vi');
}

export function editFileWith(environment: Environment): (path: string) => Promise<void> {
  return async (path) => {
    const editor = editorOf(environment);
    const child = spawn(`${editor} "${path}"`, {
      shell: true,
      env: { ...environment },
      // Standard output is the result's, and may be a pipe.
      stdio: ['inherit', 2, 2],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code === 0) return;
    throw new CommandError(
      `The editor ${editor} ended with status ${code}. Set VISUAL or EDITOR to one that works, as in EDITOR=nano.`,
    );
  };
}
