import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { oneRow, rows } from '../database/rows.js';
import type { Identity } from './identity.js';
import { AuditEntry, type AuditOutcome } from './audit-entry.entity.js';
import type { AuditFilter } from './audit.types.js';

/** The objects of a call, as far as they are known. */
export interface AuditSubject {
  campaignId: string | null;
  pollId: string | null;
}

export interface AuditedCall extends AuditSubject {
  identity: Identity;
  action: string;
  detail: string | null;
}

export interface AuditEnding extends AuditSubject {
  outcome: AuditOutcome;
  code: string | null;
}

const INSERT = `
  INSERT INTO audit_entry (actor, token_id, role, action, campaign_id, poll_id, detail)
  VALUES (:actor, :tokenId, :role, :action, :campaignId, :pollId, :detail) RETURNING id
`;

/** Completes an entry; the objects that the call created are known only now. */
const FINISH = `
  UPDATE audit_entry SET
    outcome = $2, code = $3, campaign_id = coalesce($4, campaign_id), poll_id = coalesce($5, poll_id)
  WHERE id = $1
`;

/** Serialises the calls of one token, so that the second of two concurrent ones finds the entry of the first. $1 actor. */
const LOCK_FORBIDDEN = "SELECT pg_advisory_xact_lock(hashtextextended('forbidden calls of ' || $1::text, 0))";

/** Counts a forbidden call in the previous entry if that is less than a minute old. $1 id, $2 actor. */
const COUNT_FORBIDDEN = `
  WITH before AS (
    SELECT id FROM audit_entry
    WHERE actor = $2 AND outcome = 'FORBIDDEN' AND at > clock_timestamp() - interval '1 minute'
    ORDER BY id DESC LIMIT 1
  ), counted AS (
    UPDATE audit_entry SET repeats = repeats + 1 FROM before WHERE audit_entry.id = before.id
    RETURNING audit_entry.id
  )
  DELETE FROM audit_entry WHERE id = $1 AND EXISTS (SELECT FROM counted)
  RETURNING id
`;

/** Deletes at most $2 entries older than $1 days, in the order of their ids, which is that of their age. */
const FORGET = `
  DELETE FROM audit_entry WHERE id IN (
    SELECT id FROM (SELECT id, at FROM audit_entry ORDER BY id LIMIT $2) oldest
    WHERE at < clock_timestamp() - $1 * interval '1 day')
  RETURNING id
`;
const FORGET_BATCH = 5000;

export class AuditStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns the number of the entry, which is on disk by then */
  async insert({ identity, action, campaignId, pollId, detail }: AuditedCall): Promise<string> {
    const values = {
      actor: identity.name,
      tokenId: identity.tokenId,
      role: identity.role,
      action,
      campaignId,
      pollId,
      detail,
    };
    return (await oneRow<{ id: string }>(this.dataSource, INSERT, values)).id;
  }

  async finish(id: string, { outcome, code, campaignId, pollId }: AuditEnding): Promise<void> {
    await this.dataSource.query(FINISH, [id, outcome, code, campaignId, pollId]);
  }

  /** As finish, of a call that was forbidden: such calls of one token take one entry a minute. */
  async finishForbidden(id: string, actor: string, ending: AuditEnding): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query(LOCK_FORBIDDEN, [actor]);
      const folded = await rows(manager, COUNT_FORBIDDEN, [id, actor]);
      const { outcome, code, campaignId, pollId } = ending;
      if (folded.length === 0) await manager.query(FINISH, [id, outcome, code, campaignId, pollId]);
    });
  }

  /** @param signal ends it after the batch that it is at @returns how many entries were deleted */
  async forgetOlderThan(days: number, signal?: AbortSignal): Promise<number> {
    let total = 0;
    let deleted = FORGET_BATCH;
    while (deleted === FORGET_BATCH && !signal?.aborted) {
      deleted = (await rows(this.dataSource, FORGET, [days, FORGET_BATCH])).length;
      total += deleted;
    }
    return total;
  }

  findMany(ids: readonly string[]): Promise<AuditEntry[]> {
    const query = this.dataSource.getRepository(AuditEntry).createQueryBuilder('entry');
    return query.where('entry.id = ANY (:ids)', { ids }).getMany();
  }

  list(filter: AuditFilter | undefined): SelectQueryBuilder<AuditEntry> {
    const query = this.dataSource.getRepository(AuditEntry).createQueryBuilder('entry');
    for (const column of ['campaignId', 'pollId', 'actor', 'action', 'role'] as const) {
      const wanted = filter?.[column];
      if (wanted != null) query.andWhere(`entry.${column} = :${column}`, { [column]: wanted });
    }
    if (filter?.outcome) query.andWhere('entry.outcome = ANY (:outcomes)', { outcomes: filter.outcome });
    if (filter?.after) query.andWhere('entry.at >= :after', { after: filter.after });
    if (filter?.before) query.andWhere('entry.at < :before', { before: filter.before });
    return query;
  }
}
