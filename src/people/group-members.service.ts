import { despiteDeletions } from '../kernel/despite-deletions.js';
import type { Group } from '../groups/group.entity.js';
import { cleanGroupName, nameErrors } from '../groups/group-names.js';
import type { GroupService } from '../groups/group.service.js';
import type { UserError } from '../kernel/user-error.js';
import type { GroupPayload } from './group.types.js';
import type { MembershipStore } from './membership.store.js';
import type { PeopleService } from './people.service.js';

/** Who belongs to which group. */
export class GroupMembersService {
  constructor(
    private readonly members: MembershipStore,
    private readonly groups: GroupService,
    private readonly people: PeopleService,
  ) {}

  list(): Promise<Group[]> {
    return this.groups.list();
  }

  /** All or nothing. The group is created if there is none of the name. */
  add(name: string, userIds: readonly string[]): Promise<GroupPayload> {
    return despiteDeletions(async () => {
      const errors = [...nameErrors(name, ['group']), ...(await this.people.userIdErrors(userIds))];
      if (errors.length > 0) return this.refuse(name, errors);
      return { ...(await this.members.add(cleanGroupName(name), userIds)), userErrors: [] };
    });
  }

  /** All or nothing. */
  async remove(name: string, userIds: readonly string[]): Promise<GroupPayload> {
    const found = await this.groups.resolve([name], ['group']);
    const errors = [
      ...(found.ok ? [] : found.errors.map((error) => ({ ...error, field: ['group'] }))),
      ...(await this.people.userIdErrors(userIds)),
    ];
    const [group] = found.ok ? found.value : [];
    if (!group || errors.length > 0) return this.refuse(name, errors);
    return { ...(await this.members.remove(group, userIds)), userErrors: [] };
  }

  private async refuse(name: string, userErrors: UserError[]): Promise<GroupPayload> {
    return { group: await this.groups.find(name), changedCount: 0, userErrors };
  }
}
