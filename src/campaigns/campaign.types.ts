import {
  ArrayMaxSize,
  IsOptional,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { IdField } from '../graphql-types/ids.js';
import { UserError } from '../graphql-types/user-error.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { CampaignAudienceInput } from './campaign-audience.types.js';
import { NotificationCampaign } from './campaign.entity.js';
import { CampaignStatus } from './lifecycle.js';

export enum CampaignOrder {
  CREATED_AT_DESC = 'CREATED_AT_DESC',
  CREATED_AT_ASC = 'CREATED_AT_ASC',
  STARTED_AT_DESC = 'STARTED_AT_DESC',
  SCHEDULED_FOR_ASC = 'SCHEDULED_FOR_ASC',
  TOTAL_USERS_DESC = 'TOTAL_USERS_DESC',
}

registerEnumType(CampaignOrder, {
  name: 'CampaignOrder',
  description: 'Order of a list of campaigns.',
  valuesConfig: {
    CREATED_AT_DESC: { description: 'Newest first.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    STARTED_AT_DESC: { description: 'Those started last come first, those not started last.' },
    SCHEDULED_FOR_ASC: { description: 'Those that are due first come first, those without a schedule last.' },
    TOTAL_USERS_DESC: { description: 'Those with the most recipients come first.' },
  },
});

@ObjectType({
  description: 'How a campaign spreads its messages over time, under the rate of the installation.',
})
export class Pacing {
  @Field(() => Int, { description: 'Recipients per chunk.' })
  chunkSize!: number;

  @Field(() => Int, { description: 'Milliseconds between the starts of two chunks.' })
  chunkIntervalMs!: number;

  @Field(() => Int, { description: 'Milliseconds between two sends of one chunk.' })
  sendIntervalMs!: number;
}

@InputType({ description: 'Which campaigns to list.' })
export class CampaignFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [CampaignStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: CampaignStatus[] | null;

  @IdField('poll', { nullable: true, description: 'The poll they remind of.' })
  topicId?: string | null;

  @Field(() => Date, { nullable: true, description: 'Created at this instant or later.' })
  createdAfter?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Created before this instant.' })
  createdBefore?: Date | null;

  @IsOptional()
  @MaxLength(200, { message: 'nameContains must have at most 200 characters.' })
  @Field(() => String, { nullable: true, description: 'Part of the name; letter case does not matter.' })
  nameContains?: string | null;

  @Field(() => Date, { nullable: true, description: 'Scheduled for this instant or later.' })
  scheduledAfter?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Scheduled for before this instant.' })
  scheduledBefore?: Date | null;

  @Field(() => Date, { nullable: true, description: 'First started at this instant or later.' })
  startedAfter?: Date | null;

  @Field(() => Date, { nullable: true, description: 'First started before this instant.' })
  startedBefore?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: FAILED, paused by the system, or at a standstill. False: none of these.',
  })
  needsAttention?: boolean | null;
}

const CHUNK_SIZE_RANGE = 'chunkSize must be from 1 to 10000.';
const INTERVAL_RANGE = '$property must be from 0 to 3600000 milliseconds.';

@InputType({
  description: 'Pacing of a new campaign; absent values follow the settings of the installation.',
})
export class PacingInput {
  @IsOptional()
  @Min(1, { message: CHUNK_SIZE_RANGE })
  @Max(10_000, { message: CHUNK_SIZE_RANGE })
  @Field(() => Int, { nullable: true, description: 'Recipients per chunk, 1 to 10000.' })
  chunkSize?: number | null;

  @IsOptional()
  @Min(0, { message: INTERVAL_RANGE })
  @Max(3_600_000, { message: INTERVAL_RANGE })
  @Field(() => Int, {
    nullable: true,
    description: 'Milliseconds between the starts of two chunks, 0 to 3600000.',
  })
  chunkIntervalMs?: number | null;

  @IsOptional()
  @Min(0, { message: INTERVAL_RANGE })
  @Max(3_600_000, { message: INTERVAL_RANGE })
  @Field(() => Int, {
    nullable: true,
    description: 'Milliseconds between two sends of one chunk, 0 to 3600000.',
  })
  sendIntervalMs?: number | null;
}

const NAME_LENGTH = 'name must have 1 to 200 characters.';

@InputType({ description: 'Texts of a reminder in one language.' })
export class MessageTranslationInput {
  @Matches(/^[a-z]{2,3}([-_][a-z\d]{2,8})*$/i, {
    message: 'languageCode must be an IETF language tag, such as ru or pt-br.',
  })
  @MaxLength(35, { message: 'languageCode must have at most 35 characters.' })
  @Field(() => String, { description: 'IETF language tag, such as ru or pt-br; each language once.' })
  languageCode!: string;

