/**
 * What there is to look at: a dashboard, saved queries and alarms. The pictures are drawn from the logs, by Logs
 * Insights: a custom metric for each dyno would cost more than everything else here together.
 */

import { Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  type IAlarm,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { createAlarms } from './alarms.ts';
import { DASHBOARD_QUERIES, SAVED_QUERIES } from './queries.ts';

export interface MonitoringProps {
  /** The function that scans. */
  readonly scan: IFunction;
  /** Where it writes its events, and Lambda its reports. */
  readonly logGroup: ILogGroup;
  /** Whole minutes from one scan to the next: what the alarms count in. */
  readonly scanEveryMinutes: number;
  /** Address that the alarms write to, if any. */
  readonly alarmEmail: string | undefined;
  /** Whether there are batches, which may be dropped. */
  readonly fansOut: boolean;
}

/** Columns of a dashboard. */
const FULL_WIDTH = 24;

export class Monitoring extends Construct {
  /** Generated name of the dashboard. */
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const alarms = createAlarms(this, props);
    this.dashboardName = this.#createDashboard(props.logGroup, alarms).dashboardName;
    this.#createSavedQueries(props.logGroup);
  }

  #createDashboard(logGroup: ILogGroup, alarms: readonly IAlarm[]): Dashboard {
    const widget = (
      title: string,
      query: keyof typeof DASHBOARD_QUERIES,
      view: LogQueryVisualizationType,
      width: number,
      height = 6,
    ): LogQueryWidget =>
      new LogQueryWidget({
        title,
        logGroupNames: [logGroup.logGroupName],
        queryString: DASHBOARD_QUERIES[query],
        view,
        width,
        height,
      });
    const { LINE, BAR, TABLE } = LogQueryVisualizationType;
    const half = FULL_WIDTH / 2;
    const third = FULL_WIDTH / 3;

    return new Dashboard(this, 'Dashboard', {
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: FULL_WIDTH, height: 2 })],
        [widget('Memory per dyno, and restarts (MB)', 'memory', LINE, FULL_WIDTH, 9)],
        [
          widget('Restarts per app and day', 'restartsByDay', BAR, half),
          widget('Over the threshold and yet spared, by reason', 'sparedByReason', BAR, half),
        ],
        [widget('Failures', 'failures', TABLE, FULL_WIDTH)],
        [
          widget('Duration of a run (ms; it ends at 55,000)', 'scanDuration', LINE, third),
          widget('Memory of the scan (MB)', 'scanMemory', LINE, third),
          widget('Heroku requests left (of 4,500), and requests a scan', 'herokuRequestsLeft', LINE, third),
        ],
      ],
    });
  }

  #createSavedQueries(logGroup: ILogGroup): void {
    for (const { id, title, query } of SAVED_QUERIES) {
      new CfnQueryDefinition(this, id, {
        // Names of saved queries are the account's: the stack's own name keeps two copies apart.
        name: `${Stack.of(this).stackName}/${title}`,
        queryString: query,
        logGroupNames: [logGroup.logGroupName],
      });
    }
  }
}
