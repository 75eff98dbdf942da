import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { UserErrorCode, type UserError as UserErrorFields } from '../kernel/user-error.js';

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Stable code of an error that a user can correct.',
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
    TAKEN: { description: 'There is, or was, another of this name.' },
    ANOTHER_CAMPAIGN_RUNS: {
      description:
        'Another campaign of the poll has people pending, even if it is PAUSED or FAILED; besideAnother allows two reminders.',
    },
  },
});

@ObjectType({ description: 'An error that a user can correct.' })
export class UserError implements UserErrorFields {
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
