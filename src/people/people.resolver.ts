import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { GroupLoaders } from '../groups/group.loaders.js';
import { FilteredCountCost } from '../graphql-types/cost.js';
import { IdArg } from '../graphql-types/ids.js';
import { Audited } from '../access/audited.js';
import type { PeopleVisibility } from '../access/disguise.js';
import { requirePeople } from '../access/personal.js';
import { Role } from '../access/identity.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { Connection } from '../kernel/pages.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { PeopleService } from './people.service.js';
import {
  ImportTelegramUsersPayload,
  RecordPollCompletionsPayload,
  TelegramUserConnection,
  TelegramUserFilter,
  TelegramUserInput,
  TelegramUserOrder,
  TelegramUserPayload,
} from './people.types.js';
import { TelegramUser } from './telegram-user.entity.js';

@Resolver(() => TelegramUser)
export class PeopleResolver {
  constructor(private readonly people: PeopleService) {}

  @Query(() => TelegramUser, { nullable: true, description: 'One user, or null if none has this id.' })
  telegramUser(
    @IdArg('id', 'user', { description: 'Id of the user, or the Telegram user id.' }) id: string,
  ): Promise<TelegramUser | null> {
    return this.people.find(id);
  }

  @FilteredCountCost(400)
  @Query(() => TelegramUserConnection, { description: 'All users that the bot knows.' })
  telegramUsers(
    @Arg('filter', () => TelegramUserFilter, { nullable: true, description: 'Which users to list.' })
    filter: TelegramUserFilter | undefined,
    @Arg('orderBy', () => TelegramUserOrder, {
      defaultValue: TelegramUserOrder.ID_ASC,
      description: 'Order of the list.',
    })
    orderBy: TelegramUserOrder,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: PeopleVisibility,
  ): Promise<Connection<TelegramUser>> {
    // The cursor of this order would be a name.
    if (orderBy === TelegramUserOrder.NAME_ASC) requirePeople(context);
    return this.people.list(filter, orderBy, page);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ users: TelegramUserInput[] }>({ detail: ({ users }) => `people: ${users.length}` })
  @Refuses(UserErrorCode.INVALID)
  @Mutation(() => ImportTelegramUsersPayload, {
    description: 'Creates users, or updates names and groups. At most 2000 per call, all or nothing.',
  })
  importTelegramUsers(
    @Arg('users', () => [TelegramUserInput], { description: 'The users, each once.' })
    users: TelegramUserInput[],
  ): Promise<ImportTelegramUsersPayload> {
    return this.people.import(users);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ pollId: string; userIds: string[] }>({
    poll: ({ pollId }) => pollId,
    detail: ({ userIds }) => `people: ${userIds.length}`,
  })
  @Refuses(UserErrorCode.INVALID, UserErrorCode.NOT_FOUND)
  @Mutation(() => RecordPollCompletionsPayload, {
    description:
      'For polls that are answered outside the bot. Idempotent. At most 10000 per call, all or nothing. Users whom the poll ' +
      'is not for may have completed it, too: they count in completedCount, but are no participants.',
  })
  recordPollCompletions(
    @IdArg('pollId', 'poll', { description: 'Id of the poll.' }) pollId: string,
    @IdArg('userIds', 'user', { list: true, description: 'Ids of the users who completed it.' })
    userIds: string[],
  ): Promise<RecordPollCompletionsPayload> {
    return this.people.recordCompletions(pollId, userIds);
  }

  @Authorized(Role.ADMIN)
  @Audited<{ wanted: boolean }>({ detail: ({ wanted }) => (wanted ? 'wanted' : 'not wanted') })
  @Refuses(UserErrorCode.NOT_FOUND)
  @Mutation(() => TelegramUserPayload, {
    description:
      'Takes part again or no longer, as if the person had written /start or /stop. Idempotent. Who has blocked the bot ' +
      'stays BLOCKED.',
  })
  async setReminders(
    @IdArg('userId', 'user', { description: 'Id of the user, or the Telegram user id.' }) userId: string,
    @Arg('wanted', () => Boolean, { description: 'Whether the user gets reminders.' }) wanted: boolean,
  ): Promise<TelegramUserPayload> {
    const result = await this.people.setReminders(userId, wanted);
    return result.ok ? { user: result.value, userErrors: [] } : { user: null, userErrors: result.errors };
  }

  @FieldResolver(() => [String], { description: 'Names of the groups that this user belongs to.' })
  async groups(
    @Root() user: TelegramUser,
    @Ctx() { loaders }: { loaders: Pick<GroupLoaders, 'userGroups'> },
  ): Promise<string[]> {
    return (await loaders.userGroups.load(user.id)).map(({ name }) => name);
  }
}
