import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../graphql/connection.js';
import { badUserInput } from '../graphql/errors.js';
import { isRowId } from '../graphql/ids.js';
import { requireValid } from '../graphql/validation.js';
import type { UserError } from '../graphql/user-error.js';
import { AuditOutcome, type AuditEntry } from './audit-entry.entity.js';
import type { AuditEnding, AuditedCall, AuditStore } from './audit.store.js';
import type { AuditFilter } from './audit.types.js';

const NEWEST_FIRST: KeysetOrder<AuditEntry> = {
  columns: [{ path: 'entry.id', sqlType: 'bigint' }],
  keyOf: (entry) => [entry.id],
  descending: true,
};

/** What the payloads of mutations have in common. */
interface Payload {
  campaign?: { id: string } | null;
  poll?: { id: string } | null;
  userErrors: readonly UserError[];
}

function endingOf({ campaign, poll, userErrors: [error] }: Payload): AuditEnding {
  return {
    outcome: error ? AuditOutcome.REFUSED : AuditOutcome.SUCCEEDED,
    code: error?.code ?? null,
    campaignId: campaign?.id ?? null,
    pollId: poll?.id ?? null,
  };
}

function endingOfError(error: unknown): AuditEnding {
  const code = error instanceof GraphQLError ? error.extensions.code : undefined;
  const isForbidden = code === 'FORBIDDEN';
  return {
    outcome: isForbidden ? AuditOutcome.FORBIDDEN : AuditOutcome.FAILED,
    code: isForbidden ? null : typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    campaignId: null,
    pollId: null,
  };
}

/** Who did what to which campaign when. */
export class AuditTrail {
  constructor(
    private readonly entries: AuditStore,
    private readonly logger: Logger,
  ) {}

  /**
   * Does the work of a mutation, which begins once its entry is on disk: nothing happens without a trace.
   * @throws what the work throws; and before it, when no entry can be written
   */
  async record<T>(call: AuditedCall, work: () => Promise<T>): Promise<T> {
    const id = await this.entries.insert(call);
    try {
      const payload = await work();
      await this.finish(id, endingOf(payload as Payload));
      return payload;
    } catch (error) {
      await this.finish(id, endingOfError(error));
      throw error;
    }
  }

  async list(filter: AuditFilter | undefined, page: PageArguments): Promise<Connection<AuditEntry>> {
    await requireValid(filter);
    if (filter?.campaignId != null && !isRowId(filter.campaignId)) {
      throw badUserInput('campaignId must be the number of a campaign.');
    }
    return paginate(this.entries.list(filter), page, NEWEST_FIRST);
  }

  /** What has happened stays so, whether or not its entry can be completed: without that it is left as STARTED. */
  private async finish(id: string, ending: AuditEnding): Promise<void> {
    try {
      await this.entries.finish(id, ending);
    } catch (error) {
      this.logger.error({ err: error, auditEntryId: id, ...ending }, 'an audit entry could not be completed');
    }
  }
}
