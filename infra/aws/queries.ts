/**
 * The Logs Insights queries of the dashboard and of the saved queries, as plain text, so that tests can run them
 * over what a scan really says. They lean on the events' own field names, and on the `platform.report` record
 * that Lambda writes after each run where the log format is JSON.
 */

const steps = (...lines: string[]): string => lines.join('\n| ');

/**
 * A line chart draws one line for each value of one field, so the app, the process and the kind of event are made
 * into one. A restart thus is a point of its own on the line of the sizes, just where it fell.
 */
const SIZES_AND_RESTARTS = 'filter event in ["DynoSize", "DynoRestart"]';

/** What the dashboard shows, by widget. */
export const DASHBOARD_QUERIES = {
  memory: steps(
    SIZES_AND_RESTARTS,
    'fields concat(app, " ", process, " ", event) as series',
    'stats max(size) as MB by bin(5m), series',
    'limit 10000',
  ),
  restartsByDay: steps('filter event = "DynoRestart"', 'stats count(*) as restarts by bin(1d), app'),
  sparedByReason: steps(
    'filter event = "DynoSpared"',
    'stats count(*) as spared by reason',
    'sort spared desc',
  ),
  failures: steps(
    'filter event in ["AppFailed", "NoSamples", "RestartFailed", "RestartsNotHelping", "BudgetLow", "BatchDropped", "BusFailed"]',
    'stats count(*) as times, latest(at) as last, latest(message) as says by app, event, reason',
    'sort times desc',
    'limit 100',
  ),
  scanDuration: steps(
    'filter type = "platform.report"',
    'stats max(record.metrics.durationMs) as longestMs, avg(record.metrics.durationMs) as averageMs by bin(5m)',
  ),
  scanMemory: steps(
    'filter type = "platform.report"',
    'stats max(record.metrics.maxMemoryUsedMB) as usedMB, max(record.metrics.memorySizeMB) as sizeMB by bin(5m)',
  ),
  herokuRequestsLeft: steps(
    'filter event in ["ScanDone", "BatchDone"]',
    'stats min(herokuRequestsLeft) as left, max(herokuRequests) as aScan by bin(5m)',
  ),
} as const;

/** A query that is kept in the account for people to open, change and run. */
export interface SavedQuery {
  /** The id of its resource in the template. */
  readonly id: string;
  /** What it is called in the console, below the stack's own folder. */
  readonly title: string;
  readonly query: string;
}

/** Saved queries ask for one app by this name: the console has the person write theirs in its place. */
export const PLACEHOLDER_APP = 'YOUR-APP';

/** As above, for one dyno: most apps have this one, so the query gives something as it stands. */
export const PLACEHOLDER_PROCESS = 'web.1';

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    id: 'WhyQuery',
    title: 'Why was this dyno restarted, or not',
    // What befell the whole app is shown as well: a dyno nobody could look at is not restarted either.
    query: steps(
      'fields @timestamp, event, process, size, threshold, reason, status, message, dyno',
      `filter app = "${PLACEHOLDER_APP}"`,
      `filter process = "${PLACEHOLDER_PROCESS}" or event in ["AppFailed", "NoSamples"]`,
      'sort @timestamp desc',
      'limit 1000',
    ),
  },
  {
    id: 'MemoryQuery',
    title: 'Memory of one app',
    query: steps(
      SIZES_AND_RESTARTS,
      `filter app = "${PLACEHOLDER_APP}"`,
      'fields concat(process, " ", event) as series',
      'stats max(size) as MB by bin(5m), series',
      'limit 10000',
    ),
  },
  {
    id: 'RestartsQuery',
    title: 'Restarts this week (choose 1w above)',
    query: steps(
      'filter event = "DynoRestart"',
      'stats count(*) as restarts, max(size) as largestMB, latest(at) as last by app, process',
      'sort restarts desc',
    ),
  },
  {
    id: 'NoSamplesQuery',
    title: 'Apps without samples',
    query: steps(
      'filter event = "NoSamples"',
      'stats count(*) as scans, latest(at) as last, latest(message) as whatToCheck by app',
      'sort scans desc',
    ),
  },
];
