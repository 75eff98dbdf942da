import { readFileSync } from 'node:fs';
import { SECRET_SETTINGS } from './setting-table.js';
import { SettingsError } from './settings-error.js';

/** Trims the value, since editors and echo add a newline. */
function readSecret(variable: string, file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(`${variable} must name a file that can be read; ${file} cannot (${code}).`);
  }
  if (content === '')
    throw new SettingsError(`${variable} must name a file with a value in it; ${file} is empty.`);
  return content;
}

/**
 * Replaces each NAME_FILE in the environment by NAME with the content of the file.
 * @throws SettingsError if a file cannot be read or is empty, or if the value is set as well
 */
export function withSecretsFromFiles(environment: Record<string, string>): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const name of SECRET_SETTINGS) {
    const variable = `${name}_FILE`;
    const file = environment[variable];
    if (file === undefined) continue;
    if (environment[name] !== undefined) {
      throw new SettingsError(`${variable} must not be set together with ${name}.`);
    }
    secrets[name] = readSecret(variable, file);
  }
  return { ...environment, ...secrets };
}
