import { groupNameErrors } from '../groups/group-names.js';
import type { UserError } from '../kernel/user-error.js';
import { validateInput } from '../kernel/validation.js';
import { cleanUser } from './clean-input.js';
import type { TelegramUserInput } from './people.types.js';

/** Checks one user of an import. @param path of the user in the arguments */
export async function checkUser(given: TelegramUserInput, path: readonly string[]): Promise<UserError[]> {
  return [
    ...(await validateInput(cleanUser(given), path)),
    ...groupNameErrors(given.groups ?? [], [...path, 'groups']),
  ];
}
