import { Arg, FieldResolver, Resolver, Root } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { Cost } from '../graphql-types/cost.js';
import {
  BUCKET_ARGUMENT,
  requireTimeZone,
  TIME_ZONE_ARGUMENT,
  TimeBucket,
} from '../graphql-types/time-bucket.js';
import { CampaignTimelinePoint } from './timeline.types.js';

export type ReadTimeline = (
  campaignId: string,
  bucket: TimeBucket,
  timeZone: string,
) => Promise<CampaignTimelinePoint[]>;

@Resolver(() => NotificationCampaign)
export class CampaignTimelineResolver {
  constructor(private readonly read: ReadTimeline) {}

  @Cost(350)
  @FieldResolver(() => [CampaignTimelinePoint], {
    description:
      'What happened with its reminders, for a chart; empty buckets are left out; at most 1,000, the newest. People who were erased are in none, while the counters keep them.',
  })
  timeline(
    @Root() campaign: NotificationCampaign,
    @Arg('bucket', () => TimeBucket, BUCKET_ARGUMENT) bucket: TimeBucket,
    @Arg('timeZone', () => String, TIME_ZONE_ARGUMENT) timeZone: string | undefined,
  ): Promise<CampaignTimelinePoint[]> {
    return this.read(campaign.id, bucket, requireTimeZone(timeZone));
  }
}
