/** The rules of ARCHITECTURE.md that a check can hold: no cycles, and which room may know which. */

const rooms = require('./src/rooms.json');

/** A room knows itself, the rooms that the table names, and of `room/file` that file alone. Types count, too. */
function arrowsOf([name, { knows }]) {
  const own = name === 'cli' ? '(cli/|main\\.ts$)' : `${name}/`;
  const known = knows.map((other) => (other.includes('/') ? `${other}\\.ts$` : `${other}/`));
  return {
    name: `${name}-knows-its-rooms-only`,
    severity: 'error',
    from: { path: `^src/${own}` },
    to: { path: '^src/', pathNot: `^src/(${[own, ...known].join('|')})` },
  };
}

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(arrowsOf),
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvers-hold-no-data-access',
      severity: 'error',
      from: { path: '\\.resolver\\.ts$' },
      // Also by their types: what is injected is imported as nothing else.
      to: { path: '(node_modules/(typeorm|pg|agenda)/|\\.store\\.ts$|^src/database/)' },
    },
    {
      // So that no store goes by another name.
      name: 'stores-hold-the-data-access',
      severity: 'error',
      from: {
        path: '^src/(access|polls|people|campaigns|delivery|installation)/',
        pathNot: '\\.(store|entity)\\.ts$',
      },
      to: { path: '(node_modules/(typeorm|pg)/|^src/database/)' },
    },
    {
      name: 'only-telegram-reads-its-text',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telegram/' },
      to: { path: '(^packages|node_modules/@pollcast)/telegram-text' },
    },
    {
      // One port: no redirect is followed, no answer is without end, no error tells the token.
      name: 'one-port-to-telegram',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telegram/(bot-api|http-exchange)\\.ts$' },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'telegraf-by-way-of-the-port',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telegram/telegraf\\.ts$' },
      to: { path: 'node_modules/telegraf/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'telegram-opens-no-connection-of-its-own',
      severity: 'error',
      from: { path: '^src/(telegram|engine|delivery|campaigns|people)/' },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram)$' },
    },
    {
      // What two of them need is in parts/ or campaign-parts/.
      name: 'pages-of-the-dashboard-stand-apart',
      severity: 'error',
      from: { path: '^dashboard/src/(campaign|campaigns|create|polls|people|installation)/' },
      to: {
        path: '^dashboard/src/(campaign|campaigns|create|polls|people|installation)/',
        pathNot: '^dashboard/src/$1/',
      },
    },
    {
      name: 'packages-know-nothing-of-src',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(src|migrations|test)/' },
    },
    {
      name: 'packages-by-their-names',
      severity: 'error',
      from: { path: '^(src|packages/([^/]+))/' },
      to: {
        path: '^packages/',
        pathNot: '^packages/$2/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace'],
      },
    },
    {
      // The engine is to work with any Bot API server and any PostgreSQL.
      name: 'only-the-root-knows-the-stand-ins',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app|cli)/' },
      to: { path: '^packages/(bot-api-sandbox|embedded-postgres)/' },
    },
    {
      name: 'metrics-know-prometheus-alone',
      severity: 'error',
      from: { pathNot: '^src/metrics/' },
      to: { path: 'node_modules/prom-client/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@pollcast/source', 'import', 'node'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
