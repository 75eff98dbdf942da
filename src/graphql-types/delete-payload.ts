import { Field, ObjectType } from 'type-graphql';
import { formatId, type IdType } from '../kernel/ids.js';
import type { Result } from '../kernel/user-error.js';
import { IdField } from './ids.js';
import { UserError } from './user-error.js';

@ObjectType({ description: 'What was deleted, or the errors that prevented it.' })
export class DeletePayload {
  @IdField('node', { nullable: true, description: 'Id of what is gone; null if nothing was deleted.' })
  deletedId!: string | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if it was deleted.' })
  userErrors!: UserError[];
}

/** @param result with the key of what was deleted */
export function deletePayload(type: IdType, result: Result<string>): DeletePayload {
  return result.ok
    ? { deletedId: formatId(type, result.value), userErrors: [] }
    : { deletedId: null, userErrors: result.errors };
}
