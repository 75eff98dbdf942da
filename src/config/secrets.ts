import type { Settings } from './settings.js';

export type SecretSettings = Partial<
  Pick<
    Settings,
    'botToken' | 'adminToken' | 'viewerToken' | 'databaseUrl' | 'databaseDirectUrl' | 'mongodbUrl'
  >
>;

/** As it is, in a URL, and inside a JSON text. */
function spellingsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

/** With its surroundings: a short password alone may be a part of any word. */
function passwordOf(url: string | undefined): string | undefined {
  // MongoDB's may name several hosts, which URL does not take.
  return /^[^/]+\/\/[^:/@]*(:[^@/]+@)/.exec(url ?? '')?.[1];
}

/** The tokens of the database, which are known by their form alone (see src/access/bearer-token.ts). */
const STORED_TOKEN = /pct_[\w-]{43}/g;

/** Takes the secrets of the installation out of a line, whichever way they got into it: a last line of defence. */
export function createRedaction(settings: SecretSettings): (line: string) => string {
  const { botToken, adminToken, viewerToken, databaseUrl, databaseDirectUrl, mongodbUrl } = settings;
  // The part before the colon is the public number of the bot.
  const botSecret = botToken?.slice(botToken.indexOf(':') + 1);
  const isSet = (value: string | undefined) => value !== undefined;
  const secrets = [botSecret, adminToken, viewerToken].filter(isSet);
  const passwords = [databaseUrl, databaseDirectUrl, mongodbUrl].map(passwordOf).filter(isSet);
  const spellings = new Set([...secrets.flatMap(spellingsOf), ...passwords]);
  return (line) => {
    let redacted = line.replace(STORED_TOKEN, '[secret]');
    for (const spelling of spellings) redacted = redacted.replaceAll(spelling, '[secret]');
    return redacted;
  };
}
