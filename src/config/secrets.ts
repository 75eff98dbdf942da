import { SETTINGS, type Setting } from './setting-table.js';
import type { Settings } from './settings.js';

/** A secret as it is, URL-encoded, and escaped in JSON. */
function listSpellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

/** Includes the delimiters, since a short password may be part of any word. */
function findPassword(url: string): string[] {
  // A MongoDB URL may name several hosts, which URL does not parse.
  const [, password] = /^[^/]+\/\/[^:/@]*(:[^@/]+@)/.exec(url) ?? [];
  return password === undefined ? [] : [password];
}

const SPELLINGS: Readonly<Record<NonNullable<Setting['secret']>, (value: string) => string[]>> = {
  token: listSpellings,
  // The part before the colon is the bot's public id.
  'bot token': (value) => listSpellings(value.slice(value.indexOf(':') + 1)),
  password: findPassword,
};

function findSecrets(settings: Partial<Settings>): string[] {
  const table: [string, Setting][] = Object.entries(SETTINGS);
  return table.flatMap(([name, { secret }]) => {
    const value = settings[name as keyof Settings];
    return secret !== undefined && typeof value === 'string' ? SPELLINGS[secret](value) : [];
  });
}

/** Form of the tokens in the database (src/access/bearer-token.ts). */
const STORED_TOKEN = /pct_[\w-]{43}/g;

/** Creates a function that cuts all secrets of the installation from a log line: a last line of defence. */
export function createRedaction(settings: Partial<Settings>): (line: string) => string {
  const spellings = new Set(findSecrets(settings));
  return (line) => {
    let redacted = line.replace(STORED_TOKEN, '[secret]');
    for (const spelling of spellings) redacted = redacted.replaceAll(spelling, '[secret]');
    return redacted;
  };
}
