import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Poll } from '../polls/poll.entity.js';
import type { PeopleLoaders } from './people.loaders.js';

/** The part of an operation's context that the resolvers of people need. */
export interface PeopleContext {
  loaders: PeopleLoaders;
}

/** Fields of polls about people, of whom polls know nothing. */
@Resolver(() => Poll)
export class PollParticipantsResolver {
  @FieldResolver(() => Int, { description: 'Users whom the poll is for, whatever their status.' })
  async participantCount(@Root() poll: Poll, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.pollCounts.load(poll.id))?.participantCount ?? 0;
  }

  @FieldResolver(() => Int, { description: 'Participants who answered some but not all questions.' })
  async startedCount(@Root() poll: Poll, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.pollCounts.load(poll.id))?.startedCount ?? 0;
  }

  @FieldResolver(() => Int, {
    description:
      'Users who answered every question. Includes those of whom recordPollCompletions says so although the poll is not for them.',
  })
  async completedCount(@Root() poll: Poll, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.pollCounts.load(poll.id))?.completedCount ?? 0;
  }
}
