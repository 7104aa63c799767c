/** How the Platform API refuses, and how it reads a body: `{id, message}`, with the status that belongs to it. */
import * as z from 'zod/mini';

export class ApiError extends Error {
  readonly status: number;
  readonly id: string;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

export function notFound(what: string): ApiError {
  return new ApiError(404, 'not_found', `Couldn't find that ${what}.`);
}

export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw notFound(what);
  return thing;
}

export function parsed<T>(schema: z.ZodMiniType<T>, body: string): T {
  const result = z.safeParse(schema, jsonOf(body));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new ApiError(422, 'invalid_params', `Invalid request. ${problems.join('. ')}`);
}

function jsonOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'bad_request', 'Unable to parse the JSON in the request body.');
  }
}
