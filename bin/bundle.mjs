// Compiles src/ to dist/ and each of packages/ to its own dist/. With its dependencies in a few files, rather than in more
// than a thousand, a process starts in less than half the time.
import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { transform } from '@swc/core';
import { build } from 'esbuild';
import { swcOptions } from './swc-options.mjs';

/** MongoDB's driver looks for further packages at run time; the page of jobs consists of files. */
const LEFT_OUTSIDE = [
  'mongodb',
  'agendash',
  'pg-native',
  '@pollcast/bot-api-sandbox',
  '@pollcast/embedded-postgres',
];

const COMMON = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // TypeORM and logs go by the names of classes.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  // packages/ as their sources: they may be built at the same time.
  conditions: ['@pollcast/source'],
  logLevel: 'warning',
};

/** TypeORM and TypeGraphQL need the types of decorated properties at run time, which esbuild does not emit. */
const decorators = {
  name: 'decorators',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        ...swcOptions,
        filename: path,
        swcrc: false,
        configFile: false,
      });
      return { contents: code };
    });
  },
};

function bundleProgram(root) {
  return build({
    ...COMMON,
    absWorkingDir: root,
    // The program without a process of its own is for those who run several in one, as the tests do.
    entryPoints: { main: 'src/main.ts', program: 'src/cli/program.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    metafile: true,
    external: LEFT_OUTSIDE,
    // Node's own warns of itself when it is required from outside of node_modules.
    alias: { punycode: 'punycode/' },
    // For dependencies that are CommonJS.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [decorators],
  });
}

/** TypeORM's command line is TypeORM's own: its classes have to be the same as here. */
function bundleOrmConfig(root) {
  return build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: ['ormconfig.ts'],
    outdir: 'dist',
    metafile: true,
    packages: 'external',
    plugins: [decorators],
  });
}

function bundlePackage(root, name) {
  return build({
    ...COMMON,
    absWorkingDir: join(root, 'packages', name),
    entryPoints: ['src/index.ts'],
    outfile: 'dist/index.js',
    packages: 'external',
  });
}

/** Chunks have names of their own in every build. The dashboard is built beside, and removes its own. */
async function removeStale(root, builds) {
  const current = new Set(builds.flatMap(({ metafile }) => Object.keys(metafile.outputs)));
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true });
  const stale = files
    .filter((file) => file.isFile() && !file.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.startsWith(join(root, 'dist', 'dashboard', sep)))
    .filter((path) => !current.has(relative(root, path).replaceAll(sep, '/')));
  await Promise.all(stale.map((path) => rm(path)));
}

async function keepOwnMappings(root, file, own) {
  const path = join(root, file);
  const map = JSON.parse(await readFile(path, 'utf8'));
  const names = map.sources.map((source) => join(dirname(file), source).replaceAll(sep, '/'));
  const isOwn = ([, source]) => source !== undefined && own.has(names[source]);
  const lines = decode(map.mappings).map((segments) =>
    segments.filter(isOwn).map((segment) => segment.slice(0, 4)),
  );
  const sources = map.sources.map((source, index) => (own.has(names[index]) ? source : ''));
  await writeFile(path, JSON.stringify({ version: 3, sources, names: [], mappings: encode(lines) }));
}

async function removeMap(root, file) {
  const path = join(root, file);
  const code = await readFile(path, 'utf8');
  await writeFile(path, code.slice(0, code.lastIndexOf('//# sourceMappingURL=')));
  await rm(`${path}.map`);
}

/** Node reads each file that has a source map once more at each start: the maps of dependencies are not worth it. */
async function trimMaps(root, { inputs, outputs }) {
  const own = new Set(Object.keys(inputs).filter((input) => !input.startsWith('node_modules/')));
  const programs = Object.entries(outputs).filter(([file]) => file.endsWith('.js'));
  await Promise.all(
    programs.map(([file, { inputs: parts }]) =>
      Object.keys(parts).some((part) => own.has(part))
        ? keepOwnMappings(root, `${file}.map`, own)
        : removeMap(root, file),
    ),
  );
}

/** @param {string} root the folder of the project, as an absolute path */
export async function bundle(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => bundlePackage(root, name));
  const builds = await Promise.all([bundleProgram(root), bundleOrmConfig(root)]);
  await Promise.all(packages);
  await removeStale(root, builds);
  await trimMaps(root, builds[0].metafile);
}
