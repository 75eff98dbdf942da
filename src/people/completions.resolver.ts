import { Arg, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../graphql-types/cost.js';
import {
  BUCKET_ARGUMENT,
  requireTimeZone,
  TIME_ZONE_ARGUMENT,
  TimeBucket,
  TimeCount,
} from '../graphql-types/time-bucket.js';
import { Poll } from '../polls/poll.entity.js';

export type ReadCompletions = (pollId: string, bucket: TimeBucket, timeZone: string) => Promise<TimeCount[]>;

@Resolver(() => Poll)
export class PollCompletionsResolver {
  constructor(private readonly read: ReadCompletions) {}

  @Cost(350)
  @FieldResolver(() => [TimeCount], {
    description:
      'Completions for a chart; empty buckets are left out; at most 1,000, the newest. Those of people who were erased are in none, while completedCount keeps them.',
  })
  completionsOverTime(
    @Root() poll: Poll,
    @Arg('bucket', () => TimeBucket, BUCKET_ARGUMENT) bucket: TimeBucket,
    @Arg('timeZone', () => String, TIME_ZONE_ARGUMENT) timeZone: string | undefined,
  ): Promise<TimeCount[]> {
    return this.read(poll.id, bucket, requireTimeZone(timeZone));
  }
}
