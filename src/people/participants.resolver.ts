import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { FilteredCountCost } from '../graphql-types/cost.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { Connection } from '../kernel/pages.js';
import { Poll } from '../polls/poll.entity.js';
import type { PollLoaders } from '../polls/poll.loaders.js';
import { Question, QuestionOption } from '../polls/question.entity.js';
import { Participation } from './participation.js';
import type { ParticipantService } from './participants.service.js';
import {
  Participant,
  ParticipantConnection,
  ParticipantFilter,
  type Standing,
  UserAnswer,
  UserParticipation,
  UserParticipationConnection,
} from './participants.types.js';
import type { PeopleContext } from './poll-participants.resolver.js';
import { TelegramUser } from './telegram-user.entity.js';

/** Lists of those who take part. */
@Resolver(() => Poll)
export class PollParticipantListResolver {
  constructor(private readonly lists: ParticipantService) {}

  @FilteredCountCost(400)
  @FieldResolver(() => ParticipantConnection, {
    description: 'Participants with what they have done, such as those who are missing; by Telegram user id.',
  })
  participants(
    @Root() poll: Poll,
    @Arg('filter', () => ParticipantFilter, { nullable: true, description: 'Which participants to list.' })
    filter: ParticipantFilter | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<Participant>> {
    return this.lists.ofPoll(poll.id, filter, page);
  }
}

/** Lists of what a user takes part in. */
@Resolver(() => TelegramUser)
export class UserParticipationListResolver {
  constructor(private readonly lists: ParticipantService) {}

  @FieldResolver(() => UserParticipationConnection, {
    description:
      'What this user has done in each poll that is for them, newest poll first. Drafts are for nobody yet.',
  })
  participations(
    @Root() user: TelegramUser,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<UserParticipation>> {
    return this.lists.ofUser(user.id, page);
  }
}

async function readStanding({ loaders }: PeopleContext, pollId: string, userId: string): Promise<Standing> {
  const standing = await loaders.standing.load(`${pollId}_${userId}`);
  if (!standing) throw new Error(`Nothing is said of user ${userId} in poll ${pollId}.`);
  return standing;
}

@Resolver(() => Participant)
export class ParticipantResolver {
  @FieldResolver(() => Participation, { description: 'How far the user is with the poll.' })
  async participation(
    @Root() { pollId, user }: Participant,
    @Ctx() context: PeopleContext,
  ): Promise<Participation> {
    return (await readStanding(context, pollId, user.id)).participation;
  }

  @FieldResolver(() => Int, { description: 'Questions that the user has answered in Telegram.' })
  async answeredQuestions(
    @Root() { pollId, user }: Participant,
    @Ctx() context: PeopleContext,
  ): Promise<number> {
    return (await readStanding(context, pollId, user.id)).answeredQuestions;
  }

  @FieldResolver(() => Date, { nullable: true, description: 'When the user completed the poll.' })
  async completedAt(
    @Root() { pollId, user }: Participant,
    @Ctx() context: PeopleContext,
  ): Promise<Date | null> {
    return (await readStanding(context, pollId, user.id)).completedAt;
  }

  @FieldResolver(() => Boolean, { description: 'Wants no reminder of this poll.' })
  async declined(@Root() { pollId, user }: Participant, @Ctx() context: PeopleContext): Promise<boolean> {
    return (await readStanding(context, pollId, user.id)).declined;
  }

  @FieldResolver(() => Date, { nullable: true, description: 'When the user asked to be reminded again.' })
  async remindAt(@Root() { pollId, user }: Participant, @Ctx() context: PeopleContext): Promise<Date | null> {
    return (await readStanding(context, pollId, user.id)).remindAt;
  }
}

@Resolver(() => UserParticipation)
export class UserParticipationResolver {
  @FieldResolver(() => Participation, { description: 'How far the user is with the poll.' })
  async participation(
    @Root() { poll, userId }: UserParticipation,
    @Ctx() context: PeopleContext,
  ): Promise<Participation> {
    return (await readStanding(context, poll.id, userId)).participation;
  }

  @FieldResolver(() => Date, { nullable: true, description: 'When the user completed the poll.' })
  async completedAt(
    @Root() { poll, userId }: UserParticipation,
    @Ctx() context: PeopleContext,
  ): Promise<Date | null> {
    return (await readStanding(context, poll.id, userId)).completedAt;
  }

  @FieldResolver(() => [UserAnswer], {
    nullable: true,
    description:
      'What the user chose in Telegram, in the order of the questions; null where the poll is anonymous.',
  })
  async answers(
    @Root() { poll, userId }: UserParticipation,
    @Ctx() { loaders }: PeopleContext,
  ): Promise<UserAnswer[] | null> {
    return poll.anonymous ? null : loaders.userAnswers.load(`${poll.id}_${userId}`);
  }
}

interface AnswerContext {
  loaders: Pick<PollLoaders, 'question' | 'option'>;
}

@Resolver(() => UserAnswer)
export class UserAnswerResolver {
  @FieldResolver(() => Question, { description: 'The question.' })
  async question(@Root() { questionId }: UserAnswer, @Ctx() { loaders }: AnswerContext): Promise<Question> {
    const question = await loaders.question.load(questionId);
    if (!question) throw new Error(`Question ${questionId} of an answer is gone.`);
    return question;
  }

  @FieldResolver(() => QuestionOption, { description: 'The option that was chosen.' })
  async option(@Root() { optionId }: UserAnswer, @Ctx() { loaders }: AnswerContext): Promise<QuestionOption> {
    const option = await loaders.option.load(optionId);
    if (!option) throw new Error(`Option ${optionId} of an answer is gone.`);
    return option;
  }
}
