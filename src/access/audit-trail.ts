import type { Logger } from 'pino';
import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { badUserInput, findCode } from '../kernel/errors.js';
import { isRowId } from '../kernel/ids.js';
import { requireValid } from '../kernel/validation.js';
import type { UserError } from '../kernel/user-error.js';
import { AuditOutcome, type AuditEntry } from './audit-entry.entity.js';
import type { AuditEnding, AuditedCall, AuditStore, AuditSubject } from './audit.store.js';
import type { AuditFilter } from './audit.types.js';

const NEWEST_FIRST: KeysetOrder<AuditEntry> = {
  name: 'auditLog',
  columns: [{ path: 'entry.id', sqlType: 'bigint' }],
  keyOf: (entry) => [entry.id],
  descending: true,
};

/** The common part of mutation payloads. */
export interface Payload {
  campaign?: { id: string } | null;
  poll?: { id: string } | null;
  userErrors: readonly UserError[];
}

/** @param error why it was refused, if it was */
export function endingBy(error: UserError | undefined, subject: Partial<AuditSubject> = {}): AuditEnding {
  const { campaignId = null, pollId = null } = subject;
  const outcome = error ? AuditOutcome.REFUSED : AuditOutcome.SUCCEEDED;
  return { outcome, code: error?.code ?? null, campaignId, pollId };
}

export function endingOfPayload({ campaign, poll, userErrors: [error] }: Payload): AuditEnding {
  return endingBy(error, { campaignId: campaign?.id ?? null, pollId: poll?.id ?? null });
}

function endingOfError(error: unknown): AuditEnding {
  const code = findCode(error);
  const isForbidden = code === 'FORBIDDEN';
  return {
    outcome: isForbidden ? AuditOutcome.FORBIDDEN : AuditOutcome.FAILED,
    code: isForbidden ? null : (code ?? 'INTERNAL_SERVER_ERROR'),
    campaignId: null,
    pollId: null,
  };
}

/** Records who called which mutation, when, on which campaign, and how it ended. */
export class AuditTrail {
  constructor(
    private readonly entries: AuditStore,
    private readonly logger: Logger,
  ) {}

  /**
   * Runs the work of a mutation or a command after its entry is committed, so that nothing happens without a trace.
   * @param endingOf derives the outcome from the result of the work
   * @throws what the work throws, and before it if the entry cannot be written
   */
  async record<T>(
    call: AuditedCall,
    work: () => Promise<T>,
    endingOf: (returned: T) => AuditEnding,
  ): Promise<T> {
    const id = await this.entries.insert(call);
    try {
      const returned = await work();
      await this.finish(id, call, endingOf(returned));
      return returned;
    } catch (error) {
      await this.finish(id, call, endingOfError(error));
      throw error;
    }
  }

  async list(filter: AuditFilter | undefined, page: PageArguments): Promise<Connection<AuditEntry>> {
    await requireValid(filter);
    if (filter?.campaignId != null && !isRowId(filter.campaignId)) {
      throw badUserInput('campaignId must be the id of a campaign, such as campaign_12.');
    }
    if (filter?.pollId != null && !isRowId(filter.pollId)) {
      throw badUserInput('pollId must be the id of a poll, such as poll_1.');
    }
    return paginate(this.entries.list(filter), page, NEWEST_FIRST);
  }

  /** What has happened stays so, whether or not its entry can be completed: without that it is left as STARTED. */
  private async finish(id: string, { identity }: AuditedCall, ending: AuditEnding): Promise<void> {
    try {
      if (ending.outcome === AuditOutcome.FORBIDDEN)
        await this.entries.finishForbidden(id, identity.name, ending);
      else await this.entries.finish(id, ending);
    } catch (error) {
      this.logger.error({ err: error, auditEntryId: id, ...ending }, 'an audit entry could not be completed');
    }
  }
}
