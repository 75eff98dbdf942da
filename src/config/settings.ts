import { existsSync } from 'node:fs';
import { z } from 'zod';
import { withSecretsFromFiles } from './secret-files.js';
import { SETTINGS, toVariable } from './setting-table.js';
import { SettingsError } from './settings-error.js';

type Schemas = { [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['schema'] };

const schemas = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema]),
) as Schemas;

const settingsSchema = z.object(schemas).superRefine((settings, context) => {
  const { botToken: token, paidBroadcast, telegramApiRoot, messagesPerSecond } = settings;
  if (messagesPerSecond > 30 && token !== undefined && !paidBroadcast && isTelegram(telegramApiRoot)) {
    context.addIssue({
      code: 'custom',
      path: ['messagesPerSecond'],
      message:
        'must be at most 30, or PAID_BROADCAST=true must be set: Telegram charges for more than 30 a second',
    });
  }
  if (settings.webhookUrl?.startsWith('http:') && token !== undefined && isTelegram(telegramApiRoot)) {
    const message = 'must begin with https://: Telegram delivers to no other address';
    context.addIssue({ code: 'custom', path: ['webhookUrl'], message });
  }
  if (settings.databaseDirectUrl !== undefined && settings.databaseUrl === undefined) {
    const message = 'must go with DATABASE_URL, which is the way through the pooler';
    context.addIssue({ code: 'custom', path: ['databaseDirectUrl'], message });
  }
  if (settings.adminToken !== undefined && settings.adminToken === settings.viewerToken) {
    context.addIssue({ code: 'custom', path: ['viewerToken'], message: 'must differ from ADMIN_TOKEN' });
  }
});

function isTelegram(apiRoot: string): boolean {
  return new URL(apiRoot).hostname === 'api.telegram.org';
}

/** The validated settings of one process; times in milliseconds, rates in messages a second. */
export type Settings = z.output<typeof settingsSchema>;

/** The environment of this process, with what a file .env adds to it. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/**
 * Reads and checks the environment. An empty value counts as not set; secrets may come from files (NAME_FILE).
 * @throws SettingsError for the first value that cannot be used
 */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value) present[name] = value;
  const given = withSecretsFromFiles(present);
  const parsed = settingsSchema.safeParse(
    Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, given[toVariable(name)]])),
  );
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const variable = issue ? toVariable(issue.path.join('.')) : 'The environment';
  throw new SettingsError(`${variable} ${issue?.message ?? 'is not valid'}.`);
}
