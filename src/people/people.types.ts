import {
  ArrayMaxSize,
  IsOptional,
  IsTimeZone,
  Matches,
  MaxLength,
  type ValidationArguments,
} from 'class-validator';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Personal } from '../access/personal.js';
import { IdField } from '../graphql-types/ids.js';
import { connectionType } from '../graphql-types/connection.js';
import { UserError } from '../graphql-types/user-error.js';
import { describeOtherType } from '../kernel/ids.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { TelegramUser, TelegramUserStatus } from './telegram-user.entity.js';

export const TelegramUserConnection = connectionType(TelegramUser, 'TelegramUser');

/** Longer than any name with any username. */
export const MAX_SEARCH = 200;
export const SEARCH_LENGTH = 'search must have at most $constraint1 characters.';
export const SEARCH_DESCRIPTION =
  'Part of the first name, the last name or the username, or the Telegram user id; letter case does not matter. One or two ' +
  'letters: the start of a word. With a leading @ the username alone.';

@InputType({ description: 'Which users to list.' })
export class TelegramUserFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [TelegramUserStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: TelegramUserStatus[] | null;

  @Personal()
  @IsOptional()
  @MaxLength(32, { message: 'usernameContains must have at most 32 characters.' })
  @Field(() => String, {
    nullable: true,
    description:
      'Part of the username, with or without a leading @; case-insensitive. One or two letters: its start.',
  })
  usernameContains?: string | null;

  @IsOptional()
  @ArrayMaxSize(100, { message: 'groups must have at most $constraint1 items.' })
  @Field(() => [String], {
    nullable: true,
    description:
      'Members of any of these groups; letter case does not matter. A group that does not exist has none.',
  })
  groups?: string[] | null;

  @Personal()
  @IsOptional()
  @MaxLength(MAX_SEARCH, { message: SEARCH_LENGTH })
  @Field(() => String, { nullable: true, description: SEARCH_DESCRIPTION })
  search?: string | null;
}

export enum TelegramUserOrder {
  ID_ASC = 'ID_ASC',
  CREATED_AT_DESC = 'CREATED_AT_DESC',
  NAME_ASC = 'NAME_ASC',
}

registerEnumType(TelegramUserOrder, {
  name: 'TelegramUserOrder',
  description: 'Order of a list of users.',
  valuesConfig: {
    ID_ASC: { description: 'By Telegram user id.' },
    CREATED_AT_DESC: { description: 'Those who became known last come first.' },
    NAME_ASC: { description: 'By first and last name, letter case aside; those without a name come last.' },
  },
});

const NAME_LENGTH = '$property must have at most $constraint1 characters.';

const USERNAME_FORM =
  'username must be a Telegram username: 4 to 32 letters, digits and underscores, a letter first.';

/** Says what is wrong with the id of an imported user. */
function describeUserId({ value }: ValidationArguments): string {
  return (
    describeOtherType('user', String(value)) ?? 'id must be a Telegram user id: a positive whole number.'
  );
}

const TIME_ZONE_FORM = 'timeZone must be the IANA name of a time zone, such as Europe/Lisbon.';

@InputType({
  description: 'A user who has written to the bot. Fields left out stay; null clears them.',
})
export class TelegramUserInput {
  @Matches(/^[1-9]\d{0,15}$/, { message: describeUserId })
  @IdField('user', { description: 'The Telegram user id.' })
  id!: string;

  @IsOptional()
  @Matches(/^[a-z]\w{3,31}$/i, { message: USERNAME_FORM })
  @Field(() => String, {
    nullable: true,
    description: 'Telegram username, 4 to 32 letters, digits and underscores; a leading @ is removed.',
  })
  username?: string | null;

  @IsOptional()
  @MaxLength(64, { message: NAME_LENGTH })
  @Field(() => String, { nullable: true, description: 'First name, at most 64 characters.' })
  firstName?: string | null;

  @IsOptional()
  @MaxLength(64, { message: NAME_LENGTH })
  @Field(() => String, { nullable: true, description: 'Last name, at most 64 characters.' })
  lastName?: string | null;

  @IsOptional()
  @MaxLength(35, { message: NAME_LENGTH })
  @Field(() => String, { nullable: true, description: 'IETF language tag, at most 35 characters.' })
  languageCode?: string | null;

  @IsOptional()
  @IsTimeZone({ message: TIME_ZONE_FORM })
  @Matches(/^[a-z]/i, { message: TIME_ZONE_FORM })
  @Field(() => String, { nullable: true, description: 'IANA name of the time zone, such as Europe/Lisbon.' })
  timeZone?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'All groups that the user belongs to, at most 100, which replace the ones before; new ones are created. Names have 1 to ' +
      '100 characters. [] and null take the user out of all groups.',
  })
  groups?: string[] | null;
}

@ObjectType({ description: 'How many users an import created and updated.' })
export class ImportTelegramUsersPayload {
  @Field(() => Int, { description: 'Users who were not known before.' })
  created!: number;

  @Field(() => Int, { description: 'Known users, whose given fields were updated.' })
  updated!: number;

  @Field(() => [UserError], {
    description: 'Errors to correct; nothing was imported unless it is empty.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'How many completions were new.' })
export class RecordPollCompletionsPayload {
  @Field(() => Int, { description: 'Completions that were not known before.' })
  recorded!: number;

  @Field(() => [UserError], {
    description: 'Errors to correct; nothing was recorded unless it is empty.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The user as it now is, and the errors that prevented the change.' })
export class TelegramUserPayload {
  @Field(() => TelegramUser, { nullable: true, description: 'The user, or null if there is none.' })
  user!: TelegramUser | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the change was made.' })
  userErrors!: UserError[];
}
