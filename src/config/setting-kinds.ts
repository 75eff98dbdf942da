import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { resolveTimeZone } from '../kernel/time-zone.js';
import { databaseUrlProblem } from './database-url.js';

type TextSchema = z.ZodType<unknown, string>;

/** What a setting may be. "must be" and `accepts` make the sentence that refuses a wrong value. */
export interface Kind<T extends TextSchema> {
  accepts: string;
  schema: T;
}

function kind<T extends TextSchema>(accepts: string, create: (refusal: string) => T): Kind<T> {
  return { accepts, schema: create(`must be ${accepts}`) };
}

function pattern(expression: RegExp, accepts: string) {
  return kind(accepts, (refusal) => z.string().regex(expression, refusal));
}

export function text(accepts: string) {
  return kind(accepts, () => z.string());
}

export function integer(min: number, max: number) {
  return kind(`a whole number from ${min} to ${max}`, (refusal) =>
    z
      .string()
      .regex(/^\d{1,15}$/, refusal)
      .transform(Number)
      .refine((value) => value >= min && value <= max, refusal),
  );
}

function choice<const T extends readonly string[]>(...values: T) {
  const accepts = `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
  return kind(accepts, (refusal) =>
    z
      .string()
      .refine((value) => values.includes(value), refusal)
      .transform((value) => value as T[number]),
  );
}

/** A list with commas between its items, each of which has to pass the check. */
function list(isItem: (item: string) => boolean, accepts: string) {
  return kind(accepts, (refusal) =>
    z
      .string()
      .transform((value) =>
        value
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      )
      .refine((items) => items.every(isItem), refusal),
  );
}

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, origin } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && origin === value;
}

/** Such as 10.0.0.7, 10.0.0.0/8 or fd00::/8; not the short forms of IPv4 addresses, such as 10.1. */
function isNetwork(value: string): boolean {
  const { IPv4, IPv6 } = ipaddr;
  return (
    IPv4.isValidFourPartDecimal(value) ||
    IPv4.isValidCIDRFourPartDecimal(value) ||
    IPv6.isValid(value) ||
    IPv6.isValidCIDR(value)
  );
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

const trueOrFalse = choice('true', 'false');
export const flag = { ...trueOrFalse, schema: trueOrFalse.schema.transform((value) => value === 'true') };

const anyEnvironment = choice('development', 'test', 'production');
/** True for production: test is development under another name, which test runners set. */
export const environment = {
  ...anyEnvironment,
  schema: anyEnvironment.schema.transform((value) => value === 'production'),
};

export const logLevel = choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent');

export const databaseUrl = kind('a URL such as postgres://user:password@host:5432/name', () =>
  z.string().superRefine((value, context) => {
    const message = databaseUrlProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
);

/** It may name several hosts, so that it is no URL to the rest of the world; the driver checks it further. */
export const mongodbUrl = pattern(
  /^mongodb(\+srv)?:\/\/[^\s/]+(\/\S*)?$/,
  'a URL such as mongodb://host:27017/pollcast or mongodb+srv://host/pollcast',
);

export const httpRoot = kind('a URL that begins with http:// or https://', (refusal) =>
  z
    .string()
    .refine(isHttpUrl, refusal)
    .transform((root) => root.replace(/\/+$/, '')),
);

/** The path is that of the route; what stands in front may add to its beginning. */
export const webhookUrl = kind('a URL such as https://polls.example/telegram', (refusal) =>
  z
    .string()
    .refine(
      (url) => isHttpUrl(url) && !/[?#]/.test(url) && new URL(url).pathname.endsWith('/telegram'),
      refusal,
    ),
);

export const botToken = pattern(
  /^\d{1,20}:[A-Za-z0-9_-]{20,}$/,
  'a bot token from @BotFather, such as 123456:ABC-DEF...',
);

export const bearerToken = pattern(/^[\x21-\x7e]{16,}$/, 'at least 16 printable characters without spaces');

export const origins = list(isOrigin, 'origins such as https://dashboard.example, separated by commas');

export const networks = list(isNetwork, 'addresses or networks such as 10.0.0.0/8, separated by commas');

export const timeZone = kind('an IANA time zone such as Europe/Lisbon', (refusal) =>
  z.string().refine((value) => resolveTimeZone(value) !== undefined, refusal),
);
