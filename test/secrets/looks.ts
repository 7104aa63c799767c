/**
 * What a secret looks like: every token begins with HRKU-, here as at Heroku (the simulated one takes no other), and
 * every log session's URL has one path. So whatever a test makes is known for what it is, cut short or not, and
 * nothing has to be told of it.
 */

const LOOKS = /HRKU-[\w$-][^\s"'`]*|\/sessions\/[\w-][^\s"'`]*/g;

/** The secrets in a text, each as often as it is there. */
export function secretsIn(text: string): string[] {
  return text.match(LOOKS) ?? [];
}

export function withoutSecrets(text: string): string {
  return text.replace(LOOKS, '(a secret)');
}
