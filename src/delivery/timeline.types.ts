import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What happened with the reminders of a campaign in a bucket of time.' })
export class CampaignTimelinePoint {
  @Field(() => Date, { description: 'Start of the bucket.' })
  at!: Date;

  @Field(() => Int, { description: 'Reminders that Telegram accepted.' })
  sent!: number;

  @Field(() => Int, { description: 'Reminders that were refused for good.' })
  failed!: number;

  @Field(() => Int, { description: 'Reminders that were no longer wanted.' })
  skipped!: number;

  @Field(() => Int, { description: 'Reminders that may or may not have been sent.' })
  unconfirmed!: number;

  @Field(() => Int, { description: 'Recipients who first pressed the reminder.' })
  opened!: number;

  @Field(() => Int, { description: 'Completions that are credited to the campaign.' })
  completed!: number;
}
