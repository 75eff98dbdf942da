import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** Why a campaign that runs makes no progress. */
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
  description: 'Why a campaign that runs makes no progress.',
  valuesConfig: {
    NO_WORKER: { description: 'No process works jobs.' },
    WRONG_BOT: { description: 'No worker has the bot of the installation.' },
    BOT_THROTTLED: { description: 'Telegram makes the bot wait.' },
    CHAT_THROTTLED: { description: 'Telegram makes every chat that is left wait for more than a minute.' },
    TELEGRAM_UNREACHABLE: { description: 'Telegram, or the way to it, does not work.' },
    NO_PROGRESS: {
      description:
        'Nothing has happened for two minutes, or twice sendIntervalMs if that is longer, and nobody knows why.',
    },
  },
});

@ObjectType({ description: 'Why a campaign that runs makes no progress.' })
export class CampaignStandstill {
  @Field(() => StandstillCode, { description: 'Stable code, for programs.' })
  code!: StandstillCode;

  @Field(() => String, { description: 'A sentence that says what is the matter and what to do.' })
  message!: string;

  @Field(() => Date, { nullable: true, description: 'When it is likely to be over.' })
  until!: Date | null;
}
