/** The tables of docs/scale.md, made of what was measured: they stand between two marks, and nothing else does. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Measured, MeasuredScan } from './measured.ts';
import { overOf } from './scale-fleet.ts';

const PAGE = new URL('../../docs/scale.md', import.meta.url);
const BEGIN = '<!-- measured: npm run bench -- scale -->';
const END = '<!-- end of what is measured -->';

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);

function onceEach({ restarted, twice }: { restarted: number; twice: number }, apps: number): string {
  return `${restarted} of ${overOf(apps)}, ${twice === 0 ? 'each once' : `${twice} of them twice`}`;
}

function row(scan: MeasuredScan, what = scan.cold ? 'first' : 'next'): string {
  const { apps, wallMs, cpuMs, peakMb, requestsPerApp } = scan;
  const cells = [
    ...[apps, what, seconds(wallMs), Math.round(cpuMs), (cpuMs / apps).toFixed(1)],
    ...[Math.round(peakMb), requestsPerApp.toFixed(2), onceEach(scan, apps)],
  ];
  return `| ${cells.join(' | ')} |`;
}

export function scaleTables({ at, machine, alone, busy, queue }: Measured): string {
  const through: [string, string][] = [
    ['apps, batches, workers', `${queue.apps}, ${queue.batches}, ${queue.workers} processes`],
    ['until the last batch was sent', `${seconds(queue.sentMs)} s`],
    ['until the last batch was scanned', `${seconds(queue.scannedMs)} s`],
    [
      'the function that sends',
      `${Math.round(queue.sendingCpuMs)} ms CPU, ${Math.round(queue.sendingPeakMb)} MB at its peak`,
    ],
    [
      'the workers',
      `${(queue.workersCpuMs / queue.apps).toFixed(1)} ms CPU an app, ${Math.round(queue.workerPeakMb)} MB at their peak`,
    ],
    ['longest batch', `${seconds(queue.longestBatchMs)} s`],
    ['Heroku requests an app', queue.requestsPerApp.toFixed(2)],
    ['dynos restarted', onceEach(queue, queue.apps)],
  ];
  return [
    `Measured on ${at.slice(0, 10)}, on ${machine}.`,
    '',
    '| apps | scan | wall s | CPU ms | CPU ms an app | peak MB | Heroku requests an app | dynos restarted |',
    '| --: | --- | --: | --: | --: | --: | --: | --- |',
    ...alone.map((scan) => row(scan)),
    row(busy, 'next, busy'),
    '',
    '| ten thousand, through the queue | |',
    '| --- | --- |',
    ...through.map(([what, value]) => `| ${what} | ${value} |`),
  ].join('\n');
}

/** The page, its tables replaced. */
export function withTables(page: string, tables: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end === -1) throw new Error(`Expected docs/scale.md to hold "${BEGIN}" and "${END}"`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${page.slice(end)}`;
}

export function readScalePage(): string {
  return readFileSync(PAGE, 'utf8');
}

export function writeScalePage(measured: Measured): void {
  writeFileSync(PAGE, withTables(readScalePage(), scaleTables(measured)));
}