  @Field(() => String, {
    description: 'Text of the reminder, in Telegram HTML; placeholders as in the messageTemplate.',
  })
  messageTemplate!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Text of the button that opens the poll, at most 64 characters; null for the default.',
  })
  buttonText?: string | null;
}

@InputType({ description: 'A new campaign.' })
export class CreateCampaignInput {
  @IdField('poll', { description: 'The poll to remind of.' })
  topicId!: string;

  @IsOptional()
  @Length(1, 200, { message: NAME_LENGTH })
  @Field(() => String, { nullable: true, description: 'Name of the campaign, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Text of the reminder, in Telegram HTML; {{firstName}}, {{pollTitle}}, {{closesAt}} and {{questionsLeft}} are replaced ' +
      'for each recipient.',
  })
  messageTemplate?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Text of the button that opens the poll, at most 64 characters.',
  })
  buttonText?: string | null;

  @IsOptional()
  @ArrayMaxSize(50, { message: 'There can be at most 50 translations.' })
  @ValidateNested({ each: true })
  @Field(() => [MessageTranslationInput], {
    nullable: true,
    description:
      'Texts for recipients of other languages, by the language of their Telegram. The default messageTemplate needs none for ' +
      'languages that the bot speaks.',
  })
  translations?: MessageTranslationInput[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the reminder carries the recipient's next open question with its options, so that one press is one answer; false by default.",
  })
  asksFirstQuestion?: boolean | null;

  @IsOptional()
  @ValidateNested()
  @Field(() => CampaignAudienceInput, {
    nullable: true,
    description: 'Restricts the audience; by default, all users who have not completed the poll.',
  })
  audience?: CampaignAudienceInput | null;

  @Field(() => Date, { nullable: true, description: 'When the campaign starts by itself.' })
  scheduledFor?: Date | null;

  @IsOptional()
  @ValidateNested()
  @Field(() => PacingInput, { nullable: true, description: 'How to spread the messages over time.' })
  pacing?: PacingInput | null;

  @IsOptional()
  @Length(1, 200, { message: 'idempotencyKey must have 1 to 200 characters.' })
  @Field(() => String, {
    nullable: true,
    description:
      "Same key and same input: the first call's campaign is returned. Same key, other input: IDEMPOTENCY_CONFLICT.",
  })
  idempotencyKey?: string | null;
}

@InputType({
  description:
    'While PENDING or SCHEDULED everything can be changed (scheduledFor null makes SCHEDULED PENDING); while PAUSED or ' +
    'FAILED name, texts, button and the two intervals, for those still pending; chunkSize not once planned. ' +
    'What is left out stays.',
})
export class UpdateCampaignInput {
  @IsOptional()
  @Length(1, 200, { message: NAME_LENGTH })
  @Field(() => String, { nullable: true, description: 'Name of the campaign; null removes it.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Text of the reminder, in Telegram HTML; null for the default.',
  })
  messageTemplate?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Text of the button that opens the poll, at most 64 characters; null for the default.',
  })
  buttonText?: string | null;

  @IsOptional()
  @ArrayMaxSize(50, { message: 'There can be at most 50 translations.' })
  @ValidateNested({ each: true })
  @Field(() => [MessageTranslationInput], {
    nullable: true,
    description:
      'Texts for recipients of other languages, by the language of their Telegram. Null removes them.',
  })
  translations?: MessageTranslationInput[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the reminder carries the recipient's next open question with its options, so that one press is one answer; null for false.",
  })
  asksFirstQuestion?: boolean | null;

  @IsOptional()
  @ValidateNested()
  @Field(() => CampaignAudienceInput, {
    nullable: true,
    description: 'Restricts the audience; absent values stay, null removes restrictions.',
  })
  audience?: CampaignAudienceInput | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the campaign starts by itself; null for never.',
  })
  scheduledFor?: Date | null;

  @IsOptional()
  @ValidateNested()
  @Field(() => PacingInput, {
    nullable: true,
    description: 'How to spread the messages over time; absent values stay.',
  })
  pacing?: PacingInput | null;
}

@ObjectType({ description: 'The changed campaign, or the errors that prevented the change.' })
export class CampaignPayload {
  @Field(() => NotificationCampaign, {
    nullable: true,
    description: 'The campaign as it now is, also when the change was refused; null if there is none.',
  })
  campaign!: NotificationCampaign | null;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the change was made.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'Result of a test message.' })
export class SendTestNotificationPayload {
  @Field(() => Boolean, { description: 'Whether Telegram accepted the message.' })
  delivered!: boolean;

  @Field(() => [UserError], { description: 'Errors to correct; empty if it was delivered.' })
  userErrors!: UserError[];
}
