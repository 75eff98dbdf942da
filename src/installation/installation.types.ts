import { Field, Int, ObjectType } from 'type-graphql';
import { Pacing } from '../campaigns/campaign.types.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';

@ObjectType({ description: 'The bot that messages come from.' })
export class Bot {
  @Field(() => String, { description: 'Its name in Telegram, without @.' })
  username!: string;

  @Field(() => String, { description: 'The Telegram user id of the bot.' })
  telegramId!: string;
}

@ObjectType({ description: 'A process that works jobs.' })
export class WorkerProcess {
  @Field(() => String, { description: 'Machine and process id.' })
  name!: string;

  @Field(() => Date, { description: 'When it last told of itself, which it does every 10 s.' })
  seenAt!: Date;

  @Field(() => Int, { description: 'Chunks that it works at the moment.' })
  runningChunks!: number;

  @Field(() => String, {
    nullable: true,
    description: "Why it works no jobs, such as another bot than the installation's.",
  })
  problem!: string | null;
}

@ObjectType({ description: 'How many campaigns have a status.' })
export class CampaignCount {
  @Field(() => CampaignStatus, { description: 'The status.' })
  status!: CampaignStatus;

  @Field(() => Int, { description: 'How many campaigns have it.' })
  count!: number;
}

@ObjectType({ description: 'What all processes that share the database have in common.' })
export class Installation {
  @Field(() => Bot, {
    nullable: true,
    description: 'The bot that messages come from; null in the sandbox or while Telegram has not answered.',
  })
  bot!: Bot | null;

  @Field(() => Boolean, {
    description: 'True: the built-in sandbox takes the messages and nothing is sent.',
  })
  sandbox!: boolean;

  @Field(() => String, { description: 'Version of Pollcast.' })
  version!: string;

  @Field(() => Int, { description: 'Messages a second that all processes together send at the most.' })
  messagesPerSecond!: number;

  @Field(() => Pacing, { description: 'Pacing of campaigns that bring none of their own.' })
  defaultPacing!: Pacing;
}
