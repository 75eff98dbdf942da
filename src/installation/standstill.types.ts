import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** Why a running campaign makes no progress. */
export enum StandstillCode {
  NO_WORKER = 'NO_WORKER',
  WRONG_BOT = 'WRONG_BOT',
  BOT_THROTTLED = 'BOT_THROTTLED',
  CHAT_THROTTLED = 'CHAT_THROTTLED',
  TELEGRAM_UNREACHABLE = 'TELEGRAM_UNREACHABLE',
  NO_PROGRESS = 'NO_PROGRESS',
}

registerEnumType(StandstillCode, {
  name: 'StandstillCode',
  description: 'Why a running campaign makes no progress.',
  valuesConfig: {
    NO_WORKER: { description: 'No process works jobs.' },
    WRONG_BOT: { description: 'No worker has the bot of the installation.' },
    BOT_THROTTLED: { description: 'Telegram throttles the bot.' },
    CHAT_THROTTLED: { description: 'Telegram throttles every chat that is left for more than a minute.' },
    TELEGRAM_UNREACHABLE: { description: 'Telegram cannot be reached.' },
    NO_PROGRESS: {
      description:
        'No progress for two minutes, or twice sendIntervalMs if that is longer, for an unknown reason.',
    },
  },
});

@ObjectType({ description: 'Why a running campaign makes no progress.' })
export class CampaignStandstill {
  @Field(() => StandstillCode, { description: 'Stable code, for programs.' })
  code!: StandstillCode;

  @Field(() => String, { description: 'A sentence with the reason, and what to do.' })
  message!: string;

  @Field(() => Date, { nullable: true, description: 'When it is expected to end.' })
  until!: Date | null;
}
