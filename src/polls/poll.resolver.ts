import {
  Arg,
  Args,
  Authorized,
  Ctx,
  FieldResolver,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { GroupLoaders } from '../groups/group.loaders.js';
import { IdArg } from '../graphql-types/ids.js';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { Connection } from '../kernel/pages.js';
import type { PollContext } from './poll.loaders.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { Result } from '../kernel/user-error.js';
import { Poll } from './poll.entity.js';
import type { PollService } from './poll.service.js';
import {
  CreatePollInput,
  PollConnection,
  PollFilter,
  PollOrder,
  PollPayload,
  UpdatePollInput,
} from './poll.types.js';
import { Question, QuestionOption } from './question.entity.js';

@Resolver(() => Poll)
export class PollResolver {
  constructor(private readonly polls: PollService) {}

  @Query(() => Poll, { nullable: true, description: 'One poll, or null if none has this id.' })
  poll(@IdArg('id', 'poll', { description: 'Id of the poll.' }) id: string): Promise<Poll | null> {
    return this.polls.find(id);
  }

  @Query(() => PollConnection, { name: 'polls', description: 'All polls.' })
  list(
    @Arg('filter', () => PollFilter, { nullable: true, description: 'Which polls to list.' })
    filter: PollFilter | undefined,
    @Arg('orderBy', () => PollOrder, {
      defaultValue: PollOrder.CREATED_AT_DESC,
      description: 'Order of the list.',
    })
    orderBy: PollOrder,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<Poll>> {
    return this.polls.list(filter, orderBy, page);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ input: CreatePollInput }>({ detail: ({ input }) => `questions: ${input.questions.length}` })
  @Refuses(UserErrorCode.INVALID, UserErrorCode.NOT_FOUND, UserErrorCode.IDEMPOTENCY_CONFLICT)
  @Mutation(() => PollPayload, { description: 'Creates a poll as a draft.' })
  async createPoll(
    @Arg('input', () => CreatePollInput, { description: 'The new poll.' }) input: CreatePollInput,
  ): Promise<PollPayload> {
    return this.payload(await this.polls.create(input));
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string; input: UpdatePollInput }>({
    poll: ({ id }) => id,
    detail: ({ input }) => Object.keys(input).join(', '),
  })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID, UserErrorCode.INVALID_STATE)
  @Mutation(() => PollPayload, {
    description:
      'Changes a poll. Pending recipients of its campaigns whom it is no longer for are skipped; whom it is for now, a new ' +
      'campaign addresses.',
  })
  async updatePoll(
    @IdArg('id', 'poll', { description: 'Id of the poll.' }) id: string,
    @Arg('input', () => UpdatePollInput, { description: 'The new values.' }) input: UpdatePollInput,
  ): Promise<PollPayload> {
    return this.payload(await this.polls.update(id, input), id);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ poll: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE, UserErrorCode.POLL_CLOSED)
  @Mutation(() => PollPayload, { description: 'Opens a draft, or reopens a closed poll.' })
  async openPoll(@IdArg('id', 'poll', { description: 'Id of the poll.' }) id: string): Promise<PollPayload> {
    return this.payload(await this.polls.open(id), id);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ poll: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => PollPayload, {
    description: 'Closes an open poll. Reminders that are not sent yet are skipped.',
  })
  async closePoll(@IdArg('id', 'poll', { description: 'Id of the poll.' }) id: string): Promise<PollPayload> {
    return this.payload(await this.polls.close(id), id);
  }

  /** A refused change answers the poll as it is. */
  private async payload(result: Result<Poll>, id?: string): Promise<PollPayload> {
    if (result.ok) return { poll: result.value, userErrors: [] };
    return { poll: id === undefined ? null : await this.polls.find(id), userErrors: result.errors };
  }

  @FieldResolver(() => [String], {
    description: 'Only people of these groups are asked and reminded; empty means everybody.',
  })
  async groups(
    @Root() poll: Poll,
    @Ctx() { loaders }: { loaders: Pick<GroupLoaders, 'pollGroups'> },
  ): Promise<string[]> {
    return (await loaders.pollGroups.load(poll.id)).map(({ name }) => name);
  }

  @FieldResolver(() => [Question], { description: 'Its questions in their order.' })
  questions(@Root() poll: Poll, @Ctx() { loaders }: PollContext): Promise<Question[]> {
    return loaders.questions.load(poll.id);
  }
}

@Resolver(() => Question)
export class QuestionResolver {
  @FieldResolver(() => [QuestionOption], { description: 'The answers it offers, in their order.' })
  options(@Root() question: Question, @Ctx() { loaders }: PollContext): Promise<QuestionOption[]> {
    return loaders.options.load(question.id);
  }
}

@Resolver(() => QuestionOption)
export class QuestionOptionResolver {
  @FieldResolver(() => Int, { description: 'Number of users who chose it.' })
  answerCount(@Root() option: QuestionOption, @Ctx() { loaders }: PollContext): Promise<number> {
    return loaders.answerCount.load(option.id);
  }
}
