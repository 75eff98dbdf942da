import { expect, test } from '@jest/globals';
import { withNpmOptions } from '../../bin/npm-options.mjs';

test.each<[string, string[], Record<string, string>, string[]]>([
  ['npm run demo --fast', ['demo'], { fast: 'true' }, ['demo', '--fast']],
  ['npm run demo --users=10', ['demo'], { users: '10' }, ['demo', '--users=10']],
  [
    'npm run demo --users 10 --fast',
    ['demo', '10'],
    { users: 'true', fast: 'true' },
    ['demo', '--fast', '--users=10'],
  ],
  ['npm run demo -- --users 10', ['demo', '--users', '10'], {}, ['demo', '--users', '10']],
  [
    'npm run test-notifications --dry-run',
    ['test-notifications'],
    { dry_run: 'true' },
    ['test-notifications', '--dry-run'],
  ],
  ['npm start --fast', ['start'], { fast: 'true' }, ['start']],
])('%s', (_line, argv, kept, expected) => {
  const environment = Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [`npm_config_${name}`, value]),
  );
  expect(withNpmOptions(argv, { ...environment, npm_lifecycle_event: argv[0] ?? '' })).toEqual(expected);
  expect(withNpmOptions(argv, environment)).toEqual(argv);
});
