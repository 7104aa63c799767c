/**
 * One line an event, for pipes, logs and those who like to search: time, event, app, process, size against
 * threshold, and why. The sizes of an app's dynos share a line, or there would be nothing else to see.
 */
import { type Paint, pad } from './paint.ts';
import { megabytes, plain, type Said, tell, tellRejection, timeOfDay } from './said.ts';
import type { Show } from './show.ts';

type Size = Extract<Said, { event: 'DynoSize' }>;

export interface PlainOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly title: string;
  readonly notice: string;
}

export class PlainShow implements Show {
  readonly #options: PlainOptions;
  readonly #sizes = new Map<string, Size[]>();
  #minute = 0;

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#print(`Whacamole: ${plain(this.#options.title)}`);
    this.#print(`${plain(this.#options.notice)} Ctrl-C ends it.`);
  }

  scanBegins(minute: number): void {
    this.#minute = minute;
  }

  said(event: Said): void {
    if (event.event === 'DynoSize') {
      const sizes = this.#sizes.get(event.app) ?? [];
      this.#sizes.set(event.app, [...sizes, event]);
      return;
    }
    for (const app of [...this.#sizes.keys()]) {
      if (event.event === 'ScanDone' || ('app' in event && event.app === app)) this.#printSizes(app);
    }
    const { app, process, size, why, style } = tell(event);
    const about =
      event.event === 'ScanDone' ? [`minute ${this.#minute}: ${why}`] : [columns(app, process, size), why];
    this.#print(this.#options.paint(style, [head(event.at, event.event), ...about].join(' ').trimEnd()));
  }

  scanEnds(): void {
    for (const app of [...this.#sizes.keys()]) this.#printSizes(app);
  }

  rejected(at: number, message: string): void {
    const { why, style } = tellRejection(message);
    this.#print(this.#options.paint(style, `${head(at, 'ScanFailed')} minute ${this.#minute}: ${why}`));
  }

  ending(): void {
    this.#print('Ending. Ctrl-C again ends it at once.');
  }

  end(summary: readonly string[]): void {
    for (const text of ['', ...summary]) this.#print(text);
  }

  #printSizes(app: string): void {
    const sizes = this.#sizes.get(app) ?? [];
    this.#sizes.delete(app);
    const [first] = sizes;
    if (first === undefined) return;
    const each = sizes.map(({ process, size }) => `${plain(process)} ${megabytes(size)}`);
    const text = `${plain(app).padEnd(9)} ${each.join(', ')} MB`;
    this.#print(this.#options.paint('dim', `${head(first.at, 'DynoSize')} ${text}`));
  }

  #print(text: string): void {
    this.#options.write(`${text}\n`);
  }
}

/** The events as the function writes them, for another program: everything else goes to standard error. */
export class JsonShow implements Show {
  readonly #write: (text: string) => void;
  readonly #writeError: (text: string) => void;

  readonly #notice: string;

  constructor(write: (text: string) => void, writeError: (text: string) => void, notice: string) {
    this.#write = write;
    this.#writeError = writeError;
    this.#notice = notice;
  }

  begin(): void {
    this.#writeError(`${plain(this.#notice)}\n`);
  }

  scanBegins(): void {}

  said(_event: Said, line: string): void {
    this.#write(line);
  }

  scanEnds(): void {}

  rejected(at: number, message: string): void {
    this.#writeError(`${head(at, 'ScanFailed')} ${plain(message)}\n`);
  }

  ending(): void {}

  end(summary: readonly string[]): void {
    this.#writeError(`${summary.join('\n')}\n`);
  }
}

function head(at: string | number, event: string): string {
  return `${timeOfDay(at)} ${event.padEnd(18)}`;
}

/** Wide enough for most, and never in the way of a longer name. */
function columns(app: string, process: string, size: string): string {
  return `${app.padEnd(9)} ${pad(process, Math.max(9, process.length))} ${size.padStart(12)} `;
}
