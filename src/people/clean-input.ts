import { TelegramUserFilter, TelegramUserInput } from './people.types.js';

/** Without what lists carry along: white space and byte order marks around a value; null where nothing else is in it. */
function clean(text: string | null | undefined): string | null | undefined {
  return text == null ? text : text.trim() || null;
}

/** @returns the same with a leading @ taken off, too */
function cleanUsername(username: string | null | undefined): string | null | undefined {
  return clean(username?.trim().replace(/^@/, '') ?? username);
}

export function cleanUser(given: TelegramUserInput): TelegramUserInput {
  const cleaned = new TelegramUserInput();
  cleaned.id = given.id.trim();
  cleaned.username = cleanUsername(given.username);
  cleaned.firstName = clean(given.firstName);
  cleaned.lastName = clean(given.lastName);
  cleaned.languageCode = clean(given.languageCode);
  return cleaned;
}

export function cleanFilter(given: TelegramUserFilter): TelegramUserFilter {
  const cleaned = Object.assign(new TelegramUserFilter(), given);
  cleaned.usernameContains = cleanUsername(given.usernameContains);
  return cleaned;
}
