import { groupNameErrors } from '../groups/group-names.js';
import type { GroupService } from '../groups/group.service.js';
import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { requireValid, validateInput } from '../kernel/validation.js';
import { cleanFilter, cleanUser } from './clean-input.js';
import type { PeopleStore } from './people.store.js';
import type {
  ImportTelegramUsersPayload,
  RecordPollCompletionsPayload,
  TelegramUserFilter,
  TelegramUserInput,
} from './people.types.js';
import type { TelegramUser } from './telegram-user.entity.js';

const BY_ID: KeysetOrder<TelegramUser> = {
  name: 'telegramUsers',
  columns: [{ path: 'person.id', sqlType: 'bigint' }],
  keyOf: (person) => [person.id],
  descending: false,
};

/** As many users with the longest names fit into one request of 1 MiB. */
export const MAX_IMPORT = 2000;
const MAX_COMPLETIONS = 10_000;
/** More errors than these are of no help. */
const MAX_ERRORS = 20;

function tooMany(count: number, max: number, argument: string): UserError[] {
  if (count <= max) return [];
  const message = `At most ${max} at a time; these are ${count}.`;
  return [userError(UserErrorCode.INVALID, message, [argument])];
}

/** Imports users, lists them, and records completions. */
export class PeopleService {
  constructor(
    private readonly people: PeopleStore,
    private readonly pollExists: (id: string) => Promise<boolean>,
    private readonly groups: GroupService,
  ) {}

  find(id: string): Promise<TelegramUser | null> {
    return isRowId(id) ? this.people.find(id) : Promise.resolve(null);
  }

  async list(filter: TelegramUserFilter | undefined, page: PageArguments): Promise<Connection<TelegramUser>> {
    const cleaned = filter && cleanFilter(filter);
    await requireValid(cleaned);
    const groupIds = cleaned?.groups && (await this.groups.knownIds(cleaned.groups));
    return paginate(this.people.list(cleaned, groupIds ?? undefined), page, BY_ID);
  }

  /** All or nothing. */
  async import(given: TelegramUserInput[]): Promise<ImportTelegramUsersPayload> {
    const errors = tooMany(given.length, MAX_IMPORT, 'users');
    if (errors.length > 0) return { created: 0, updated: 0, userErrors: errors };
    const users = given.map(cleanUser);
    const seen = new Map<string, number>();
    for (const [index, user] of users.entries()) {
      if (errors.length >= MAX_ERRORS) break;
      errors.push(...(await validateInput(user, ['users', String(index)])));
      errors.push(...groupNameErrors(given[index]?.groups ?? [], ['users', String(index), 'groups']));
      const earlier = seen.get(user.id);
      if (earlier !== undefined) {
        const message = `id ${user.id} is given twice; users ${earlier} has it too.`;
        errors.push(userError(UserErrorCode.INVALID, message, ['users', String(index), 'id']));
      }
      seen.set(user.id, index);
    }
    if (errors.length > 0) return { created: 0, updated: 0, userErrors: errors };
    return { ...(await this.people.import(users)), userErrors: [] };
  }

  /** All or nothing. Ignores known completions. */
  async recordCompletions(pollId: string, userIds: string[]): Promise<RecordPollCompletionsPayload> {
    const userErrors = await this.completionErrors(pollId, userIds);
    if (userErrors.length > 0) return { recorded: 0, userErrors };
    return { recorded: await this.people.recordCompletions(pollId, userIds), userErrors: [] };
  }

  private async completionErrors(pollId: string, userIds: string[]): Promise<UserError[]> {
    if (!isRowId(pollId) || !(await this.pollExists(pollId))) {
      return [userError(UserErrorCode.NOT_FOUND, describeMissing('poll', pollId), ['pollId'])];
    }
    const errors = tooMany(userIds.length, MAX_COMPLETIONS, 'userIds');
    if (errors.length > 0) return errors;
    const malformed = userIds.find((id) => !isRowId(id));
    const unknown = malformed === undefined ? await this.people.unknown(userIds) : [malformed];
    return unknown.map((id) =>
      userError(UserErrorCode.NOT_FOUND, describeMissing('user', id), [
        'userIds',
        String(userIds.indexOf(id)),
      ]),
    );
  }
}
