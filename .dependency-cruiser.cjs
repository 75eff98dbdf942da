/** The rules of ARCHITECTURE.md that a check can hold: no cycles, and which room may know which. */

/** The rooms in layers: each may know those before it, so that folders know each other in one direction only. */
const GROUND = 'src/(config|kernel|graphql-types)/';
const layer = (name, own, below) => ({
  name,
  severity: 'error',
  from: { path: `^src/${own}/` },
  to: { path: '^src/', pathNot: `^(${GROUND}|src/(${[own, ...below].join('|')})/)` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
        pathNot: '(\\.(store|entity)|-statements|^src/campaigns/schedule)\\.ts$',
      },
      to: { path: '(node_modules/(typeorm|pg)/|^src/database/)' },
    },
    {
      name: 'parts-know-no-transport',
      severity: 'error',
      from: { path: '^src/(telegram|jobs|health|metrics)/' },
      to: { path: '^src/(http|app|cli)/' },
    },
    layer('graphql-knows-no-domain', 'graphql', []),
    layer('access-knows-no-domain', 'access', ['graphql', 'database']),
    layer('polls-know-no-campaigns', 'polls', ['access', 'graphql', 'database']),
    layer('people-know-no-campaigns', 'people', ['polls', 'access', 'graphql', 'database']),
    layer('campaigns-know-no-ledger', 'campaigns', ['people', 'polls', 'access', 'database']),
    layer('delivery-knows-no-engine', 'delivery', ['campaigns', 'people', 'polls', 'access', 'database']),
    layer('engine-knows-no-transport', 'engine', ['delivery', 'campaigns', 'people', 'polls', 'database']),
    layer('installation-knows-no-transport', 'installation', ['engine', 'delivery', 'campaigns', 'database']),
    {
      name: 'only-telegram-reads-its-text',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telegram/' },
      to: { path: '(^packages|node_modules/@pollcast)/telegram-text' },
    },
    layer('database-knows-no-domain', 'database', []),
    layer('kernel-knows-nothing', '(kernel|graphql-types)', []),
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
    {
      name: 'only-the-root-composes',
      severity: 'error',
      from: { pathNot: '^(src/(app|cli|main)|ormconfig)' },
      to: { path: '^src/app/' },
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
