/** The rules of ARCHITECTURE.md that a check can hold: no cycles, and which room may know which. */
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
      to: { path: '(node_modules/(typeorm|pg|agenda)/|\\.store\\.ts$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domains-know-no-transport',
      severity: 'error',
      from: {
        path: '^src/(access|polls|people|campaigns|sending|database|jobs)/',
        pathNot: '\\.(resolver|types|loader)\\.ts$',
      },
      to: { path: '^src/(http|app|cli)/' },
    },
    {
      name: 'sandbox-stands-alone',
      severity: 'error',
      from: { path: '^src/telegram/sandbox/' },
      to: { path: '^src/', pathNot: '^src/telegram/sandbox/' },
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
      from: { pathNot: '^src/(app|cli|main)' },
      to: { path: '^src/app/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
