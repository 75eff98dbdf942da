import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { isOneOf } from '../kernel/sql.js';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';

const CHUNK_STATES = ['WAITING', 'RUNNING', 'DONE', 'SET_ASIDE'] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

/** A part of a campaign's audience. One worker at a time sends to it while it holds the lease. */
@Entity('campaign_chunk')
@Index('campaign_chunk_due_idx', ['dueAt'], { where: `state = 'WAITING'` })
@Index('campaign_chunk_lease_idx', ['leaseExpiresAt'], { where: `state = 'RUNNING'` })
@Check('campaign_chunk_state_check', isOneOf('state', CHUNK_STATES))
@Check('campaign_chunk_lease_check', `(state = 'RUNNING') = (lease_token IS NOT NULL)`)
export class CampaignChunk {
  @PrimaryColumn({ name: 'campaign_id', type: 'bigint', primaryKeyConstraintName: 'campaign_chunk_pk' })
  campaignId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'campaign_chunk_pk' })
  number!: number;

  @ManyToOne(() => NotificationCampaign, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'campaign_id', foreignKeyConstraintName: 'campaign_chunk_campaign_fk' })
  campaign?: Relation<NotificationCampaign>;

  @Column({ type: 'text', default: 'WAITING' })
  state!: ChunkState;

  @Column({ name: 'due_at', type: 'timestamptz', precision: 3, nullable: true })
  dueAt!: Date | null;

  /** As its worker knew it when it released the chunk. */
  @Column({ name: 'last_sent_at', type: 'timestamptz', precision: 3, nullable: true })
  lastSentAt!: Date | null;

  /** When an Agenda job was created for the chunk; null if it needs one. */
  @Column({ name: 'enqueued_at', type: 'timestamptz', precision: 3, nullable: true })
  enqueuedAt!: Date | null;

  @Column({ name: 'lease_token', type: 'uuid', nullable: true })
  leaseToken!: string | null;

  @Column({ name: 'lease_expires_at', type: 'timestamptz', precision: 3, nullable: true })
  leaseExpiresAt!: Date | null;

  /** Key of the advisory lock of the worker's session that holds the lease. */
  @Column({ name: 'holder_key', type: 'bigint', nullable: true })
  holderKey!: string | null;

  /** The lease that `holderKey` holds. Workers of an older version change `leaseToken` only. */
  @Column({ name: 'held_lease', type: 'uuid', nullable: true })
  heldLease!: string | null;

  /** Consecutive claims that sent nothing. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ name: 'remaining_at_claim', type: 'integer', nullable: true })
  remainingAtClaim!: number | null;

  /** Why the chunk was quarantined. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;
}
