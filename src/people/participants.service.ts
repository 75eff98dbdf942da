import type { GroupService } from '../groups/group.service.js';
import {
  paginate,
  readPage,
  type Connection,
  type KeysetOrder,
  type PageArguments,
} from '../kernel/pages.js';
import { requireValid } from '../kernel/validation.js';
import type { Poll } from '../polls/poll.entity.js';
import { cleanSearch } from './clean-input.js';
import { Participation } from './participation.js';
import type { ParticipantQuery, ParticipantStore } from './participants.store.js';
import { ParticipantFilter, type Participant, type UserParticipation } from './participants.types.js';
import type { PollCounts } from './poll-counts.store.js';
import type { TelegramUser } from './telegram-user.entity.js';

function byUser(pollId: string): KeysetOrder<TelegramUser> {
  return {
    name: `participants ${pollId}`,
    columns: [{ path: 'person.id', sqlType: 'bigint' }],
    keyOf: (user) => [user.id],
    descending: false,
  };
}

function newestFirst(userId: string): KeysetOrder<Poll> {
  return {
    name: `participations ${userId}`,
    columns: [
      { path: 'poll.createdAt', sqlType: 'timestamptz' },
      { path: 'poll.id', sqlType: 'bigint' },
    ],
    keyOf: (poll) => [poll.createdAt.toISOString(), poll.id],
    descending: true,
  };
}

function mapNodes<A, B>(connection: Connection<A>, map: (node: A) => B): Connection<B> {
  const edges = connection.edges.map(({ cursor, node }) => ({ cursor, node: map(node) }));
  return { ...connection, edges, nodes: edges.map(({ node }) => node) };
}

/** Lists the participants of polls, and the polls of users. */
export class ParticipantService {
  constructor(
    private readonly participants: ParticipantStore,
    private readonly groups: GroupService,
    private readonly readCounts: (pollIds: readonly string[]) => Promise<PollCounts[]>,
  ) {}

  /** @throws BAD_USER_INPUT for an invalid filter */
  async ofPoll(
    pollId: string,
    given: ParticipantFilter | null | undefined,
    page: PageArguments,
  ): Promise<Connection<Participant>> {
    const search = cleanSearch(given?.search);
    const filter = Object.assign(new ParticipantFilter(), given, { search });
    await requireValid(filter);
    const [scope, groupIds] = await Promise.all([
      this.participants.scope(pollId),
      filter.groups ? this.groups.knownIds(filter.groups) : undefined,
    ]);
    const query = { ...scope, pollId, filter, groupIds };
    const users = await readPage(
      page,
      byUser(pollId),
      (window) => this.participants.page(query, window),
      () => this.count(query),
    );
    return mapNodes(users, (user) => ({ pollId, user }));
  }

  /** The polls that are for a user. */
  async ofUser(userId: string, page: PageArguments): Promise<Connection<UserParticipation>> {
    const polls = await paginate(this.participants.pollsFor(userId), page, newestFirst(userId));
    return mapNodes(polls, (poll) => ({ userId, poll }));
  }

  /** From the counters of the poll where they say it. */
  private async count(query: ParticipantQuery): Promise<number> {
    const { pollId, pollGroups, erased, filter } = query;
    const { participation, status, groups, search } = filter;
    const isPlain = status == null && groups == null && search == null;
    // completedCount includes users whom a poll for groups is not for.
    if (!isPlain || (participation != null && pollGroups.length > 0)) return this.participants.count(query);
    const [counts] = await this.readCounts([pollId]);
    if (!counts) return 0;
    const { participantCount: all, startedCount: started } = counts;
    const completed = counts.completedCount - erased;
    const sizes = {
      [Participation.NOT_STARTED]: all - started - completed,
      [Participation.STARTED]: started,
      [Participation.COMPLETED]: completed,
    };
    return [...new Set(participation ?? Object.values(Participation))]
      .map((one) => sizes[one])
      .reduce((sum, size) => sum + size, 0);
  }
}
