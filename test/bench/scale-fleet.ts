/** The fleet of the scale benchmark: apps of ten dynos, the first dyno of every hundredth over its threshold. */

export const DYNOS = 10;
export const LINES = 1500;
const OVER_EVERY = 100;

/** In the order of their numbers, by name as well. */
export function appName(index: number): string {
  return `app-${String(index).padStart(5, '0')}`;
}

export function isOver(app: string): boolean {
  return Number(app.slice('app-'.length)) % OVER_EVERY === 0;
}

/** How many of so many apps have a dyno over its threshold. */
export function overOf(apps: number): number {
  return Math.ceil(apps / OVER_EVERY);
}
