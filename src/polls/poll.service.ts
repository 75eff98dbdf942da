import {
  paginate,
  type Connection,
  type KeysetColumn,
  type KeysetOrder,
  type PageArguments,
} from '../kernel/pages.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import { requireValid, validateInput } from '../kernel/validation.js';
import { PollStatus, type Poll } from './poll.entity.js';
import type { PollStore } from './poll.store.js';
import type { CreatePollInput, PollFilter, PollOrder } from './poll.types.js';

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

function orderOf(by: PollOrder): KeysetOrder<Poll> {
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
  constructor(private readonly polls: PollStore) {}

  find(id: string): Promise<Poll | null> {
    return isRowId(id) ? this.polls.find(id) : Promise.resolve(null);
  }

  async list(
    filter: PollFilter | undefined,
    orderBy: PollOrder,
    page: PageArguments,
  ): Promise<Connection<Poll>> {
    await requireValid(filter);
    return paginate(this.polls.list(filter), page, orderOf(orderBy));
  }

  async create(input: CreatePollInput): Promise<Result<Poll>> {
    const errors = await validateInput(input, ['input']);
    if (input.closesAt && input.closesAt <= new Date()) {
      errors.push(userError(UserErrorCode.INVALID, 'closesAt must be in the future.', ['input', 'closesAt']));
    }
    return errors.length > 0 ? refusal(...errors) : success(await this.polls.create(input));
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
