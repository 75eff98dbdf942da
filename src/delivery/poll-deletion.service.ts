import { describeMissing, isRowId } from '../kernel/ids.js';
import {
  refusal,
  success,
  userError,
  UserErrorCode,
  type Result,
  type UserError,
} from '../kernel/user-error.js';
import type { PollDeletion, PollDeletionStore } from './poll-deletion.store.js';

/** Deletes polls with their answers and campaigns. */
export class PollDeletionService {
  constructor(private readonly polls: PollDeletionStore) {}

  /** @returns the id of the poll that is gone */
  async delete(id: string): Promise<Result<string>> {
    const deletion: PollDeletion = isRowId(id)
      ? await this.polls.delete(id)
      : { deleted: false, reason: 'missing' };
    return deletion.deleted ? success(id) : refusal(explain(id, deletion));
  }
}

function explain(id: string, deletion: Exclude<PollDeletion, { deleted: true }>): UserError {
  if ('busyCampaign' in deletion) {
    const message = `Campaign ${deletion.busyCampaign} of poll ${id} still sends, or is being planned: cancel it, or wait for its end.`;
    return userError(UserErrorCode.INVALID_STATE, message, ['id']);
  }
  return deletion.reason === 'missing'
    ? userError(UserErrorCode.NOT_FOUND, describeMissing('poll', id), ['id'])
    : userError(UserErrorCode.INVALID_STATE, `Poll ${id} is open: close it before it is deleted.`, ['id']);
}
