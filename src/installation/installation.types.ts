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

  @Field(() => Date, { description: 'Time of its last heartbeat; there is one every 10 s.' })
  seenAt!: Date;

  @Field(() => Int, { description: 'Chunks it is working on.' })
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

@ObjectType({ description: 'State shared by all processes on one database.' })
export class Installation {
  @Field(() => Bot, {
    nullable: true,
    description: 'The bot that messages come from; null in the sandbox or while Telegram has not answered.',
  })
  bot!: Bot | null;

  @Field(() => Boolean, {
    description: 'Whether the built-in sandbox takes the messages, so that nothing is sent.',
  })
  sandbox!: boolean;

  @Field(() => String, { description: 'Version of Pollcast.' })
  version!: string;

  @Field(() => Int, { description: 'Limit of messages per second, for all processes together.' })
  messagesPerSecond!: number;

  @Field(() => Pacing, { description: 'Default pacing of campaigns.' })
  defaultPacing!: Pacing;
}
