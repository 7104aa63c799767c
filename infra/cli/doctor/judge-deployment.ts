/** From what AWS says of the deployment to its checks. Pure. */
import { span } from '../time.ts';
import type { DeploymentFacts, FunctionFacts, LastScanFacts, ScheduleFacts } from './ask-deployment.ts';
import { type Check, checksOf, type Finding, note, ok, problem } from './checks.ts';

export interface DeploymentContext {
  readonly stack: string;
  /** Where this command reads configs and tokens. */
  readonly parameterPrefix: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function judgeDeployment(facts: DeploymentFacts, context: DeploymentContext): Check[] {
  return [
    ...checksOf('stack', facts.stack, () => ok(`${context.stack} is there`)),
    ...checksOf('function', facts.function, (found) => judgeFunction(found, context)),
    ...checksOf('schedule', facts.schedule, judgeSchedule),
    ...checksOf('table', facts.table, ({ name, status }) =>
      status === 'ACTIVE' ? ok(`${name} answers`) : problem(`${name} is ${status}: nothing can be restarted`),
    ),
    ...checksOf('last scan', facts.lastScan, (found) => judgeLastScan(found, context)),
  ];
}

function judgeFunction(
  { name, state, reservedConcurrency, parameterPrefix }: FunctionFacts,
  context: DeploymentContext,
): Finding[] {
  const findings: Finding[] = [];
  if (reservedConcurrency === 0) {
    findings.push(
      problem(
        `${name} has a reserved concurrency of 0: it never runs`,
        `aws lambda delete-function-concurrency --function-name ${name}`,
      ),
    );
  }
  // Lambda puts one to sleep that has not run for weeks, and wakes it at its next run.
  if (state !== 'Active' && state !== 'Inactive') {
    findings.push(problem(`${name} is in state ${state}: deploy it again`, 'npm run deploy'));
  }
  if (parameterPrefix !== context.parameterPrefix) {
    findings.push(
      problem(
        `${name} reads its apps under ${parameterPrefix}, and these are under ${context.parameterPrefix}`,
        `npx whacamole doctor --prefix ${parameterPrefix}`,
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [ok(`${name} can run, and reads its apps under ${parameterPrefix}`)];
}

function judgeSchedule({ name, enabled, expression }: ScheduleFacts): Finding {
  if (enabled) return ok(`${expression}, enabled`);
  return problem(
    `${name} (${expression}) is disabled: nothing is scanned`,
    // Whatever an update leaves out is taken away.
    `aws scheduler update-schedule --name ${name} --state ENABLED --schedule-expression '${expression}' ` +
      `--flexible-time-window Mode=OFF --target "$(aws scheduler get-schedule --name ${name} --query Target --output json)"`,
  );
}

function judgeLastScan({ lookedBackMs, logGroup, scan }: LastScanFacts, { now }: DeploymentContext): Finding {
  if (scan === undefined) {
    return problem(
      `none was done in the last ${span(lookedBackMs)}: the function does not run, or fails`,
      `aws logs tail ${logGroup} --since 1h`,
    );
  }
  const said = `${span(now - scan.at)} ago, of ${scan.apps} ${scan.apps === 1 ? 'app' : 'apps'}`;
  if (scan.failures === 0) return ok(said);
  return note(
    `${said}, with ${scan.failures} ${scan.failures === 1 ? 'failure' : 'failures'}`,
    `aws logs tail ${logGroup} --since 10m --filter-pattern '{ $.event = "*Failed" }'`,
  );
}
