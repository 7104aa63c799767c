/** Listens on the event bus as a user's own program would: by a rule for everything from this source. */
import type { WrittenEvent } from './deployed-function.ts';
import type { Stage } from './stage.ts';

/** An event as EventBridge hands it on. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: WrittenEvent;
}

const LOG_GROUP = '/aws/events/spy';

export class EventSpy {
  readonly #stage: Stage;

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async start(stage: Stage): Promise<EventSpy> {
    const { terminal } = stage;
    await terminal.run(`aws logs create-log-group --log-group-name ${LOG_GROUP}`);
    await terminal.run(`aws events put-rule --name spy --event-pattern '{"source":["whacamole"]}'`);
    const target = `Id=log,Arn=arn:aws:logs:us-east-1:123456789012:log-group:${LOG_GROUP}`;
    await terminal.run(`aws events put-targets --rule spy --targets ${target}`);
    return new EventSpy(stage);
  }

  async events(): Promise<BusEvent[]> {
    const { events } = await this.#stage.terminal.ask<{ events: { message: string }[] }>(
      `aws logs filter-log-events --log-group-name ${LOG_GROUP}`,
    );
    return events.map(({ message }) => JSON.parse(message));
  }
}
