import {
  ArrayMaxSize,
  ArrayMinSize,
  IsOptional,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../graphql-types/connection.js';
import { UserError } from '../graphql-types/user-error.js';
import { VISIBLE } from '../kernel/blank.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { Poll, PollStatus } from './poll.entity.js';

export const PollConnection = connectionType(Poll, 'Poll');

@InputType({ description: 'Which polls to list.' })
export class PollFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [PollStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: PollStatus[] | null;

  @IsOptional()
  @MaxLength(200, { message: 'titleContains must have at most 200 characters.' })
  @Field(() => String, { nullable: true, description: 'A part of the title; letter case does not matter.' })
  titleContains?: string | null;
}

export enum PollOrder {
  CREATED_AT_DESC = 'CREATED_AT_DESC',
  CREATED_AT_ASC = 'CREATED_AT_ASC',
  TITLE_ASC = 'TITLE_ASC',
  CLOSES_AT_ASC = 'CLOSES_AT_ASC',
}

registerEnumType(PollOrder, {
  name: 'PollOrder',
  description: 'Order of a list of polls.',
  valuesConfig: {
    CREATED_AT_DESC: { description: 'Newest first.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    TITLE_ASC: { description: 'By title, letter case aside.' },
    CLOSES_AT_ASC: { description: 'Those that close first come first, those that do not close last.' },
  },
});

/** Telegram refuses messages and buttons without a character that is displayed. */
const NOT_BLANK = VISIBLE;

@InputType({ description: 'A question of a new poll.' })
export class CreateQuestionInput {
  @Matches(NOT_BLANK, { message: 'A question must have a text.' })
  @MaxLength(1000, { message: 'A question must have at most 1000 characters.' })
  @Field(() => String, { description: 'Text of the question, at most 1000 characters.' })
  text!: string;

  @ArrayMinSize(2, { message: 'A question must have at least 2 options.' })
  @ArrayMaxSize(50, { message: 'A question must have at most 50 options.' })
  @Matches(NOT_BLANK, { each: true, message: 'An option must have a text.' })
  @MaxLength(200, { each: true, message: 'An option must have at most 200 characters.' })
  @Field(() => [String], { description: 'The answers it offers: 2 to 50, of at most 200 characters.' })
  options!: string[];
}

const POLL_GROUPS =
  'Names of the groups whose members are asked and reminded, at most 100; letter case does not matter. [] and null mean everybody.';

@InputType({ description: 'A new poll.' })
export class CreatePollInput {
  @Matches(NOT_BLANK, { message: 'A poll must have a title.' })
  @MaxLength(200, { message: 'The title must have at most 200 characters.' })
  @Field(() => String, { description: 'Title of the poll, at most 200 characters.' })
  title!: string;

  @IsOptional()
  @MaxLength(2000, { message: 'The description must have at most 2000 characters.' })
  @Field(() => String, { nullable: true, description: 'Description of the poll, at most 2000 characters.' })
  description?: string | null;

  @Field(() => Date, { nullable: true, description: 'When it closes by itself.' })
  closesAt?: Date | null;

  @ArrayMinSize(1, { message: 'A poll must have at least one question.' })
  @ArrayMaxSize(100, { message: 'A poll must have at most 100 questions.' })
  @ValidateNested({ each: true })
  @Field(() => [CreateQuestionInput], { description: 'Its questions in their order: 1 to 100.' })
  questions!: CreateQuestionInput[];

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether answers are counted and never tied to a person once the poll is completed; fixed when the poll opens. False by default.',
  })
  anonymous?: boolean | null;

  @Field(() => [String], { nullable: true, description: POLL_GROUPS })
  groups?: string[] | null;

  @IsOptional()
  @Length(1, 200, { message: 'idempotencyKey must have 1 to 200 characters.' })
  @Field(() => String, {
    nullable: true,
    description:
      "Same key and same input: the first call's poll is returned. Same key, other input: IDEMPOTENCY_CONFLICT.",
  })
  idempotencyKey?: string | null;
}

@InputType({
  description:
    'What is left out stays; null clears where null is allowed. Questions can be changed while the poll is a draft.',
})
export class UpdatePollInput {
  @IsOptional()
  @Matches(NOT_BLANK, { message: 'A poll must have a title.' })
  @MaxLength(200, { message: 'The title must have at most 200 characters.' })
  @Field(() => String, {
    nullable: true,
    description: 'Title of the poll, at most 200 characters; not null.',
  })
  title?: string | null;

  @IsOptional()
  @MaxLength(2000, { message: 'The description must have at most 2000 characters.' })
  @Field(() => String, {
    nullable: true,
    description: 'Description of the poll, at most 2000 characters; null removes it.',
  })
  description?: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When it closes by itself, in the future; null for never. A poll that was closed by hand stays closed.',
  })
  closesAt?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether answers are counted and never tied to a person once the poll is completed; fixed when the poll opens. Null is false.',
  })
  anonymous?: boolean | null;

  @Field(() => [String], { nullable: true, description: POLL_GROUPS })
  groups?: string[] | null;

  @IsOptional()
  @ArrayMinSize(1, { message: 'A poll must have at least one question.' })
  @ArrayMaxSize(100, { message: 'A poll must have at most 100 questions.' })
  @ValidateNested({ each: true })
  @Field(() => [CreateQuestionInput], {
    nullable: true,
    description: 'Its questions in their order, 1 to 100, which replace the ones before; not null.',
  })
  questions?: CreateQuestionInput[] | null;
}

@ObjectType({ description: 'The changed poll, or the errors that prevented the change.' })
export class PollPayload {
  @Field(() => Poll, {
    nullable: true,
    description: 'The poll as it now is, also when the change was refused; null if there is none.',
  })
  poll!: Poll | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the change was made.' })
  userErrors!: UserError[];
}
