import { SettingsError } from './settings-error.js';
import type { Settings } from './settings.js';

/** Parts of the installation that a command uses. */
export type Need = 'database' | 'bot' | 'admin token';

const LACKS: Readonly<Record<Need, { setting: keyof Settings; sentence: string }>> = {
  database: {
    setting: 'databaseUrl',
    sentence: 'DATABASE_URL must be set with NODE_ENV=production: what is embedded is for trying out.',
  },
  bot: {
    setting: 'botToken',
    sentence:
      'BOT_TOKEN must be set with NODE_ENV=production; SANDBOX=true asks for the sandbox, which sends nothing to anybody.',
  },
  'admin token': {
    setting: 'adminToken',
    sentence:
      'ADMIN_TOKEN must be set with NODE_ENV=production where the API is served: each process would make one of its own.',
  },
};

/**
 * Requires in production the settings for which other environments have substitutes, unless SANDBOX is set.
 * @throws SettingsError for the first setting that is missing
 */
export function requireInProduction(settings: Settings, needs: readonly Need[]): void {
  if (!settings.production || settings.sandbox) return;
  for (const need of needs) {
    const { setting, sentence } = LACKS[need];
    if (settings[setting] === undefined) throw new SettingsError(sentence);
  }
}
