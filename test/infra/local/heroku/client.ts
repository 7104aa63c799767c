/**
 * The least of a Heroku client, for the tests of the simulated Heroku: real requests, and nothing hidden.
 */
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import {
  SimulatedHeroku,
  type SimulatedHerokuOptions,
} from '../../../../infra/local/heroku/simulated-heroku.ts';
import { VirtualClock } from '../../../../infra/local/virtual-clock.ts';

export const ACCEPT = 'application/vnd.heroku+json; version=3';
/** Alice's. */
export const TOKEN = 'HRKU-the-login-of-alice';

const LogSession = z.object({ logplex_url: z.string() });
export const Dyno = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  type: z.string(),
  created_at: z.string(),
});

export async function startHeroku(options: Partial<SimulatedHerokuOptions> = {}) {
  const clock = options.clock ?? new VirtualClock();
  const heroku = new SimulatedHeroku({ ...options, clock });
  const url = await heroku.listen();
  heroku.addToken(TOKEN, 'alice');
  onTestFinished(() => heroku.close());
  const call = (path: string, init: RequestInit = {}) =>
    fetch(url + path, {
      ...init,
      headers: { accept: ACCEPT, authorization: `Bearer ${TOKEN}`, ...init.headers },
    });
  const logUrl = async (app: string, body: Record<string, unknown>) => {
    const response = await call(`/apps/${app}/log-sessions`, { method: 'POST', body: JSON.stringify(body) });
    return LogSession.parse(await response.json()).logplex_url;
  };
  return {
    clock,
    heroku,
    url,
    call,
    logUrl,
    /** The lines of a session without a tail. */
    async lines(app: string, body: Record<string, unknown> = { lines: 1500 }): Promise<string[]> {
      const text = await (await fetch(await logUrl(app, body))).text();
      return text.split('\n').slice(0, -1);
    },
    async dynos(app: string) {
      return z.array(Dyno).parse(await (await call(`/apps/${app}/dynos`)).json());
    },
  };
}

/** Reads a body until what has come so far satisfies. */
export async function readUntil(
  response: Response,
  satisfied: (text: string) => boolean,
  meanwhile: () => void = () => {},
): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (satisfied(text)) break;
    meanwhile();
  }
  return text;
}
