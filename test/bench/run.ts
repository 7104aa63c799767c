/**
 * `npm run bench`: how much a scan costs, as ratios against something. Absolute figures are this machine's; the
 * ratios should be much the same anywhere.
 */
import { benchColdStart } from './cold-start.ts';
import { benchLogReading } from './log-reading.ts';
import { printTable } from './table.ts';
import { benchWholeScan } from './whole-scan.ts';

printTable([...benchLogReading(), ...(await benchWholeScan()), ...(await benchColdStart())]);
console.log(
  '\nTargets: log reading of a busy app at least 3 × (a); a whole scan at most 2 × (c); until the function is ' +
    'loaded at most\n2.5 × (d); bundle and peak memory at most what they are compared with.',
);
