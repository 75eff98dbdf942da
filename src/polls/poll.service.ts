import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import { requireValid, validateInput } from '../kernel/validation.js';
import { PollStatus, type Poll } from './poll.entity.js';
import type { PollStore } from './poll.store.js';
import type { CreatePollInput, PollFilter } from './poll.types.js';

const NEWEST_FIRST: KeysetOrder<Poll> = {
  name: 'polls',
  columns: [
    { path: 'poll.createdAt', sqlType: 'timestamptz' },
    { path: 'poll.id', sqlType: 'bigint' },
  ],
  keyOf: (poll) => [poll.createdAt.toISOString(), poll.id],
  descending: true,
};

const { DRAFT, OPEN, CLOSED } = PollStatus;

/** Creates, opens and closes polls. */
export class PollService {
  constructor(private readonly polls: PollStore) {}

  find(id: string): Promise<Poll | null> {
    return isRowId(id) ? this.polls.find(id) : Promise.resolve(null);
  }

  async list(filter: PollFilter | undefined, page: PageArguments): Promise<Connection<Poll>> {
    await requireValid(filter);
    return paginate(this.polls.list(filter), page, NEWEST_FIRST);
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
