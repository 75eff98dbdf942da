import { Authorized, Mutation, Resolver } from 'type-graphql';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { DeletePayload, deletePayload } from '../graphql-types/delete-payload.js';
import { IdArg } from '../graphql-types/ids.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { ErasureService } from './erasure.service.js';

/** Erases people together with the ledger, of which people know nothing. */
@Resolver()
export class ErasureResolver {
  constructor(private readonly erasures: ErasureService) {}

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ detail: () => 'people: 1' })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => DeletePayload, {
    description:
      'Erases a user with answers and deliveries; pending reminders become SKIPPED (ERASED), and one that is under way is ' +
      'waited for. Counters of campaigns and polls stay, and the audit log keeps no name. There is no way back.',
  })
  async deleteTelegramUser(
    @IdArg('id', 'user', { description: 'Id of the user, or the Telegram user id.' }) id: string,
  ): Promise<DeletePayload> {
    return deletePayload('user', await this.erasures.erase(id));
  }
}
