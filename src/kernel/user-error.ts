import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** What a user can put right. Everything else is a GraphQL error. */
export enum UserErrorCode {
  NOT_FOUND = 'NOT_FOUND',
  INVALID = 'INVALID',
  INVALID_STATE = 'INVALID_STATE',
  IDEMPOTENCY_CONFLICT = 'IDEMPOTENCY_CONFLICT',
  POLL_CLOSED = 'POLL_CLOSED',
  TELEGRAM_REJECTED = 'TELEGRAM_REJECTED',
  TEMPLATE_INVALID = 'TEMPLATE_INVALID',
  TOO_LONG = 'TOO_LONG',
  ANOTHER_CAMPAIGN_RUNS = 'ANOTHER_CAMPAIGN_RUNS',
}

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Stable code of something a user can put right.',
  valuesConfig: {
    NOT_FOUND: { description: 'There is nothing with this id.' },
    INVALID: { description: 'The value cannot be used; the message says what would be right.' },
    INVALID_STATE: { description: 'Not possible while things stand as they do.' },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key was used before with another input.' },
    POLL_CLOSED: { description: 'The poll takes no more answers.' },
    TELEGRAM_REJECTED: { description: 'Telegram did not accept the message.' },
    TEMPLATE_INVALID: {
      description: 'Telegram would refuse a text made of this; the message says where and why.',
    },
    TOO_LONG: { description: 'Longer than Telegram takes; the message says by how much.' },
    ANOTHER_CAMPAIGN_RUNS: {
      description: 'Another campaign of the poll has people pending; besideAnother allows two reminders.',
    },
  },
});

@ObjectType({ description: 'Something a user can put right.' })
export class UserError {
  @Field(() => [String], {
    nullable: true,
    description: 'Path into the arguments, e.g. ["input", "messageTemplate"].',
  })
  field!: string[] | null;

  @Field(() => UserErrorCode, { description: 'Stable code, for programs.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'What is wrong and what would be right, for people.' })
  message!: string;
}

export function userError(code: UserErrorCode, message: string, field?: string[]): UserError {
  return { code, message, field: field ?? null };
}

/** A value, or what a user has to put right before there is one. */
export type Result<T> = { ok: true; value: T } | { ok: false; errors: UserError[] };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refusal(...errors: UserError[]): { ok: false; errors: UserError[] } {
  return { ok: false, errors };
}
