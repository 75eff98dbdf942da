import { despiteDeletions } from '../kernel/despite-deletions.js';
import type { GroupService } from '../groups/group.service.js';
import {
  readPage,
  type Connection,
  type KeysetColumn,
  type KeysetOrder,
  type PageArguments,
} from '../kernel/pages.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import {
  refusal,
  success,
  userError,
  UserErrorCode,
  type Result,
  type UserError,
} from '../kernel/user-error.js';
import { requireValid } from '../kernel/validation.js';
import { checkUser } from './check-user.js';
import { cleanFilter, cleanUser } from './clean-input.js';
import type { PeopleListStore } from './people-list.store.js';
import type { PeopleStore } from './people.store.js';
import {
  TelegramUserOrder,
  type ImportTelegramUsersPayload,
  type RecordPollCompletionsPayload,
  type TelegramUserFilter,
  type TelegramUserInput,
} from './people.types.js';
import type { TelegramUser } from './telegram-user.entity.js';

function order(
  by: TelegramUserOrder,
  descending: boolean,
  columns: KeysetColumn[],
  keyOf: (user: TelegramUser) => string[],
): KeysetOrder<TelegramUser> {
  return {
    name: `telegramUsers ${by}`,
    columns: [...columns, { path: 'person.id', sqlType: 'bigint' }],
    keyOf: (user) => [...keyOf(user), user.id],
    descending,
  };
}

const folded = (sql: string): string => `fold_text(btrim(${sql}))`;
const NAME = "coalesce(person.first_name, '') || ' ' || coalesce(person.last_name, '')";
const IS_NAMELESS = 'CASE WHEN person.first_name IS NULL AND person.last_name IS NULL THEN 1 ELSE 0 END';

/** Each has an index. Users without a name come last. */
const ORDERS: Readonly<Record<TelegramUserOrder, KeysetOrder<TelegramUser>>> = {
  ID_ASC: order(TelegramUserOrder.ID_ASC, false, [], () => []),
  CREATED_AT_DESC: order(
    TelegramUserOrder.CREATED_AT_DESC,
    true,
    [{ path: 'person.created_at', sqlType: 'timestamptz' }],
    ({ createdAt }) => [createdAt.toISOString()],
  ),
  NAME_ASC: order(
    TelegramUserOrder.NAME_ASC,
    false,
    [
      { path: IS_NAMELESS, sqlType: 'integer' },
      { path: folded(NAME), sqlType: 'text', convert: folded },
    ],
    ({ firstName, lastName }) => [
      firstName === null && lastName === null ? '1' : '0',
      `${firstName ?? ''} ${lastName ?? ''}`,
    ],
  ),
};

/** As many users with the longest names fit into one request of 1 MiB. */
const MAX_IMPORT = 2000;
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
    private readonly lists: PeopleListStore,
    private readonly pollExists: (id: string) => Promise<boolean>,
    private readonly groups: GroupService,
  ) {}

  find(id: string): Promise<TelegramUser | null> {
    return isRowId(id) ? this.people.find(id) : Promise.resolve(null);
  }

  async setReminders(id: string, wanted: boolean): Promise<Result<TelegramUser>> {
    if (isRowId(id)) await this.people.setReminders(id, wanted);
    const user = await this.find(id);
    if (user) return success(user);
    return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('user', id), ['userId']));
  }

  async list(
    filter: TelegramUserFilter | undefined,
    orderBy: TelegramUserOrder,
    page: PageArguments,
  ): Promise<Connection<TelegramUser>> {
    const cleaned = filter && cleanFilter(filter);
    await requireValid(cleaned);
    const groupIds = (cleaned?.groups && (await this.groups.knownIds(cleaned.groups))) ?? undefined;
    return readPage(
      page,
      ORDERS[orderBy],
      (window) => this.lists.page(cleaned, window, groupIds),
      () => this.lists.count(cleaned, groupIds),
    );
  }

  /** All or nothing. */
  async import(given: TelegramUserInput[]): Promise<ImportTelegramUsersPayload> {
    const errors = tooMany(given.length, MAX_IMPORT, 'users');
    if (errors.length > 0) return { created: 0, updated: 0, userErrors: errors };
    const seen = new Map<string, number>();
    for (const [index, user] of given.entries()) {
      if (errors.length >= MAX_ERRORS) break;
      errors.push(...(await checkUser(user, ['users', String(index)])));
      const id = user.id.trim();
      const earlier = seen.get(id);
      if (earlier !== undefined) {
        const message = `id ${id} is given twice; users ${earlier} has it too.`;
        errors.push(userError(UserErrorCode.INVALID, message, ['users', String(index), 'id']));
      }
      seen.set(id, index);
    }
    if (errors.length > 0) return { created: 0, updated: 0, userErrors: errors };
    return { ...(await this.people.import(given.map(cleanUser))), userErrors: [] };
  }

  /** All or nothing. Ignores known completions. */
  recordCompletions(pollId: string, userIds: string[]): Promise<RecordPollCompletionsPayload> {
    return despiteDeletions(async () => {
      const userErrors = await this.completionErrors(pollId, userIds);
      if (userErrors.length > 0) return { recorded: 0, userErrors };
      return { recorded: await this.people.recordCompletions(pollId, userIds), userErrors };
    });
  }

  private async completionErrors(pollId: string, userIds: string[]): Promise<UserError[]> {
    if (!isRowId(pollId) || !(await this.pollExists(pollId))) {
      return [userError(UserErrorCode.NOT_FOUND, describeMissing('poll', pollId), ['pollId'])];
    }
    return this.userIdErrors(userIds, MAX_COMPLETIONS);
  }

  /** The first users that do not exist, or that there are too many for one call. */
  async userIdErrors(userIds: readonly string[], max = MAX_IMPORT): Promise<UserError[]> {
    const errors = tooMany(userIds.length, max, 'userIds');
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
