/**
 * The entry of the command line: hands the process over to program.ts, and nothing else.
 */
import { awsClients } from './aws.ts';
import { editFileWith } from './edit-file.ts';
import { run } from './program.ts';
import { terminalPrompts } from './prompts.ts';

const { stdin, stdout, stderr, env: environment } = process;

// Whoever reads no further (`| head`) has seen enough.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const code = await run(process.argv.slice(2), {
  ...{ stdin, stdout, stderr, environment, fetch },
  now: () => Date.now(),
  aws: awsClients(environment),
  prompts: terminalPrompts(stdin, stderr),
  editFile: editFileWith(environment),
});
// Connections that are kept for later must not keep the process.
stdout.write('', () => process.exit(code));
