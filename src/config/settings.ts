import { isIP } from 'node:net';
import { z } from 'zod';
import { withSecretsFromFiles } from './secret-files.js';
import { SettingsError } from './settings-error.js';

export { SettingsError };

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
    .optional();
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && origin === text;
}

/** Such as 10.0.0.7, 10.0.0.0/8 or fd00::/8. */
function isNetwork(text: string): boolean {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length ?? 0) <= (version === 4 ? 32 : 128);
}

/** Every setting, under the name of its environment variable. */
const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535).default(4000),
  WORKER_PORT: integer(0, 65_535).optional(),
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  MONGODB_URL: mongodbUrl.optional(),
  DATA_DIR: z.string().default('.data'),
  BOT_TOKEN: botToken.optional(),
  TELEGRAM_API_ROOT: url('http', 'https').default('https://api.telegram.org'),
  ADMIN_TOKEN: bearerToken.optional(),
  VIEWER_TOKEN: bearerToken.optional(),
  MESSAGES_PER_SECOND: integer(1, 1000).default(28),
  PAID_BROADCAST: flag.default(false),
  CHUNK_SIZE: integer(1, 10_000).default(100),
  CHUNK_INTERVAL_MS: integer(0, 3_600_000).default(2000),
  SEND_INTERVAL_MS: integer(0, 3_600_000).default(1000),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .default('development'),
  LEASE_MS: integer(500, 600_000).default(60_000),
  RECONCILE_INTERVAL_MS: integer(200, 3_600_000).default(60_000),
  CHUNK_TIME_LIMIT_MS: integer(1000, 3_600_000).default(300_000),
  PLAN_TIME_LIMIT_MS: integer(1000, 7_200_000).default(1_800_000),
  REQUEST_TIMEOUT_MS: integer(100, 120_000).default(20_000),
  CORS_ORIGINS: list(isOrigin, 'must be origins such as https://dashboard.example, separated by commas'),
  TRUSTED_PROXIES: list(isNetwork, 'must be addresses or networks such as 10.0.0.0/8, separated by commas'),
  REQUESTS_PER_MINUTE_PER_TOKEN: integer(1, 10_000_000).default(1200),
  REQUESTS_PER_MINUTE_PER_ADDRESS: integer(1, 10_000_000).default(2400),
  MAX_SOCKETS: integer(1, 100_000).default(2000),
  MAX_SOCKETS_PER_ADDRESS: integer(1, 100_000).default(200),
});

const settingsSchema = environmentSchema.superRefine((settings, context) => {
  const free =
    settings.BOT_TOKEN === undefined || settings.PAID_BROADCAST || !isTelegram(settings.TELEGRAM_API_ROOT);
  if (settings.MESSAGES_PER_SECOND > 30 && !free) {
    context.addIssue({
      code: 'custom',
      path: ['MESSAGES_PER_SECOND'],
      message:
        'must be at most 30, or PAID_BROADCAST=true must be set: Telegram charges for more than 30 a second',
    });
  }
  if (settings.ADMIN_TOKEN !== undefined && settings.ADMIN_TOKEN === settings.VIEWER_TOKEN) {
    context.addIssue({ code: 'custom', path: ['VIEWER_TOKEN'], message: 'must differ from ADMIN_TOKEN' });
  }
});

function isTelegram(apiRoot: string): boolean {
  return new URL(apiRoot).hostname === 'api.telegram.org';
}

/** The validated settings of one process; times in milliseconds, rates in messages a second. */
export interface Settings {
  host: string;
  port: number;
  /** Where a process that only works jobs tells of its health; nowhere by default. */
  workerPort: number | undefined;
  databaseUrl: string | undefined;
  /** Where the jobs are; in PostgreSQL without it. */
  mongodbUrl: string | undefined;
  dataDir: string;
  botToken: string | undefined;
  telegramApiRoot: string;
  adminToken: string | undefined;
  viewerToken: string | undefined;
  messagesPerSecond: number;
  paidBroadcast: boolean;
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
  logLevel: z.infer<typeof environmentSchema>['LOG_LEVEL'];
  production: boolean;
  /** How long a worker may stay silent before its chunks are taken from it. */
  leaseMs: number;
  reconcileIntervalMs: number;
  /** Soft limit of one chunk; the hard limit is a fifth longer. */
  chunkTimeLimitMs: number;
  /** Soft limit of planning; the hard limit is a sixth longer. */
  planTimeLimitMs: number;
  requestTimeoutMs: number;
  /** Origins whose pages may use the API from a browser, beside its own. */
  corsOrigins: string[];
  /** Addresses and networks of proxies that are believed when they say for whom they ask. */
  trustedProxies: string[];
  /** The four limits that follow hold for one process. */
  requestsPerMinutePerToken: number;
  requestsPerMinutePerAddress: number;
  maxSockets: number;
  maxSocketsPerAddress: number;
}

/** The environment variables that are settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(environmentSchema.shape);

/**
 * Reads and checks the environment. An empty value counts as not set; secrets may come from files (NAME_FILE).
 * @throws SettingsError for the first value that cannot be used
 */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value) present[name] = value;
  const parsed = settingsSchema.safeParse(withSecretsFromFiles(present));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SettingsError(
      `${issue?.path.join('.') ?? 'The environment'} ${issue?.message ?? 'is not valid'}.`,
    );
  }
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    workerPort: values.WORKER_PORT,
    databaseUrl: values.DATABASE_URL,
    mongodbUrl: values.MONGODB_URL,
    dataDir: values.DATA_DIR,
    botToken: values.BOT_TOKEN,
    telegramApiRoot: values.TELEGRAM_API_ROOT.replace(/\/+$/, ''),
    adminToken: values.ADMIN_TOKEN,
    viewerToken: values.VIEWER_TOKEN,
    messagesPerSecond: values.MESSAGES_PER_SECOND,
    paidBroadcast: values.PAID_BROADCAST,
    chunkSize: values.CHUNK_SIZE,
    chunkIntervalMs: values.CHUNK_INTERVAL_MS,
    sendIntervalMs: values.SEND_INTERVAL_MS,
    logLevel: values.LOG_LEVEL,
    production: values.NODE_ENV === 'production',
    leaseMs: values.LEASE_MS,
    reconcileIntervalMs: values.RECONCILE_INTERVAL_MS,
    chunkTimeLimitMs: values.CHUNK_TIME_LIMIT_MS,
    planTimeLimitMs: values.PLAN_TIME_LIMIT_MS,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    requestsPerMinutePerToken: values.REQUESTS_PER_MINUTE_PER_TOKEN,
    requestsPerMinutePerAddress: values.REQUESTS_PER_MINUTE_PER_ADDRESS,
    maxSockets: values.MAX_SOCKETS,
    maxSocketsPerAddress: values.MAX_SOCKETS_PER_ADDRESS,
  };
}
