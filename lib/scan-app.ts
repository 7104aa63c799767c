/**
 * One app, from its log to its restarts: what is seen of its dynos, which are over, and what becomes of those.
 */
import type { Rules } from './config/app-config.ts';
import { assess, type Candidate, unmeasurable } from './decide.ts';
import { AppError } from './errors.ts';
import type { EventLog } from './events.ts';
import { observe, type Watch } from './observe.ts';
import { restartCandidates, saySpared } from './restart.ts';
import { type DynoSamples, Sightings } from './sightings.ts';
import { sizeOf } from './thresholds.ts';

/** Timers are no more exact than that. */
const TIME_IS_UP_MS = 50;

/**
 * @param onDynos told of how many dynos there was a fresh sample, before any of them is restarted
 * @throws AppError once all that can be done has been done
 */
export async function scanApp(
  watch: Omit<Watch, 'sightings'>,
  onDynos: (dynos: number) => void,
): Promise<void> {
  const { config, api, memory, surroundings, deadline } = watch;
  const { app, rules } = config;
  const { clock, log } = surroundings;
  const samplesKept = Math.max(...[...rules.values()].map(({ sustainedSamples }) => sustainedSamples));
  const sightings = new Sightings(memory, samplesKept);

  const { dynos, silent, problem } = await observe({ ...watch, sightings }).catch((error) => {
    if (error instanceof AppError && error.reason !== 'rate-limited') noteTurn(watch);
    throw error;
  });

  // What earlier scans heard may be of a type that the config no longer names.
  const watched = (samples: DynoSamples) => {
    const rule = rules.get(samples[0].type);
    return rule === undefined ? [] : [{ samples, rule }];
  };
  const now = clock.now();
  const fresh = sightings.fresh(now);
  // The last word of a dyno that fell silent is worth an event only where it is still there.
  const listed = new Set(dynos?.map(({ name }) => name));
  const silenced = sightings.stale(now).filter(([newest]) => listed.has(newest.process));
  sightings.forget(now, rules);

  onDynos(fresh.length);
  noteTurn(watch);
  for (const { samples, rule } of fresh.flatMap(watched)) saySize(samples, rule, app, log);
  if (silent !== undefined) log.emit({ event: 'NoSamples', app, ...silent });

  const candidates: Candidate[] = [];
  const problems: string[] = [];
  for (const { samples, rule } of [...fresh, ...silenced].flatMap(watched)) {
    const problemOfDyno = unmeasurable(samples, rule);
    if (problemOfDyno !== null) problems.push(problemOfDyno);
    const assessment = assess(samples, rule, now);
    switch (assessment.kind) {
      case 'fine':
        break;
      case 'over':
        candidates.push(assessment.candidate);
        break;
      case 'spared':
        saySpared(assessment, app, log);
        break;
      default:
        assessment satisfies never;
    }
  }
  await restartCandidates(candidates, config, api, surroundings, deadline);

  if (problem !== undefined) throw problem;
  if (problems.length > 0)
    throw new AppError('config', `The config does not fit the samples: ${problems.join('; ')}.`);
}

/**
 * The app has had its turn, whatever came of it: one that always fails must not come first for ever. One that the scan
 * has run out of time for has not.
 */
function noteTurn({ memory, surroundings: { clock }, deadline }: Omit<Watch, 'sightings'>): void {
  if (deadline.left > TIME_IS_UP_MS) memory.watchedAt = clock.now();
}

function saySize([newest]: DynoSamples, { measure }: Rules, app: string, log: EventLog): void {
  const { process, dyno, swap, quota, total } = newest;
  const size = sizeOf(newest, measure) ?? total;
  log.emit({ event: 'DynoSize', app, process, dyno, size, units: 'MB', swap, quota });
}
