import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { editFileWith, editorOf } from '../../../infra/cli/edit-file.ts';

async function writeDraft(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whacamole test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'shop.json');
  await writeFile(path, text);
  return path;
}

it('is the one that is set, or the one that is always there', () => {
  expect(editorOf({ VISUAL: 'code --wait', EDITOR: 'vi' }, 'linux')).toBe('code --wait');
  expect(editorOf({ VISUAL: '', EDITOR: 'nano' }, 'linux')).toBe('nano');
  expect(editorOf({}, 'darwin')).toBe('vi');
  expect(editorOf({}, 'win32')).toBe('notepad');
});

it('comes with its arguments, and edits the file', async () => {
  const path = await writeDraft('one');
  await editFileWith({ ...process.env, VISUAL: "sed -i.old 's/one/two/'" })(path);
  expect(await readFile(path, 'utf8')).toBe('two');
});

it('says so where it fails', async () => {
  const path = await writeDraft('one');
  await expect(editFileWith({ ...process.env, VISUAL: 'false' })(path)).rejects.toThrow(
    'The editor false ended with status 1. Set VISUAL or EDITOR to one that works, as in EDITOR=nano.',
  );
});
