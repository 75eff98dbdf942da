import { validate, type ValidationError } from 'class-validator';
import { userError, UserErrorCode, type UserError } from './user-error.js';

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
 * Holds an input against the class-validator rules of its class.
 * @param path where the input stands in the arguments
 */
export async function validateInput(input: object, path: readonly string[]): Promise<UserError[]> {
  return flatten(await validate(input, { stopAtFirstError: true, forbidUnknownValues: false }), path);
}
