/**
 * Hands apps over to a queue, in batches, so that many functions scan what one could not in a minute.
 *
 * A message holds names and configs, and no token: whoever works it off reads the tokens anew. It says when it was
 * made, for a batch that waits for a minute is worthless: the next scan has sent the same apps again.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { App } from './config/read.ts';
import { AppError, describeError, ScanError } from './errors.ts';
import type { EventLog } from './events.ts';
import { readConfig } from './scan-apps.ts';

/** What one function scans in a few seconds with a seventh of a core: see docs/scale.md. */
const APPS_IN_BATCH = 100;
/** SQS takes 256 KiB a message, and a parameter holds 4 KB: these are counted in characters, most of which are one byte. */
const CHARACTERS_IN_BATCH = 60_000;

const message = z.object({
  /** Epoch milliseconds. */
  sentAt: z.number(),
  /** Configs by Heroku app name, as they were written. */
  apps: z.record(z.string(), z.string()),
});

export type Batch = z.infer<typeof message>;

/** @returns null where the text is no batch's */
export function readBatch(text: string): Batch | null {
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export interface BatchesOptions {
  /** Called at the first batch: most scans have none. */
  readonly client: () => SQSClient;
  readonly queueUrl: string;
  readonly now: () => number;
  readonly log: EventLog;
  /** Aborts when there is no more time to send. */
  readonly giveUp: AbortSignal;
}

export class Batches {
  readonly #options: BatchesOptions;
  readonly #sending: Promise<void>[] = [];
  #apps = new Map<string, string>();
  #characters = 0;
  #unsent = 0;
  #problem = '';

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /**
   * Takes apps in, and sends each batch that is full.
   *
   * @returns those whose config is wrong: nobody else need find that out
   */
  add(apps: readonly App[]): App[] {
    const left: App[] = [];
    for (const [app, parameter] of apps) {
      if ('problem' in parameter || !isValid(app, parameter)) {
        left.push([app, parameter]);
        continue;
      }
      const characters = app.length + parameter.value.length;
      if (this.#apps.size >= APPS_IN_BATCH || this.#characters + characters > CHARACTERS_IN_BATCH) {
        this.#flush();
      }
      this.#apps.set(app, parameter.value);
      this.#characters += characters;
    }
    return left;
  }

  /**
   * Sends what is left, and waits for all.
   *
   * @returns how many batches have been sent; undefined where there was none to send
   * @throws ScanError where there were some, and not one could be sent
   */
  async close(): Promise<number | undefined> {
    this.#flush();
    if (this.#sending.length === 0) return undefined;
    await Promise.all(this.#sending);
    const sent = this.#sending.length - this.#unsent;
    if (sent === 0) {
      throw new ScanError(`Not one of ${this.#sending.length} batches could be sent: ${this.#problem}.`);
    }
    return sent;
  }

  #flush(): void {
    const apps = this.#apps;
    if (apps.size === 0) return;
    this.#apps = new Map();
    this.#characters = 0;
    this.#sending.push(this.#send(apps));
  }

  async #send(apps: ReadonlyMap<string, string>): Promise<void> {
    const { client, queueUrl, now, log, giveUp } = this.#options;
    const batch: Batch = { sentAt: now(), apps: Object.fromEntries(apps) };
    try {
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(batch) });
      await client().send(command, { abortSignal: giveUp });
    } catch (error) {
      this.#unsent++;
      this.#problem ||= describeError(error);
      log.emit({
        event: 'BatchDropped',
        reason: 'not-sent',
        apps: [...apps.keys()],
        message: `The batch could not be sent to the queue: ${describeError(error)}. The next scan sends these apps again.`,
      });
    }
  }
}

function isValid(...[app, parameter]: App): boolean {
  try {
    readConfig(app, parameter);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
