import { distinctGroups } from '../groups/group-names.js';
import type { GroupService } from '../groups/group.service.js';
import {
  paginate,
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
import { requireValid, validateInput } from '../kernel/validation.js';
import { PollStatus, type Poll } from './poll.entity.js';
import type { PollStore } from './poll.store.js';
import {
  clearingErrors,
  closingTimeErrors,
  explainEditRefusal,
  pollFingerprint,
  toPollEdit,
} from './poll-edit.js';
import type { CreatePollInput, PollFilter, PollOrder, UpdatePollInput } from './poll.types.js';

const folded = (sql: string): string => `fold_text(${sql})`;

const CREATED: KeysetColumn = { path: 'poll.createdAt', sqlType: 'timestamptz' };

/** By what comes before the id. Each has an index. */
const ORDERS: Readonly<
  Record<PollOrder, [KeysetColumn, keyOf: (poll: Poll) => string, descending: boolean]>
> = {
  CREATED_AT_DESC: [CREATED, ({ createdAt }) => createdAt.toISOString(), true],
  CREATED_AT_ASC: [CREATED, ({ createdAt }) => createdAt.toISOString(), false],
  TITLE_ASC: [{ path: folded('poll.title'), sqlType: 'text', convert: folded }, ({ title }) => title, false],
  CLOSES_AT_ASC: [
    { path: "coalesce(poll.closesAt, 'infinity')", sqlType: 'timestamptz' },
    ({ closesAt }) => closesAt?.toISOString() ?? 'infinity',
    false,
  ],
};

function chooseOrder(by: PollOrder): KeysetOrder<Poll> {
  const [column, keyOf, descending] = ORDERS[by];
  return {
    name: `polls ${by}`,
    columns: [column, { path: 'poll.id', sqlType: 'bigint' }],
    keyOf: (poll) => [keyOf(poll), poll.id],
    descending,
  };
}

const { DRAFT, OPEN, CLOSED } = PollStatus;

/** Creates, opens and closes polls. */
export class PollService {
  /** @param recount counts whom a poll is for after its groups have changed */
  constructor(
    private readonly polls: PollStore,
    private readonly groups: GroupService,
    private readonly recount: (id: string) => Promise<void>,
  ) {}

  find(id: string): Promise<Poll | null> {
    return isRowId(id) ? this.polls.find(id) : Promise.resolve(null);
  }

  async list(
    filter: PollFilter | undefined,
    orderBy: PollOrder,
    page: PageArguments,
  ): Promise<Connection<Poll>> {
    await requireValid(filter);
    return paginate(this.polls.list(filter), page, chooseOrder(orderBy));
  }

  async create(input: CreatePollInput): Promise<Result<Poll>> {
    const fingerprint = pollFingerprint(input);
    const existing = await this.existing(input, fingerprint);
    if (existing) return existing;
    const errors = await validateInput(input, ['input']);
    errors.push(...closingTimeErrors(input, new Date()), ...(await this.groupErrors(input)));
    if (errors.length > 0) return refusal(...errors);
    const groups = distinctGroups(input.groups ?? []);
    const poll = await this.polls.create(input, groups, fingerprint);
    // No poll: a concurrent call with the same key came first.
    if (!poll) return this.create(input);
    if (groups.length > 0) await this.recount(poll.id);
    return success(poll);
  }

  /** Changes a poll. Absent values stay. */
  async update(id: string, input: UpdatePollInput): Promise<Result<Poll>> {
    const poll = await this.find(id);
    if (!poll) return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('poll', id), ['id']));
    const errors = await validateInput(input, ['input']);
    errors.push(...clearingErrors(input), ...closingTimeErrors(input, new Date(), poll.closesAt));
    errors.push(...(await this.groupErrors(input)));
    if (errors.length > 0) return refusal(...errors);
    const edit = toPollEdit(input);
    if (Object.keys(edit).length === 0) return success(poll);
    const isChanged = await this.polls.update(id, edit);
    if (isChanged && edit.groups) await this.recount(id);
    const changed = await this.find(id);
    if (!changed) return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('poll', id), ['id']));
    return isChanged ? success(changed) : refusal(explainEditRefusal(changed, edit));
  }

  private async groupErrors({ groups }: UpdatePollInput): Promise<UserError[]> {
    const found = await this.groups.resolve(groups ?? [], ['input', 'groups']);
    return found.ok ? [] : found.errors;
  }

  /** The result for an idempotency key that was used before. */
  private async existing(
    { idempotencyKey }: CreatePollInput,
    fingerprint: string,
  ): Promise<Result<Poll> | undefined> {
    const poll = idempotencyKey == null ? null : await this.polls.findByIdempotencyKey(idempotencyKey);
    if (!poll) return undefined;
    if (poll.idempotencyFingerprint === fingerprint) return success(poll);
    const message =
      'This idempotency key was used before with another input: use a new key for another poll.';
    return refusal(userError(UserErrorCode.IDEMPOTENCY_CONFLICT, message, ['input', 'idempotencyKey']));
  }

  /** Opens a draft or reopens a closed poll, unless its closing time has passed. */
  async open(id: string): Promise<Result<Poll>> {
    const poll = await this.find(id);
    if (poll?.closesAt && poll.closesAt <= new Date()) {
      const message = `The closing time of poll ${id}, ${poll.closesAt.toISOString()}, has passed.`;
      return refusal(userError(UserErrorCode.POLL_CLOSED, message, ['id']));
    }
    return this.setStatus(id, [DRAFT, CLOSED], OPEN);
  }

  close(id: string): Promise<Result<Poll>> {
    return this.setStatus(id, [OPEN], CLOSED);
  }

  private async setStatus(id: string, from: PollStatus[], to: PollStatus): Promise<Result<Poll>> {
    const changed = isRowId(id) && (await this.polls.setStatus(id, from, to));
    const poll = await this.find(id);
    if (!poll) return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('poll', id), ['id']));
    if (changed) return success(poll);
    const message = `Poll ${id} is ${poll.status}; it must be ${from.join(' or ')} to become ${to}.`;
    return refusal(userError(UserErrorCode.INVALID_STATE, message, ['id']));
  }
}
