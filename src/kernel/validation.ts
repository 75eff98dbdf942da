import { validate, type ValidationError } from 'class-validator';
import { badUserInput } from './errors.js';
import { userError, UserErrorCode, type UserError } from './user-error.js';

/** More than any enum of statuses has values. */
export const MAX_STATUSES = 20;
export const STATUSES_LENGTH = 'status must have at most $constraint1 items.';

function flatten(errors: readonly ValidationError[], path: readonly string[]): UserError[] {
  return errors.flatMap((error) => {
    const field = [...path, error.property];
    const own = Object.values(error.constraints ?? {});
    const [message] = own;
    const nested = flatten(error.children ?? [], field);
    return message === undefined ? nested : [userError(UserErrorCode.INVALID, message, field), ...nested];
  });
}

/**
 * Checks an input by the class-validator rules of its class.
 * @param path of the input in the arguments
 */
export async function validateInput(input: object, path: readonly string[]): Promise<UserError[]> {
  return flatten(await validate(input, { stopAtFirstError: true, forbidUnknownValues: false }), path);
}

/**
 * Checks a filter by the rules of its class; queries have no userErrors.
 * @throws BAD_USER_INPUT for the first rule that is broken
 */
export async function requireValid(filter: object | null | undefined): Promise<void> {
  const [broken] = filter ? await validateInput(filter, ['filter']) : [];
  if (broken) throw badUserInput(broken.message);
}
