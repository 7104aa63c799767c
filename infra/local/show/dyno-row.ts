/** One dyno as the live table shows it. */
export interface DynoRow {
  readonly app: string;
  /** `web.1` */
  readonly process: string;
  /** UUID. */
  readonly dyno: string;
  /** By the measure that its rules compare, MB. */
  readonly size: number;
  /** MB. */
  readonly threshold: number;
  /** MB. */
  readonly quota: number | undefined;
  /** As Heroku lists it; `old`: alive and logging, and no longer listed. */
  readonly state: string;
  readonly uptimeSeconds: number | undefined;
}
