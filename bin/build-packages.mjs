// Bundles each of packages/ into its dist/index.js, with its dependencies outside.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** @param {string} root the folder of the project */
export async function buildPackages(root) {
  const packages = readdirSync(join(root, 'packages'));
  await Promise.all(
    packages.map((name) =>
      build({
        absWorkingDir: join(root, 'packages', name),
        entryPoints: ['src/index.ts'],
        outfile: 'dist/index.js',
        bundle: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        target: 'node20',
        keepNames: true,
        sourcemap: true,
        sourcesContent: false,
        logLevel: 'warning',
      }),
    ),
  );
}
