import { distinctGroups } from '../groups/group-names.js';
import { TelegramUserFilter, TelegramUserInput } from './people.types.js';

/** Trims white space and byte order marks, which exported lists contain. @returns null if nothing else is left */
function clean(text: string | null | undefined): string | null | undefined {
  return text == null ? text : text.trim() || null;
}

/** As `clean`, and removes a leading @. */
function cleanUsername(username: string | null | undefined): string | null | undefined {
  return clean(username?.trim().replace(/^@/, '') ?? username);
}

/** Corrects the letter case. An older name of a zone stays, and an unknown one for the check. */
function cleanTimeZone(name: string | null | undefined): string | null | undefined {
  const zone = clean(name);
  if (zone == null) return zone;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() === zone.toLowerCase() ? timeZone : zone;
  } catch {
    return zone;
  }
}

/** A lone @ asks for nothing. */
export function cleanSearch(search: string | null | undefined): string | null | undefined {
  return clean(search?.trim() === '@' ? null : search);
}

export function cleanUser(given: TelegramUserInput): TelegramUserInput {
  const cleaned = new TelegramUserInput();
  cleaned.id = given.id.trim();
  cleaned.username = cleanUsername(given.username);
  cleaned.firstName = clean(given.firstName);
  cleaned.lastName = clean(given.lastName);
  cleaned.languageCode = clean(given.languageCode);
  cleaned.timeZone = cleanTimeZone(given.timeZone);
  cleaned.groups = given.groups && distinctGroups(given.groups);
  return cleaned;
}

export function cleanFilter(given: TelegramUserFilter): TelegramUserFilter {
  const cleaned = Object.assign(new TelegramUserFilter(), given);
  cleaned.usernameContains = cleanUsername(given.usernameContains);
  cleaned.search = cleanSearch(given.search);
  return cleaned;
}
