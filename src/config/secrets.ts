import type { Settings } from './settings.js';

export type SecretSettings = Partial<
  Pick<
    Settings,
    'botToken' | 'adminToken' | 'viewerToken' | 'databaseUrl' | 'databaseDirectUrl' | 'mongodbUrl'
  >
>;

/** A secret as it is, URL-encoded, and escaped in JSON. */
function listSpellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

/** Includes the delimiters, since a short password may be part of any word. */
function extractPassword(url: string | undefined): string | undefined {
  // A MongoDB URL may name several hosts, which URL does not parse.
  return /^[^/]+\/\/[^:/@]*(:[^@/]+@)/.exec(url ?? '')?.[1];
}

/** Form of the tokens in the database (src/access/bearer-token.ts). */
const STORED_TOKEN = /pct_[\w-]{43}/g;

/** Creates a function that cuts all secrets of the installation from a log line: a last line of defence. */
export function createRedaction(settings: SecretSettings): (line: string) => string {
  const { botToken, adminToken, viewerToken, databaseUrl, databaseDirectUrl, mongodbUrl } = settings;
  // The part before the colon is the bot's public id.
  const botSecret = botToken?.slice(botToken.indexOf(':') + 1);
  const isSet = (value: string | undefined) => value !== undefined;
  const secrets = [botSecret, adminToken, viewerToken].filter(isSet);
  const passwords = [databaseUrl, databaseDirectUrl, mongodbUrl].map(extractPassword).filter(isSet);
  const spellings = new Set([...secrets.flatMap(listSpellings), ...passwords]);
  return (line) => {
    let redacted = line.replace(STORED_TOKEN, '[secret]');
    for (const spelling of spellings) redacted = redacted.replaceAll(spelling, '[secret]');
    return redacted;
  };
}
