/** Options of commands that are likely to be given without the `--` that npm wants before them. */
const OPTIONS = {
  demo: { flags: ['fast', 'keep'], values: ['users', 'completed'] },
  seed: { flags: [], values: ['users', 'completed'] },
  'test-notifications': { flags: ['dry-run'], values: ['poll', 'user'] },
};

/**
 * Gives a command the options that npm has kept for itself: of `npm run demo --fast --users=10` it passes none on but by the
 * environment, and of `npm run demo --users 10` the 10 alone.
 * @param {string[]} argv the command and what came with it
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string[]} the same with those options
 */
export function withNpmOptions(argv, environment) {
  const [command = '', ...given] = argv;
  const known = OPTIONS[command];
  if (!known || environment.npm_lifecycle_event !== command) return argv;
  const keptFor = (name) => environment[`npm_config_${name.replaceAll('-', '_')}`];
  const flags = known.flags.filter((name) => keptFor(name) === 'true').map((name) => `--${name}`);
  const valued = known.values.filter((name) => keptFor(name) !== undefined && keptFor(name) !== 'true');
  const bare = known.values.filter((name) => keptFor(name) === 'true');
  // Which of two values belongs to which option, npm does not tell.
  const isPair = bare.length === 1 && given.length === 1;
  return [
    command,
    ...flags,
    ...valued.map((name) => `--${name}=${keptFor(name)}`),
    ...(isPair ? [`--${bare[0]}=${given[0]}`] : given),
  ];
}
