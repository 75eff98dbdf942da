export interface BotCommand {
  /** In lower case, without the slash. */
  name: string;
  /** Text after the command, such as the payload of a deep link. */
  payload: string;
}

const COMMAND = /^\/(\w{1,32})(?:@\w+)?(?:\s+(.*))?$/s;

/**
 * Parses a command in any letter case, with or without the bot's name: "/Start@Bot poll_1".
 * @returns undefined for a text that is not a command
 */
export function parseCommand(text: string): BotCommand | undefined {
  const [, name, payload = ''] = COMMAND.exec(text.trim()) ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), payload };
}
