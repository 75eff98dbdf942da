// Builds the dashboard into dist/dashboard, from where the API serves it at "/".
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const api = process.env.POLLCAST_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  // The explorer keeps React 18 at the root of the project; the libraries there have to find the dashboard's.
  resolve: {
    dedupe: ['react', 'react-dom'],
    // packages/ as their sources: they may be built at the same time.
    conditions: ['@pollcast/source', ...defaultClientConditions],
  },
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: ['chrome107', 'firefox104', 'safari16'],
    // A data: address would be against the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
  },
  // "npx vite dashboard" while the API runs.
  server: { proxy: { '/graphql': { target: api, ws: true }, '/session': api } },
});
