import { badRequest } from './api-error.js';
import { isParams, jsonParam, stringParam } from './params.js';
import type { Params } from './params.js';

export interface BotCommand {
  command: string;
  description: string;
}

const MAX_COMMANDS = 100;
const MAX_DESCRIPTION = 256;

/** The menus of commands that a bot has set, by scope and language. */
export class CommandMenus {
  readonly #menus = new Map<string, readonly BotCommand[]>();

  /** @throws ApiError 400 as Telegram refuses them */
  set(params: Params): void {
    const commands = jsonParam(params, 'commands');
    if (!Array.isArray(commands) || commands.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_INVALID');
    this.#menus.set(keyOf(params), commands.map(readCommand));
  }

  get(params: Params): readonly BotCommand[] {
    return this.#menus.get(keyOf(params)) ?? [];
  }

  /** What a person sees in the private chat: the menu of the narrowest scope, in their language where there is one. */
  shownTo(languageCode: string): readonly BotCommand[] {
    const keys = ['all_private_chats', 'default'].flatMap((scope) => [
      `${scope} ${languageCode}`,
      `${scope} `,
    ]);
    const key = keys.find((candidate) => this.#menus.has(candidate));
    return key === undefined ? [] : (this.#menus.get(key) ?? []);
  }
}

function keyOf(params: Params): string {
  const scope = jsonParam(params, 'scope');
  const language = stringParam(params, 'language_code') ?? '';
  if (!/^([a-z]{2})?$/.test(language)) throw badRequest('invalid language code specified');
  return `${isParams(scope) && typeof scope.type === 'string' ? scope.type : 'default'} ${language}`;
}

function readCommand(value: unknown): BotCommand {
  const { command, description } = isParams(value) ? value : {};
  if (typeof command !== 'string' || !/^\/?[a-z\d_]{1,32}$/.test(command))
    throw badRequest('BOT_COMMAND_INVALID');
  if (typeof description !== 'string' || description === '' || description.length > MAX_DESCRIPTION)
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  return { command: command.replace('/', ''), description };
}
