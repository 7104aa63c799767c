/**
 * Asks Heroku for all that is checked of an app: seven requests at most, each of which may fail on its own. What
 * surprises: nothing is listened to. A history that is too short for a sample says that the app is busy, and the
 * function knows what to do about that.
 */
import * as z from 'zod/mini';
import type { Read } from '../../../lib/config/read.ts';
import { Deadline } from '../../../lib/deadline.ts';
import { readLogSession } from '../../../lib/heroku/log-session.ts';
import { MOST_LOG_LINES, PlatformApi } from '../../../lib/heroku/platform-api.ts';
import { RateBudget } from '../../../lib/heroku/rate-budget.ts';
import type { Sample } from '../../../lib/heroku/sample.ts';
import type { Claim } from '../../../lib/restart-items.ts';
import { readConfig } from '../../../lib/scan-apps.ts';
import { CommandError } from '../errors.ts';
import type { HerokuAccess } from '../heroku.ts';
import type { AppFacts, ConfigFacts, HerokuApp, LogFacts } from './app-facts.ts';
import type { OpenedToken } from './ask-token.ts';
import { afterwards, attempt, getFromHeroku } from './attempt.ts';
import { all, type Fact, failed, known, unasked } from './checks.ts';

export interface AppQuestions {
  readonly app: string;
  /** The app's parameter: `/whacamole/apps/shop`. */
  readonly parameter: string;
  /** What it holds; undefined where there is none. */
  readonly read: Read | undefined;
  readonly openToken: (name: string) => Promise<Fact<OpenedToken>>;
  readonly claims: (app: string) => Promise<Fact<readonly Claim[]>>;
  /** Told of a log session's URL: a secret. */
  readonly keepUrlSecret: (url: string) => void;
}

export interface OpenApp {
  readonly facts: AppFacts;
  /** What opens it; undefined where its token does not. */
  readonly access: HerokuAccess | undefined;
}

const NOT_SHOWN = 'Heroku does not show the app';

const ANSWER_LIMIT_MS = 30_000;
const HISTORY_LIMIT_MS = 20_000;
const LONGEST_HISTORY_BYTES = 16 * 1024 * 1024;

const herokuApp = z.object({
  maintenance: z.boolean(),
  // A string or an object, by API variant.
  generation: z.optional(z.nullable(z.union([z.string(), z.object({ name: z.string() })]))),
});
const feature = z.object({ enabled: z.boolean() });
const formation = z.array(z.object({ type: z.string(), quantity: z.number(), size: z.string() }));

/** Where the app's own questions go. */
interface Connection {
  /** `/apps/shop` */
  readonly path: string;
  readonly access: HerokuAccess;
  readonly api: PlatformApi;
}

export async function askApp(questions: AppQuestions): Promise<OpenApp> {
  const { app, openToken, claims, keepUrlSecret } = questions;
  const config = await readAppConfig(questions);
  const opened = await afterwards(config, 'its config is not valid', (own) => openToken(own.config.token));
  const heroku = await afterwards(opened, 'its token does not work', ({ access }) => askForApp(app, access));
  const connection = await connect(app, config, opened, heroku);
  const ask = <T>(question: (connection: Connection) => Promise<T>) =>
    afterwards(connection, NOT_SHOWN, (connected) => attempt(() => question(connected)));
  const [metrics, preboot, formationFound, dynos, log, restarts] = await Promise.all([
    ask(async (connected) => ({ ...(await getFeature('log-runtime-metrics', connected)), justNow: false })),
    ask(async (connected) => (await getFeature('preboot', connected)).enabled),
    ask(({ path, access }) => getFromHeroku(access, `${path}/formation`, formation)),
    ask(({ api }) => api.listDynos(new Deadline(ANSWER_LIMIT_MS))),
    ask((connected) => readHistory(connected, keepUrlSecret)),
    claims(app),
  ]);
  const token = opened.kind === 'known' ? known(opened.value.facts) : opened;
  const facts = {
    ...{ app, config, token, heroku, metrics, preboot, formation: formationFound, dynos, log },
    claims: restarts,
  };
  return { facts, access: connection.kind === 'known' ? connection.value.access : undefined };
}

function connect(
  app: string,
  config: Fact<ConfigFacts>,
  opened: Fact<OpenedToken>,
  heroku: Fact<HerokuApp>,
): Promise<Fact<Connection>> {
  return afterwards(all(heroku, opened, config), NOT_SHOWN, async ([{ generation }, { access }, own]) => {
    if (generation?.toLowerCase() === 'fir') return unasked('it is of the Fir generation');
    const { token: tokenName } = own.config;
    const api = new PlatformApi(app, {
      ...access,
      tokenName,
      budget: new RateBudget(),
      turns: (work) => work(),
    });
    return known({ path: `/apps/${app}`, access, api });
  });
}

async function readAppConfig({ app, parameter, read }: AppQuestions): Promise<Fact<ConfigFacts>> {
  if (read === undefined) {
    return failed(`there is no parameter ${parameter}`, `npx whacamole apps add ${app}`);
  }
  const text = 'value' in read ? read.value : '';
  return attempt(async () => ({ config: readConfig(app, read), text }), `npx whacamole apps edit ${app}`);
}

async function askForApp(app: string, access: HerokuAccess): Promise<Fact<HerokuApp>> {
  return attempt(
    async () => {
      const { maintenance, generation } = await getFromHeroku(access, `/apps/${app}`, herokuApp);
      const name = typeof generation === 'string' ? generation : (generation?.name ?? null);
      return { maintenance, generation: name };
    },
    `heroku apps:info --app ${app}`,
    `npx whacamole apps remove ${app}`,
  );
}

function getFeature(name: string, { path, access }: Connection): Promise<{ enabled: boolean }> {
  return getFromHeroku(access, `${path}/features/${name}`, feature);
}

/** @throws AppError, CommandError */
async function readHistory(
  { api, access }: Connection,
  keepUrlSecret: AppQuestions['keepUrlSecret'],
): Promise<LogFacts> {
  const url = await api.openLogSession({ lines: MOST_LOG_LINES, tail: false }, new Deadline(ANSWER_LIMIT_MS));
  keepUrlSecret(url);
  const newest = new Map<string, Sample>();
  const read = await readLogSession(url, {
    fetch: access.fetch,
    limit: AbortSignal.timeout(HISTORY_LIMIT_MS),
    maximumBytes: LONGEST_HISTORY_BYTES,
    onSample: (sample) => {
      if (sample.at >= (newest.get(sample.dyno)?.at ?? 0)) newest.set(sample.dyno, sample);
    },
  });
  if (read.ending.kind === 'failed') throw new CommandError(read.ending.message);
  const { spanMs, lastAt, notices } = read;
  return { spanMs, lastAt, notices, samples: [...newest.values()] };
}
