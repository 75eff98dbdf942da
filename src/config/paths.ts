import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findProjectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Path of a file of the installation, such as `schema/operations/createPoll.graphql`. */
export function projectPath(...segments: string[]): string {
  return join(findProjectRoot(), ...segments);
}

/** Version of the installation, from package.json. */
export function projectVersion(): string {
  const manifest = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
