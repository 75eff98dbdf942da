import type { BotCommand } from './command-menus.js';
import { SandboxCore } from './core.js';
import type { FaultHandle, FaultRule } from './fault-types.js';
import { resolveOptions } from './options.js';
import type { SandboxOptions } from './options.js';
import type { RecordedCall, RecordedMessage } from './record.js';
import { startServer } from './server.js';
import type { Update } from './types.js';
import type { ButtonChoice, Press, SandboxUser } from './users.js';

export { FAULT_ANSWERS } from './fault-answers.js';
export type { NamedFaultAnswer } from './fault-answers.js';
export type { BotCommand } from './command-menus.js';
export type { CallbackAnswer } from './callback-queries.js';
export type * from './fault-types.js';
export { SANDBOX_TOKEN } from './options.js';
export type { PersonDetails, SandboxOptions } from './options.js';
export type { RecordedCall, RecordedMessage } from './record.js';
export type { ApiMessage, InlineButton, InlineKeyboard, Update } from './types.js';
export type { ButtonChoice, Press, SandboxUser } from './users.js';

const DEFAULT_WAIT_MS = 240_000;

/** A running Bot API server of one's own. */
export interface BotApiSandbox {
  /** For telegraf's `apiRoot`; without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly botUsername: string;

  /** Every request to the Bot API, in the order of arrival. The array is live. */
  readonly calls: readonly RecordedCall[];
  /** Every message accepted, in the order of acceptance. The array is live. */
  readonly messages: readonly RecordedMessage[];
  /** How many requests were answered with 429. */
  readonly throttled: number;
  messagesTo(chatId: number): readonly RecordedMessage[];
  /** Forgets calls, messages and the count of 429s; limits, faults and updates stay as they are. */
  clear(): void;

  readonly faults: {
    /** The first rule that matches a request wins. @throws RangeError for a number out of range */
    add(rule: FaultRule): FaultHandle;
    /** Removes every rule and ends the waits that rules have started. */
    clear(): void;
  };

  /** The menu of commands that a person with this language sees in the chat. */
  commandsShownTo(languageCode: string): readonly BotCommand[];

  /** A person with what `findUser` knows of them. */
  introduce(id: number): Promise<SandboxUser>;
  /** A person writes to the bot: in private, or in the group `chatId`. */
  userSays(user: SandboxUser, text: string, chatId?: number): Update;
  /** A person blocks the bot, and its messages to them are refused; or unblocks it. */
  userBlocks(user: SandboxUser): Update;
  userUnblocks(user: SandboxUser): Update;
  /** A person presses an inline button. @throws Error that says which buttons there are */
  press(chatId: number, button: ButtonChoice): Press;

  /**
   * Resolves as soon as the condition holds; it is looked at again after each request and edit.
   * @throws Error when that takes longer than `timeoutMs` (240,000 by default), or the sandbox is closed
   */
  waitUntil(condition: () => boolean, timeoutMs?: number): Promise<void>;

  /** Ends open polls and connections at once. Can be called again. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks the Bot API, enforces Telegram's limits, and fails on demand.
 * @throws RangeError for a wrong option; an error of node:net when the port cannot be had
 */
export async function startBotApiSandbox(options: SandboxOptions = {}): Promise<BotApiSandbox> {
  const core = new SandboxCore(resolveOptions(options));
  const server = await startServer(core);
  const { record, users, faults } = core;
  let closed: Promise<void> | undefined;
  return {
    url: server.url,
    token: core.options.token,
    botUsername: core.options.botUsername,
    calls: record.calls,
    messages: record.messages,
    get throttled() {
      return record.throttled;
    },
    messagesTo: (chatId) => record.messagesTo(chatId),
    clear: () => {
      record.clear();
    },
    faults,
    commandsShownTo: (languageCode) => core.menus.shownTo(languageCode),
    introduce: (id) => users.introduce(id),
    userSays: (user, text, chatId) => users.says(user, text, chatId),
    userBlocks: (user) => users.blocks(user),
    userUnblocks: (user) => users.unblocks(user),
    press: (chatId, button) => users.press(chatId, button),
    waitUntil: (condition, timeoutMs = DEFAULT_WAIT_MS) => core.conditions.waitUntil(condition, timeoutMs),
    close: () => {
      closed ??= server.close();
      core.close();
      return closed;
    },
  };
}
