import { Authorized, Mutation, Resolver } from 'type-graphql';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { DeletePayload, deletePayload } from '../graphql-types/delete-payload.js';
import { IdArg } from '../graphql-types/ids.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { PollDeletionService } from './poll-deletion.service.js';

/** Deletes polls together with the ledger, of which polls know nothing. */
@Resolver()
export class PollDeletionResolver {
  constructor(private readonly polls: PollDeletionService) {}

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ poll: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => DeletePayload, {
    description:
      'Deletes a draft, or a closed poll with all its answers, campaigns and deliveries. There is no way back.',
  })
  async deletePoll(
    @IdArg('id', 'poll', { description: 'Id of the poll.' }) id: string,
  ): Promise<DeletePayload> {
    return deletePayload('poll', await this.polls.delete(id));
  }
}
