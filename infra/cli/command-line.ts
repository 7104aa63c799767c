/**
 * The one way in which commands speak: what was found goes to standard output, as text or, with `--json`, as one
 * JSON document; everything else (questions, changes that are about to be made, notes, errors) to standard error,
 * so that a script reads nothing but the result. Secrets that a command has held are taken out of all of it.
 */
import { type Paint, paintFor } from '../local/show/paint.ts';
import { type CommandError, EXIT, type ExitCode } from './errors.ts';
import type { OutputStream, Surroundings } from './surroundings.ts';

/** What a command has found or done. */
export interface Report {
  /** What `--json` prints. */
  readonly document: unknown;
  /** What a person reads, lines without a newline at the end. */
  readonly text: (drawing: Drawing) => string;
  /** Done, unless said otherwise. */
  readonly exitCode?: ExitCode;
}

/** How text is drawn: what the terminal can show. */
export interface Drawing {
  readonly paint: Paint;
  /** Characters to a line. */
  readonly width: number;
}

/** What every command's options hold. */
export interface CommonOptions {
  readonly json?: true | undefined;
}

const WIDTH_WHERE_UNKNOWN = 100;

export class CommandLine {
  readonly surroundings: Surroundings;
  /** What the shell is told in the end. */
  exitCode: ExitCode = EXIT.done;
  readonly #secrets = new Set<string>();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs a command, and prints what it has found. @throws what `work` throws */
  async report({ json }: CommonOptions, work: () => Promise<Report>): Promise<void> {
    const { stdout } = this.surroundings;
    const { document, text, exitCode = EXIT.done } = await work();
    this.exitCode = exitCode;
    const said = json ? JSON.stringify(document, undefined, 2) : text(drawingFor(stdout));
    if (said !== '') stdout.write(`${this.#withhold(said)}\n`);
  }

  /** Says something that is not the result, on standard error. */
  note(text: (drawing: Drawing) => string): void {
    const { stderr } = this.surroundings;
    stderr.write(`${this.#withhold(text(drawingFor(stderr)))}\n`);
  }

  /** Says why a command did not come to its end. */
  fail(error: CommandError, { json }: CommonOptions): void {
    this.exitCode = error.exitCode;
    this.note(({ paint }) => `${paint('red', 'error:')} ${error.message}`);
    if (json) {
      const document = { error: { message: error.message, exitCode: error.exitCode } };
      this.surroundings.stdout.write(`${this.#withhold(JSON.stringify(document, undefined, 2))}\n`);
    }
  }

  /** From now on, this is taken out of whatever is said. */
  keepSecret(secret: string): void {
    if (secret !== '') this.#secrets.add(secret);
  }

  #withhold(text: string): string {
    let said = text;
    for (const secret of this.#secrets) said = said.replaceAll(secret, '(withheld)');
    return said;
  }
}

export function drawingFor(stream: OutputStream): Drawing {
  return { paint: paintFor(stream), width: stream.columns ?? WIDTH_WHERE_UNKNOWN };
}
