import { ArrayMaxSize, IsOptional, MaxLength } from 'class-validator';
import { Field, InputType, ObjectType } from 'type-graphql';
import { Personal } from '../access/personal.js';
import { connectionType } from '../graphql-types/connection.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { Poll } from '../polls/poll.entity.js';
import { Participation } from './participation.js';
import { SEARCH_DESCRIPTION, SEARCH_LENGTH, MAX_SEARCH } from './people.types.js';
import { TelegramUser, TelegramUserStatus } from './telegram-user.entity.js';

@ObjectType({ description: 'A user whom a poll is for, and how far the user is with it.' })
export class Participant {
  pollId!: string;

  @Field(() => TelegramUser, { description: 'Who it is.' })
  user!: TelegramUser;
}

export const ParticipantConnection = connectionType(Participant, 'Participant');

@InputType({ description: 'Which participants to list.' })
export class ParticipantFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: 'participation must have at most $constraint1 items.' })
  @Field(() => [Participation], { nullable: true, description: 'Any of these.' })
  participation?: Participation[] | null;

  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [TelegramUserStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: TelegramUserStatus[] | null;

  @IsOptional()
  @ArrayMaxSize(100, { message: 'groups must have at most $constraint1 items.' })
  @Field(() => [String], {
    nullable: true,
    description: 'Members of any of these groups; letter case does not matter.',
  })
  groups?: string[] | null;

  @Personal()
  @IsOptional()
  @MaxLength(MAX_SEARCH, { message: SEARCH_LENGTH })
  @Field(() => String, { nullable: true, description: SEARCH_DESCRIPTION })
  search?: string | null;
}

@ObjectType({ description: 'What a user has done in a poll that is for them.' })
export class UserParticipation {
  userId!: string;

  @Field(() => Poll, { description: 'The poll.' })
  poll!: Poll;
}

export const UserParticipationConnection = connectionType(UserParticipation, 'UserParticipation');

@ObjectType('Answer', { description: 'What a user chose for a question.' })
export class UserAnswer {
  questionId!: string;

  optionId!: string;

  @Field(() => Date, { description: 'When it was chosen.' })
  answeredAt!: Date;
}

/** How far a user is with a poll; the key is "poll_user". */
export interface Standing {
  key: string;
  participation: Participation;
  answeredQuestions: number;
  completedAt: Date | null;
  declined: boolean;
  remindAt: Date | null;
}

export interface KeyedAnswer {
  key: string;
  questionId: string;
  optionId: string;
  answeredAt: Date;
}
