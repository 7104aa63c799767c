/**
 * `npm run bench`: how much a scan costs, as ratios against something. Absolute figures are this machine's; the
 * ratios should be much the same anywhere.
 */
import { benchColdStart } from './cold-start.ts';
import { writeCostsPage } from './costs.ts';
import { benchLogReading } from './log-reading.ts';
import { readMeasured } from './measured.ts';
import { benchReplay } from './replay.ts';
import { benchScale } from './scale.ts';
import { printTable } from './table.ts';
import { benchWholeScan } from './whole-scan.ts';

async function benchAll(): Promise<void> {
  printTable([
    ...benchLogReading(),
    ...(await benchReplay()),
    ...(await benchWholeScan()),
    ...(await benchColdStart()),
  ]);
  console.log(
    '\nTargets: log reading of a busy app at least 3 × (a); a replay at most 2 × (e);\n' +
      'a whole scan at most 2 × (c); until the function is loaded at most 2.5 × (d); bundle and peak memory at ' +
      'most what they are compared with.',
  );
}

const [what] = process.argv.slice(2);
switch (what) {
  case undefined:
    await benchAll();
    break;
  case 'scale':
    await benchScale();
    break;
  case 'costs':
    writeCostsPage(readMeasured());
    break;
  default:
    console.error(`Expected "scale", "costs", or nothing for all the others; found "${what}".`);
    process.exitCode = 2;
}
