import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { databaseUrlProblem } from './database-url.js';
import { withSecretsFromFiles } from './secret-files.js';
import { SettingsError } from './settings-error.js';

const botToken = z
  .string()
  .regex(/^\d{1,20}:[A-Za-z0-9_-]{20,}$/, 'must be a bot token from @BotFather, such as 123456:ABC-DEF...');

const bearerToken = z
  .string()
  .regex(/^[\x21-\x7e]{16,}$/, 'must be at least 16 printable characters without spaces');

function integer(min: number, max: number) {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence);
}

function url(...protocols: string[]) {
  const sentence = `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)),
      sentence,
    );
}

const databaseUrl = z.string().superRefine((value, context) => {
  const message = databaseUrlProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Several hosts may be named in it, so that it is no URL to the rest of the world; the driver checks it further. */
const mongodbUrl = z
  .string()
  .regex(
    /^mongodb(\+srv)?:\/\/[^\s/]+(\/\S*)?$/,
    'must be a URL such as mongodb://host:27017/pollcast or mongodb+srv://host/pollcast',
  );

const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');

/** A list with commas between its items, each of which has to pass the check. */
function list(isItem: (item: string) => boolean, sentence: string) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(isItem), sentence)
    .default([]);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && origin === text;
}

/** Such as 10.0.0.7, 10.0.0.0/8 or fd00::/8; not the short forms of IPv4 addresses, such as 10.1. */
function isNetwork(text: string): boolean {
  const { IPv4, IPv6 } = ipaddr;
  return (
    IPv4.isValidFourPartDecimal(text) ||
    IPv4.isValidCIDRFourPartDecimal(text) ||
    IPv6.isValid(text) ||
    IPv6.isValidCIDR(text)
  );
}

/**
 * The validated settings of one process; times in milliseconds, rates in messages a second. Each comes from the
 * environment variable of its name: messagesPerSecond from MESSAGES_PER_SECOND.
 */
const shape = {
  host: z.string().default('127.0.0.1'),
  port: integer(0, 65_535).default(4000),
  /** Where a process that only works jobs tells of its health; nowhere by default. */
  workerPort: integer(0, 65_535).optional(),
  databaseUrl: databaseUrl.optional(),
  /** Past a pooler, for what needs a session of its own; DATABASE_URL without it. */
  databaseDirectUrl: databaseUrl.optional(),
  /** Connections that one process takes at the most. */
  databaseConnections: integer(14, 500).default(40),
  /** Where the jobs are; in PostgreSQL without it. */
  mongodbUrl: mongodbUrl.optional(),
  dataDir: z.string().default('.data'),
  botToken: botToken.optional(),
  /** The built-in sandbox takes the messages, also where there is a bot token. */
  sandbox: flag.default(false),
  telegramApiRoot: url('http', 'https')
    .transform((root) => root.replace(/\/+$/, ''))
    .default('https://api.telegram.org'),
  adminToken: bearerToken.optional(),
  viewerToken: bearerToken.optional(),
  messagesPerSecond: integer(1, 1000).default(28),
  paidBroadcast: flag.default(false),
  chunkSize: integer(1, 10_000).default(100),
  chunkIntervalMs: integer(0, 3_600_000).default(2000),
  sendIntervalMs: integer(0, 3_600_000).default(1000),
  logLevel: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  /** From NODE_ENV; test is no other than development, but what test runners set. */
  production: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .transform((environment) => environment === 'production')
    .default(false),
  /** How long a worker may stay silent before its chunks are taken from it. */
  leaseMs: integer(500, 600_000).default(15_000),
  reconcileIntervalMs: integer(200, 3_600_000).default(60_000),
  /** How long entries of the audit log are kept; for ever with 0. */
  auditRetentionDays: integer(0, 36_500).default(0),
  /** How often a worker looks for jobs of which nobody has told it. */
  jobTickMs: integer(100, 600_000).default(1000),
  /** Soft limit of one chunk; the hard limit is a fifth longer. */
  chunkTimeLimitMs: integer(1000, 3_600_000).default(300_000),
  /** Soft limit of planning; the hard limit is a sixth longer. */
  planTimeLimitMs: integer(1000, 7_200_000).default(1_800_000),
  requestTimeoutMs: integer(100, 120_000).default(20_000),
  /** Origins whose pages may use the API from a browser, beside its own. */
  corsOrigins: list(isOrigin, 'must be origins such as https://dashboard.example, separated by commas'),
  /** Addresses and networks of proxies that are believed when they say for whom they ask. */
  trustedProxies: list(isNetwork, 'must be addresses or networks such as 10.0.0.0/8, separated by commas'),
  /** The four limits that follow hold for one process. */
  requestsPerMinutePerToken: integer(1, 10_000_000).default(1200),
  requestsPerMinutePerAddress: integer(1, 10_000_000).default(2400),
  maxSockets: integer(1, 100_000).default(2000),
  maxSocketsPerAddress: integer(1, 100_000).default(200),
};

const settingsSchema = z.object(shape).superRefine((settings, context) => {
  const { botToken: token, paidBroadcast, telegramApiRoot, messagesPerSecond } = settings;
  if (messagesPerSecond > 30 && token !== undefined && !paidBroadcast && isTelegram(telegramApiRoot)) {
    context.addIssue({
      code: 'custom',
      path: ['messagesPerSecond'],
      message:
        'must be at most 30, or PAID_BROADCAST=true must be set: Telegram charges for more than 30 a second',
    });
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

export type Settings = z.output<typeof settingsSchema>;

function variableOf(setting: string): string {
  if (setting === 'production') return 'NODE_ENV';
  return setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The environment variables that are settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(shape).map(variableOf);

/** All variables of the environment, whatever they are for. */
export function environmentNames(): string[] {
  return Object.keys(process.env);
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
    Object.fromEntries(Object.keys(shape).map((setting) => [setting, given[variableOf(setting)]])),
  );
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const variable = issue ? variableOf(issue.path.join('.')) : 'The environment';
  throw new SettingsError(`${variable} ${issue?.message ?? 'is not valid'}.`);
}
