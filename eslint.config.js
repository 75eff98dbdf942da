import tseslint from 'typescript-eslint';

const environmentMessage = 'Read the environment in src/config/settings.ts only.';

export default tseslint.config(
  {
    ignores: ['dist/', 'schema/*.d.ts', 'packages/*/dist/', 'coverage/', '.data/', '.dependency-cruiser.cjs'],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: './tsconfig.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Decorated classes (entities, resolvers, GraphQL types) may hold fields only.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // GraphQL types are classes for their decorators only; services and resolvers return plain objects of that shape.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: environmentMessage },
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/cli/api-client.ts', 'src/http/explorer/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'It follows redirects, which may lead a token elsewhere: use the port.' },
      ],
    },
  },
  {
    files: ['src/config/settings.ts', 'test/**', 'examples/**', '*.js', 'bin/**', '.ci/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['dashboard/src/**'],
    languageOptions: {
      parserOptions: { project: './dashboard/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ['dashboard/vite.config.mjs', 'docs/pictures/*.mjs'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], extends: [tseslint.configs.disableTypeChecked] },
  // Jest requires its filter.
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
