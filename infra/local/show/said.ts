/**
 * What the function said, read back from its lines, and put into words for a person: the name of each event and
 * its fields stay those that CloudWatch would show.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Event } from '../../../lib/events.ts';
import type { Style } from './paint.ts';

/** An event as it was written. */
export type Said = Event & { readonly at: string };

export interface Telling {
  readonly app: string;
  readonly process: string;
  /** `1045/1000 MB`: size and threshold, as far as the event names them. */
  readonly size: string;
  /** What happened, in a word or two. */
  readonly what: string;
  /** The reason, in the event's own words. */
  readonly why: string;
  readonly style: Style;
}

export function readSaid(line: string): Said {
  return JSON.parse(line);
}

/** `12:03:00`, UTC. */
export function timeOfDay(at: string | number): string {
  return new Date(at).toISOString().slice(11, 19);
}

export function tell(event: Said): Telling {
  switch (event.event) {
    case 'DynoSize':
      return {
        ...about(event.app, event.process),
        size: `${megabytes(event.size)}${event.quota === undefined ? '' : `/${megabytes(event.quota)}`} MB`,
        what: 'size',
        style: 'dim',
      };
    case 'DynoRestart':
      return {
        ...about(event.app, event.process),
        size: `${megabytes(event.size)}/${megabytes(event.threshold)} MB`,
        what: 'restarted',
        why: `${event.reason}: its ${event.measure} is over its threshold`,
        style: ['bold', 'green'],
      };
    case 'DynoSpared':
      return {
        ...about(event.app, event.process),
        size: `${megabytes(event.size)}/${megabytes(event.threshold)} MB`,
        what: 'spared',
        why: `${event.reason}: ${plain(event.message)}`,
        style: 'yellow',
      };
    case 'RestartFailed':
      return {
        ...about(event.app, event.process),
        what: 'not restarted',
        why: `${event.status ?? 'no answer'}: ${plain(event.message)}`,
        style: 'red',
      };
    case 'RestartsNotHelping':
      return {
        ...about(event.app, event.process),
        size: `${megabytes(event.size)} MB`,
        what: 'not helping',
        why: plain(event.message),
        style: 'magenta',
      };
    case 'NoSamples': {
      const [first = '', ...others] = event.processes;
      return {
        ...about(event.app, others.length === 0 ? first : `${first} +${others.length}`),
        what: 'not heard of',
        why: plain(event.message),
        style: 'red',
      };
    }
    case 'AppFailed':
      return {
        ...about(event.app, ''),
        what: 'failed',
        why: `${event.reason}: ${plain(event.message)}`,
        style: 'red',
      };
    case 'BudgetLow':
      return { ...about('', ''), what: 'budget low', why: plain(event.message), style: 'yellow' };
    case 'BusFailed':
      return { ...about('', ''), what: 'bus failed', why: plain(event.message), style: 'red' };
    case 'BatchDropped':
      return {
        ...about('', ''),
        what: 'batch dropped',
        why: `${event.reason}: ${count(event.apps.length, 'app')}. ${plain(event.message)}`,
        style: 'red',
      };
    case 'BatchDone':
    case 'ScanDone':
      return {
        ...about('', ''),
        what: 'done',
        why:
          `${count(event.apps, 'app')}, ${count(event.dynos, 'dyno')}, ${count(event.restarts, 'restart')}, ` +
          `${event.spared} spared, ${count(event.failures, 'failure')}; ` +
          `${count(event.herokuRequests, 'request')} to Heroku, ${event.durationMs} ms`,
        style: 'dim',
      };
    default:
      event satisfies never;
      return { ...about('', ''), what: 'said', why: plain(JSON.stringify(event)), style: 'dim' };
  }
}

/** The invocation itself has failed: Lambda would count an error. */
export function tellRejection(message: string): Telling {
  return { ...about('', ''), what: 'scan failed', why: plain(message), style: ['bold', 'red'] };
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

export function megabytes(size: number): string {
  return String(Math.round(size));
}

/** What others wrote may hold anything; a terminal is to show it, not to obey it. Every character is a column wide. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2192]/gu, '?');
}

function about(app: string, process: string): Omit<Telling, 'what' | 'style'> {
  return { app: plain(app), process: plain(process), size: '', why: '' };
}
