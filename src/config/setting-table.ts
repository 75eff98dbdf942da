import { z } from 'zod';
import {
  bearerToken,
  botToken,
  databaseUrl,
  environment,
  flag,
  httpRoot,
  integer,
  logLevel,
  mongodbUrl,
  networks,
  origins,
  text,
  timeZone,
  webhookUrl,
  type Kind,
} from './setting-kinds.js';

/** A token as a whole, what follows the bot's public id, or the password in a URL. */
type Secret = 'token' | 'bot token' | 'password';

interface Description {
  /** Plain sentences, for .env.example and docs/settings.md. */
  meaning: string;
  /** What of it is secret. It may also come from a file, which NAME_FILE names, and no log shows it. */
  secret?: Secret;
}

/** One setting, as far as its documentation is concerned. */
export interface Setting extends Description {
  accepts: string;
  /** As it stands in the environment; empty where the setting has no value by default. */
  fallback: string;
}

function setting<T extends z.ZodType<unknown, string>>(
  { accepts, schema }: Kind<T>,
  fallback: string,
  description: Description,
) {
  return { ...description, accepts, fallback, schema: z.string().default(fallback).pipe(schema) };
}

function optional<T extends z.ZodType<unknown, string>>(
  { accepts, schema }: Kind<T>,
  description: Description,
) {
  return { ...description, accepts, fallback: '', schema: schema.optional() };
}

const addresses = {
  host: setting(text('an address or a name of this machine'), '127.0.0.1', {
    meaning: 'Address on which the API listens, and a worker with WORKER_PORT. 0.0.0.0 is all addresses.',
  }),
  port: setting(integer(0, 65_535), '4000', { meaning: 'Port of the API. 0 takes a free one.' }),
  workerPort: optional(integer(0, 65_535), {
    meaning:
      'Port on which a worker or a bot process answers /healthz, /readyz and /metrics, and takes what Telegram delivers. Without it there is none.',
  }),
};

const storage = {
  databaseUrl: optional(databaseUrl, {
    secret: 'password',
    meaning: 'PostgreSQL 15 or newer. Without it an embedded PostgreSQL runs in DATA_DIR/postgres.',
  }),
  databaseDirectUrl: optional(databaseUrl, {
    secret: 'password',
    meaning:
      'The PostgreSQL behind a pooler in transaction mode, such as PgBouncer, to which DATABASE_URL leads. What needs a session connects here.',
  }),
  databaseConnections: setting(integer(14, 500), '40', {
    meaning: 'Most connections of one process. About a fifth of them go past a pooler.',
  }),
  mongodbUrl: optional(mongodbUrl, {
    secret: 'password',
    meaning: 'MongoDB 4.4 or newer for the job queue. Without it the jobs are in PostgreSQL.',
  }),
  dataDir: setting(text('a folder'), '.data', {
    meaning: 'Holds the embedded PostgreSQL and the admin token that is generated on the first start.',
  }),
};

const telegram = {
  botToken: optional(botToken, {
    secret: 'bot token',
    meaning:
      'Token of the bot. Without it the built-in sandbox takes the messages and nothing is sent. Required with NODE_ENV=production, unless SANDBOX=true.',
  }),
  sandbox: setting(flag, 'false', {
    meaning: 'The built-in sandbox takes the messages, whatever BOT_TOKEN says.',
  }),
  telegramApiRoot: setting(httpRoot, 'https://api.telegram.org', { meaning: 'The Bot API server.' }),
  webhookUrl: optional(webhookUrl, {
    meaning:
      'Where Telegram delivers what people write and press: the path /telegram of a process that talks to people (a worker or a bot process needs WORKER_PORT). Without it the bot asks Telegram (long polling).',
  }),
  requestTimeoutMs: setting(integer(100, 120_000), '20000', {
    meaning: 'How long an answer of the Bot API may take.',
  }),
};

const people = {
  timeZone: setting(timeZone, 'UTC', {
    meaning: 'Time zone of people whose own is not known, for closing times in reminders.',
  }),
};

const access = {
  adminToken: optional(bearerToken, {
    secret: 'token',
    meaning:
      'Bearer token that may do everything. Without it one is generated and kept in DATA_DIR. Required for the API with NODE_ENV=production, unless SANDBOX=true.',
  }),
  viewerToken: optional(bearerToken, {
    secret: 'token',
    meaning:
      'Bearer token that may query and subscribe. "npm run token" makes more tokens, which can expire and be revoked.',
  }),
  viewerSeesPeople: setting(flag, 'true', {
    meaning:
      'Viewers see names and Telegram ids of people, and may search them. false hides both from them, in exports as well.',
  }),
  corsOrigins: setting(origins, '', {
    meaning: 'Origins of web pages that may use the API, beside its own.',
  }),
  trustedProxies: setting(networks, '', {
    meaning:
      'Proxies whose X-Forwarded-For is believed. Behind a proxy that is not listed all clients count as one.',
  }),
  auditRetentionDays: setting(integer(0, 36_500), '0', {
    meaning: 'Days after which entries of the audit log are deleted. 0 keeps them forever.',
  }),
};

