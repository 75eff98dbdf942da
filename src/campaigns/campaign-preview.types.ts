import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UserError } from '../graphql-types/user-error.js';

/** Why a user is left out of an audience. */
export enum ExclusionReason {
  COMPLETED = 'COMPLETED',
  OPTED_OUT = 'OPTED_OUT',
  DECLINED_POLL = 'DECLINED_POLL',
  BLOCKED = 'BLOCKED',
  DEACTIVATED = 'DEACTIVATED',
  UNREACHABLE = 'UNREACHABLE',
  NOT_IN_GROUP = 'NOT_IN_GROUP',
  ALREADY_STARTED = 'ALREADY_STARTED',
  NOT_STARTED = 'NOT_STARTED',
  REMINDED_RECENTLY = 'REMINDED_RECENTLY',
}

registerEnumType(ExclusionReason, {
  name: 'ExclusionReason',
  description:
    'Why a user is left out of an audience. A user with several reasons is counted once: for NOT_IN_GROUP before COMPLETED, ' +
    'then OPTED_OUT, DECLINED_POLL, BLOCKED, DEACTIVATED and UNREACHABLE, then ALREADY_STARTED and NOT_STARTED, and REMINDED_RECENTLY last.',
  valuesConfig: {
    COMPLETED: { description: 'Has completed the poll.' },
    OPTED_OUT: { description: 'Wants no reminders.' },
    DECLINED_POLL: { description: 'Wants no reminders of this poll.' },
    BLOCKED: { description: 'Has blocked the bot.' },
    DEACTIVATED: { description: 'The account is deleted.' },
    UNREACHABLE: { description: 'The bot cannot write to this user.' },
    NOT_IN_GROUP: { description: 'Belongs to no group that the poll or the campaign is for.' },
    ALREADY_STARTED: { description: 'Has answered questions; participation asks for NOT_STARTED only.' },
    NOT_STARTED: { description: 'Has answered no question; participation asks for STARTED only.' },
    REMINDED_RECENTLY: { description: 'Was reminded of this poll within notRemindedForHours.' },
  },
});

@ObjectType({ description: 'How many users are left out of an audience, and why.' })
export class ExclusionCount {
  @Field(() => ExclusionReason, { description: 'The reason.' })
  reason!: ExclusionReason;

  @Field(() => Int, { description: 'Number of users.' })
  count!: number;
}

@ObjectType({ description: 'A reminder as recipients of one language would get it.' })
export class MessageSample {
  @Field(() => String, {
    nullable: true,
    description: 'Language of the translation; null for recipients whose language has none.',
  })
  languageCode!: string | null;

  @Field(() => String, { description: 'The text, with the first recipient for an example.' })
  text!: string;

  @Field(() => String, { description: 'Text of the button that opens the poll.' })
  buttonText!: string;
}

/** Something valid, but probably not intended. */
export enum CampaignWarningCode {
  ANOTHER_CAMPAIGN_RUNS = 'ANOTHER_CAMPAIGN_RUNS',
  MANY_REMINDED_RECENTLY = 'MANY_REMINDED_RECENTLY',
  ENDS_AFTER_POLL_CLOSES = 'ENDS_AFTER_POLL_CLOSES',
  EMPTY_AUDIENCE = 'EMPTY_AUDIENCE',
  LONG_WITH_LONGEST_NAME = 'LONG_WITH_LONGEST_NAME',
  SANDBOX = 'SANDBOX',
}

registerEnumType(CampaignWarningCode, {
  name: 'CampaignWarningCode',
  description: 'Something valid, but probably not intended.',
  valuesConfig: {
    ANOTHER_CAMPAIGN_RUNS: {
      description: 'Another campaign of the poll has pending recipients, so this one would not start.',
    },
    MANY_REMINDED_RECENTLY: {
      description: 'A tenth of the audience or more was reminded of the poll within the last 24 hours.',
    },
    ENDS_AFTER_POLL_CLOSES: { description: 'The poll closes before the last reminder.' },
    EMPTY_AUDIENCE: { description: 'There is nobody to remind.' },
    SANDBOX: { description: 'The built-in sandbox takes the messages: nothing is sent.' },
    LONG_WITH_LONGEST_NAME: { description: 'Too long for Telegram with the longest possible name.' },
  },
});

@ObjectType({ description: 'Something valid, but probably not intended.' })
export class CampaignWarning {
  @Field(() => CampaignWarningCode, { description: 'Stable code, for programs.' })
  code!: CampaignWarningCode;

  @Field(() => String, { description: 'A sentence that says what is probably not intended.' })
  message!: string;
}

@ObjectType({
  description:
    'What a campaign would do if it started now. An unknown poll is NOT_FOUND as a GraphQL error; otherwise counts are real, ' +
    'and sampleText is the source if it cannot be rendered.',
})
export class CampaignPreview {
  @Field(() => Int, { description: 'Number of users it would remind.' })
  audienceSize!: number;

  @Field(() => [ExclusionCount], { description: 'Users it would leave out, by reason.' })
  excluded!: ExclusionCount[];

  @Field(() => Int, {
    description: 'Users of the audience who were reminded of this poll within the last 24 hours.',
  })
  remindedRecently!: number;

  @Field(() => Int, { description: 'Chunks that the audience would be split into.' })
  chunkCount!: number;

  @Field(() => Float, { description: 'How long it would take, in milliseconds.' })
  estimatedDurationMs!: number;

  @Field(() => Date, { description: 'When it would finish.' })
  estimatedFinishAt!: Date;

  @Field(() => Boolean, { description: 'Whether that is before the poll closes.' })
  finishesBeforePollCloses!: boolean;

  @Field(() => String, { description: 'The reminder as its first recipient would get it.' })
  sampleText!: string;

  @Field(() => [MessageSample], {
    description: 'One sample for recipients without a translation, and one for each translation.',
  })
  samples!: MessageSample[];

  @Field(() => [UserError], { description: 'Errors of creating it.' })
  userErrors!: UserError[];

  @Field(() => [CampaignWarning], { description: 'Something valid, but probably not intended.' })
  warnings!: CampaignWarning[];
}
