import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../graphql-types/user-error.js';
import { ApiToken } from './api-token.entity.js';
import type { TokenRecord } from './token-record.js';

@ObjectType({ description: 'The new token, or the errors that prevented it.' })
export class CreateApiTokenPayload {
  @Field(() => ApiToken, {
    nullable: true,
    description: 'What is stored of the token; null if none was created.',
  })
  apiToken!: TokenRecord | null;

  @Field(() => String, {
    nullable: true,
    description: 'The token itself, for the header "authorization: Bearer ...". It is not shown again.',
  })
  token!: string | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the token was created.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The token as it now is, and the errors that prevented the change.' })
export class ApiTokenPayload {
  @Field(() => ApiToken, { nullable: true, description: 'The token, or null if there is none.' })
  apiToken!: TokenRecord | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the change was made.' })
  userErrors!: UserError[];
}