const sending = {
  messagesPerSecond: setting(integer(1, 1000), '28', {
    meaning: 'Messages a second of all processes together. More than 30 need PAID_BROADCAST=true.',
  }),
  paidBroadcast: setting(flag, 'false', {
    meaning: 'Pay Telegram for more than 30 messages a second (allow_paid_broadcast).',
  }),
  chunkSize: setting(integer(1, 10_000), '100', {
    meaning: 'Recipients in a chunk, for campaigns that do not set it.',
  }),
  chunkIntervalMs: setting(integer(0, 3_600_000), '2000', {
    meaning: 'Time between the starts of two chunks, for campaigns that do not set it.',
  }),
  sendIntervalMs: setting(integer(0, 3_600_000), '1000', {
    meaning: 'Time between two messages of a chunk, for campaigns that do not set it.',
  }),
};

const workers = {
  leaseMs: setting(integer(500, 600_000), '15000', {
    meaning:
      'How long a worker may be silent before others take its chunks. They take those of a dead worker at once.',
  }),
  reconcileIntervalMs: setting(integer(200, 3_600_000), '60000', {
    meaning: 'How often a worker repairs what dead processes left behind.',
  }),
  jobTickMs: setting(integer(100, 600_000), '1000', {
    meaning: 'How often a worker looks for due jobs that nobody has told it about.',
  }),
  chunkTimeLimitMs: setting(integer(1000, 3_600_000), '300000', {
    meaning: 'Soft time limit of a chunk. The hard one is a fifth longer.',
  }),
  planTimeLimitMs: setting(integer(1000, 7_200_000), '1800000', {
    meaning: 'Soft time limit of planning. The hard one is a sixth longer.',
  }),
};

const limits = {
  requestsPerMinutePerToken: setting(integer(1, 10_000_000), '1200', {
    meaning: 'Requests, connects and operations a minute that one API process takes with one token.',
  }),
  requestsPerMinutePerAddress: setting(integer(1, 10_000_000), '2400', {
    meaning: 'Requests, connects and operations a minute that one API process takes from one address.',
  }),
  maxSockets: setting(integer(1, 100_000), '2000', { meaning: 'Most WebSockets of one API process.' }),
  maxSocketsPerAddress: setting(integer(1, 100_000), '200', {
    meaning: 'Most WebSockets of one API process from one address.',
  }),
};

const mode = {
  production: setting(environment, 'development', {
    meaning:
      'production has no explorer, gives no hints about the schema in errors, and requires DATABASE_URL, BOT_TOKEN and, for the API, ADMIN_TOKEN.',
  }),
  logLevel: setting(logLevel, 'info', {
    meaning:
      'The least important lines that are logged. debug has a line for each delivery, trace each SQL statement but those of the job queue.',
  }),
};

const commandLine = {
  apiUrl: optional(httpRoot, {
    meaning:
      'Address of the API for "npm run campaigns", such as https://pollcast.example. Without it the one of HOST and PORT.',
  }),
  apiToken: optional(bearerToken, {
    meaning:
      'Token for "npm run campaigns". Without it ADMIN_TOKEN, VIEWER_TOKEN, or the token that "npm start" has generated.',
    secret: 'token',
  }),
};

/** In the order of the documentation. */
export const SETTING_SECTIONS: readonly { title: string; settings: Readonly<Record<string, Setting>> }[] = [
  { title: 'Addresses', settings: addresses },
  { title: 'Database and jobs', settings: storage },
  { title: 'Telegram', settings: telegram },
  { title: 'Access', settings: access },
  { title: 'Pace', settings: sending },
  { title: 'People', settings: people },
  { title: 'Workers', settings: workers },
  { title: 'Limits of one API process', settings: limits },
  { title: 'Mode and log', settings: mode },
  { title: 'Command line', settings: commandLine },
];

/** Each comes from the variable of its name: messagesPerSecond from MESSAGES_PER_SECOND. Times are in milliseconds. */
export const SETTINGS = {
  ...addresses,
  ...storage,
  ...telegram,
  ...people,
  ...access,
  ...sending,
  ...workers,
  ...limits,
  ...mode,
  ...commandLine,
};

/** The variable of the environment that a setting comes from. */
export function toVariable(name: string): string {
  if (name === 'production') return 'NODE_ENV';
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

const entries: readonly [string, Setting][] = Object.entries(SETTINGS);

/** The environment variables that are settings. */
export const SETTING_NAMES: readonly string[] = entries.map(([name]) => toVariable(name));

/** Settings that hold a secret: each may come from a file instead, which NAME_FILE names. */
export const SECRET_SETTINGS: readonly string[] = entries
  .filter(([, { secret }]) => secret !== undefined)
  .map(([name]) => toVariable(name));
