import type { Settings } from './settings.js';

export type SecretSettings = Partial<
  Pick<Settings, 'botToken' | 'adminToken' | 'viewerToken' | 'databaseUrl'>
>;

/** As it is, in a URL, and inside a JSON text. */
function spellingsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

/** With its surroundings: a short password alone may be a part of any word. */
function passwordOf(databaseUrl: string): string | undefined {
  const { password } = new URL(databaseUrl);
  return password === '' ? undefined : `:${password}@`;
}

/** Takes the secrets of the settings out of a line, whichever way they got into it: a last line of defence. */
export function createRedaction(settings: SecretSettings): (line: string) => string {
  const { botToken, adminToken, viewerToken, databaseUrl } = settings;
  // The part before the colon is the public number of the bot.
  const botSecret = botToken?.slice(botToken.indexOf(':') + 1);
  const password = databaseUrl === undefined ? undefined : passwordOf(databaseUrl);
  const secrets = [botSecret, adminToken, viewerToken].filter((secret) => secret !== undefined);
  const spellings = new Set([...secrets.flatMap(spellingsOf), ...(password === undefined ? [] : [password])]);
  return (line) => {
    let redacted = line;
    for (const spelling of spellings) redacted = redacted.replaceAll(spelling, '[secret]');
    return redacted;
  };
}
