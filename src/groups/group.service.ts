import { refusal, success, type Result } from '../kernel/user-error.js';
import { distinctGroups, groupKey, groupNameErrors, unknownGroup } from './group-names.js';
import type { Group } from './group.entity.js';
import type { GroupStore } from './group.store.js';

/** Finds groups by what people call them. */
export class GroupService {
  constructor(private readonly groups: GroupStore) {}

  /**
   * Finds the groups of these names, each once.
   * @param field path of the list in the arguments
   * @returns the errors that name what is unknown, and what is near
   */
  async resolve(names: readonly string[], field: readonly string[]): Promise<Result<Group[]>> {
    const malformed = groupNameErrors(names, field);
    if (malformed.length > 0) return refusal(...malformed);
    if (names.length === 0) return success([]);
    const found = await this.groups.find(names);
    const unknown = names.filter((name) => !found.has(groupKey(name)));
    if (unknown.length === 0) {
      return success(distinctGroups(names).flatMap((name) => found.get(groupKey(name)) ?? []));
    }
    const known = (await this.groups.all()).map(({ name }) => name);
    return refusal(
      ...unknown.map((name) => unknownGroup(name, known, [...field, String(names.indexOf(name))])),
    );
  }

  list(): Promise<Group[]> {
    return this.groups.all();
  }

  async find(name: string): Promise<Group | null> {
    return (await this.groups.find([name])).get(groupKey(name)) ?? null;
  }

  /** Ids of those of the groups that exist, for filters: an unknown one has nobody. */
  async knownIds(names: readonly string[]): Promise<string[]> {
    return [...(await this.groups.find(names)).values()].map(({ id }) => id);
  }
}
