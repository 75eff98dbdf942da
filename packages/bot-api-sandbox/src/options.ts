import type { ApiUser } from './types.js';

/** What the bot gets to see of a person beside the id. */
export type PersonDetails = Partial<Omit<ApiUser, 'id' | 'is_bot'>>;

/** The token that a sandbox accepts unless told otherwise. Well formed, and nobody's. */
export const SANDBOX_TOKEN = '4200000000:SANDBOX-0123456789abcdefghijklmnopq';

export interface SandboxOptions {
  /** The address to listen on; 127.0.0.1 by default. */
  host?: string;
  /** The port to listen on; 0, the default, takes a free one. */
  port?: number;
  /** The one bot token accepted, `<digits>:<secret>`. */
  token?: string;
  /** The bot's @username, without the @. */
  botUsername?: string;
  /** Messages accepted in any window of one second; 30 by default, `Infinity` lifts the limit. */
  messagesPerSecond?: number;
  /** Messages a second to one chat, once its burst is used up; 1 by default, `Infinity` lifts the limit. */
  chatMessagesPerSecond?: number;
  /** Messages that one chat takes at once; 3 by default. */
  chatBurst?: number;
  /** The limit for messages with `allow_paid_broadcast`; 1000 by default. */
  paidMessagesPerSecond?: number;
  /** Delay of every answer but those of getUpdates, in milliseconds; 0 by default. */
  latencyMs?: number;
  /** Tags of Telegram's HTML that it does not know, as servers of an older version; none by default. */
  unknownTags?: readonly string[];
  /** Whether it knows the effects of messages, which older servers refuse; true by default. */
  knowsEffects?: boolean;
  /**
   * Who a person is that is named by the id alone, as on the page: without it, and for those whom it does not know, everybody
   * is "User <id>".
   */
  findUser?: (id: number) => Promise<PersonDetails | undefined>;
  /** Seed of the faults that come at random; equal seeds give equal draws. */
  seed?: number;
  /** Calls and messages that are remembered at the least; all by default. */
  keepRecords?: number;
}

export type ResolvedOptions = Readonly<Required<SandboxOptions>>;

const TOKEN_SHAPE = /^\d{1,15}:[\w-]{20,}$/;

const POSITIVE = [
  'messagesPerSecond',
  'chatMessagesPerSecond',
  'chatBurst',
  'paidMessagesPerSecond',
  'keepRecords',
] as const;

/** @throws RangeError naming the option that is wrong, and what would be right */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const resolved = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    token: options.token ?? SANDBOX_TOKEN,
    botUsername: options.botUsername ?? 'pollcast_sandbox_bot',
    messagesPerSecond: options.messagesPerSecond ?? 30,
    chatMessagesPerSecond: options.chatMessagesPerSecond ?? 1,
    chatBurst: options.chatBurst ?? 3,
    paidMessagesPerSecond: options.paidMessagesPerSecond ?? 1000,
    latencyMs: options.latencyMs ?? 0,
    unknownTags: options.unknownTags ?? [],
    knowsEffects: options.knowsEffects ?? true,
    findUser: options.findUser ?? (() => Promise.resolve(undefined)),
    seed: options.seed ?? 1,
    keepRecords: options.keepRecords ?? Infinity,
  };
  // The message must not quote the token: it may be a real one, given by mistake.
  if (!isWellFormedToken(resolved.token)) throw new RangeError('token must look like 1234567890:AAAA...');
  for (const name of POSITIVE) {
    if (!(resolved[name] > 0)) throw new RangeError(`${name} must be above 0, not ${resolved[name]}`);
  }
  if (!(resolved.latencyMs >= 0))
    throw new RangeError(`latencyMs must be 0 or more, not ${resolved.latencyMs}`);
  return resolved;
}

export function isWellFormedToken(token: string): boolean {
  return TOKEN_SHAPE.test(token);
}
