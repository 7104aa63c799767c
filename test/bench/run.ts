/**
 * `npm run bench`: how much a scan costs, as ratios against something. Absolute figures are this machine's; the
 * ratios should be much the same anywhere.
 */
import { benchColdStart } from './cold-start.ts';
import { benchLogReading } from './log-reading.ts';
import { benchReplay } from './replay.ts';
import { printTable } from './table.ts';
import { benchWholeScan } from './whole-scan.ts';

printTable([
  ...benchLogReading(),
  ...(await benchReplay()),
  ...(await benchWholeScan()),
  ...(await benchColdStart()),
]);
console.log(
  '\nTargets: log reading of a busy app at least 3 × (a); a replay of a busy app at most 2 × (e); a whole scan at ' +
    'most 2 × (c);\nuntil the function is loaded at most 2.5 × (d); bundle and peak memory at most what they are compared with.',
);
