/** What a run has come to: counted from the function's own events, and told at its end. */
import { count, type Said } from './said.ts';

export class Tally {
  /** Scans that have ended, well or not. */
  minutes = 0;
  restarts = 0;
  failures = 0;
  /** Scans that rejected. */
  rejections = 0;
  herokuRequests = 0;
  /** Sizes above the dyno's quota: each is a minute, or about, that a dyno has spent swapping. */
  minutesOverQuota = 0;
  notHelping = 0;
  /** How often each reason was given. */
  readonly spared = new Map<string, number>();

  add(event: Said): void {
    switch (event.event) {
      case 'DynoSize':
        if (event.quota !== undefined && event.size > event.quota) this.minutesOverQuota++;
        break;
      case 'DynoRestart':
        this.restarts++;
        break;
      case 'DynoSpared':
        this.spared.set(event.reason, (this.spared.get(event.reason) ?? 0) + 1);
        break;
      case 'RestartFailed':
      case 'AppFailed':
        this.failures++;
        break;
      case 'RestartsNotHelping':
        this.notHelping++;
        break;
      case 'ScanDone':
      case 'BatchDone':
        this.herokuRequests += event.herokuRequests;
        break;
      case 'NoSamples':
      case 'BatchDropped':
      case 'BudgetLow':
      case 'BusFailed':
        break;
      default:
        event satisfies never;
    }
  }

  get inShort(): string {
    const failures = count(this.failures + this.rejections, 'failure');
    return `${count(this.restarts, 'restart')}, ${this.#sparedInAll} spared, ${failures}`;
  }

  summary(): string[] {
    const reasons = [...this.spared].sort(([, one], [, other]) => other - one);
    const rows: [name: string, value: string][] = [
      ['minutes', String(this.minutes)],
      ['restarts', String(this.restarts)],
      ['spared', String(this.#sparedInAll)],
      ...reasons.map(([reason, times]): [string, string] => [`  ${reason}`, String(times)]),
      ['failures', String(this.failures)],
      ['over quota', `${count(this.minutesOverQuota, 'minute')} of dynos above their memory quota`],
      ['requests', `${this.herokuRequests} to Heroku's Platform API`],
    ];
    if (this.notHelping > 0) rows.push(['not helping', count(this.notHelping, 'time')]);
    if (this.rejections > 0) rows.push(['scans failed', String(this.rejections)]);
    return ['Summary', ...rows.map(([name, value]) => `  ${name.padEnd(20)}${value}`)];
  }

  get #sparedInAll(): number {
    return [...this.spared.values()].reduce((sum, times) => sum + times, 0);
  }
}
