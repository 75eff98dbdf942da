import { Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../graphql-types/user-error.js';
import { Group } from '../groups/group.entity.js';

@ObjectType({ description: 'The changed group, or the errors that prevented the change.' })
export class GroupPayload {
  @Field(() => Group, { nullable: true, description: 'The group, or null if there is none.' })
  group!: Group | null;

  @Field(() => Int, { description: 'Users who were not in the group before, or were in it.' })
  changedCount!: number;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the change was made.' })
  userErrors!: UserError[];
}
