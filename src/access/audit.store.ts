import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { oneRow } from '../database/rows.js';
import type { Identity } from './identity.js';
import { AuditEntry, type AuditOutcome } from './audit-entry.entity.js';
import type { AuditFilter } from './audit.types.js';

/** What a call is about, as far as it is known. */
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
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
`;

/** What a call has made is known at its end only. */
const FINISH = `
  UPDATE audit_entry SET
    outcome = $2, code = $3, campaign_id = coalesce($4, campaign_id), poll_id = coalesce($5, poll_id)
  WHERE id = $1
`;

export class AuditStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns the number of the entry, which is on disk by then */
  async insert({ identity, action, campaignId, pollId, detail }: AuditedCall): Promise<string> {
    const { name, tokenId, role } = identity;
    const values = [name, tokenId, role, action, campaignId, pollId, detail];
    return (await oneRow<{ id: string }>(this.dataSource, INSERT, values)).id;
  }

  async finish(id: string, { outcome, code, campaignId, pollId }: AuditEnding): Promise<void> {
    await this.dataSource.query(FINISH, [id, outcome, code, campaignId, pollId]);
  }

  list(filter: AuditFilter | undefined): SelectQueryBuilder<AuditEntry> {
    const query = this.dataSource.getRepository(AuditEntry).createQueryBuilder('entry');
    for (const column of ['campaignId', 'actor', 'action'] as const) {
      const wanted = filter?.[column];
      if (wanted != null) query.andWhere(`entry.${column} = :${column}`, { [column]: wanted });
    }
    return query;
  }
}
