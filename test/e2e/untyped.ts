/** The few commands of our pages that no story types, each with its reason. */

const HAS_DONE = 'the suite itself stands on what it does; .ci/run types it';
const NOT_SCALED = 'the simulated Heroku does not let dynos be scaled or resized';
const NO_TAIL =
  'version 1 of the AWS CLI, the only one that can be installed from packages, does not have it';

export const UNTYPED: Readonly<Record<string, string>> = {
  'git clone URL-OF-THIS-REPOSITORY whacamole': 'the suite is in the clone already',
  'cd whacamole': 'the suite is in the clone already',
  'npm ci': HAS_DONE,
  'npm test': HAS_DONE,
  'aws logs tail LOG-GROUP --follow': NO_TAIL,
  'heroku ps:type web=standard-2x --app YOUR-APP': NOT_SCALED,
  'heroku ps:scale whacamole=0 --app APP-OF-THE-GEM': NOT_SCALED,
};
