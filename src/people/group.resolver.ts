import { Arg, Authorized, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { IdArg } from '../graphql-types/ids.js';
import { Refuses } from '../graphql-types/refusals.js';
import { Group } from '../groups/group.entity.js';
import { UserErrorCode } from '../kernel/user-error.js';
import { GroupPayload } from './group.types.js';
import type { GroupMembersService } from './group-members.service.js';
import type { PeopleContext } from './poll-participants.resolver.js';

const USER_IDS = { list: true, description: 'Ids of the users, at most 2000.' };

interface GroupChange {
  group: string;
  userIds: string[];
}

/** For the audit log, which names groups but no persons. */
function describeChange({ group, userIds }: GroupChange): string {
  return `group: ${group.slice(0, 100)}, people: ${userIds.length}`;
}

/** Groups and who belongs to them. */
@Resolver(() => Group)
export class GroupResolver {
  constructor(private readonly members: GroupMembersService) {}

  @Query(() => [Group], { description: 'All groups, by name.' })
  groups(): Promise<Group[]> {
    return this.members.list();
  }

  @Authorized(Role.ADMIN)
  @Audited<GroupChange>({ detail: describeChange })
  @Refuses(UserErrorCode.INVALID, UserErrorCode.NOT_FOUND)
  @Mutation(() => GroupPayload, {
    description:
      'Adds users to a group, which is created if there is none of the name. All or nothing; members stay members.',
  })
  addToGroup(
    @Arg('group', () => String, {
      description: 'Name of the group, 1 to 100 characters; letter case does not matter.',
    })
    group: string,
    @IdArg('userIds', 'user', USER_IDS) userIds: string[],
  ): Promise<GroupPayload> {
    return this.members.add(group, userIds);
  }

  @Authorized(Role.ADMIN)
  @Audited<GroupChange>({ detail: describeChange })
  @Refuses(UserErrorCode.INVALID, UserErrorCode.NOT_FOUND)
  @Mutation(() => GroupPayload, {
    description:
      'Removes users from a group. All or nothing; users who are no members are left as they are. A group without members is forgotten, ' +
      'unless a poll or a campaign names it.',
  })
  removeFromGroup(
    @Arg('group', () => String, { description: 'Name of the group; letter case does not matter.' })
    group: string,
    @IdArg('userIds', 'user', USER_IDS) userIds: string[],
  ): Promise<GroupPayload> {
    return this.members.remove(group, userIds);
  }

  @FieldResolver(() => Int, { description: 'Users who belong to it, whatever their status.' })
  async memberCount(@Root() { id }: Group, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.groupCounts.load(id))?.memberCount ?? 0;
  }

  @FieldResolver(() => Int, { description: 'Members who can be reminded.' })
  async reachableCount(@Root() { id }: Group, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.groupCounts.load(id))?.reachableCount ?? 0;
  }
}
