import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { Personal } from '../access/personal.js';
import { isOneOf } from '../kernel/sql.js';
import { PublicDeliveryReason, type DeliveryReason } from './reasons.js';
import { TelegramUser } from '../people/telegram-user.entity.js';

export enum DeliveryStatus {
  PENDING = 'PENDING',
  SENDING = 'SENDING',
  SENT = 'SENT',
  FAILED = 'FAILED',
  SKIPPED = 'SKIPPED',
  UNCONFIRMED = 'UNCONFIRMED',
}

interface StatusRow {
  description: string;
  /** The campaign's counter that includes it. */
  counter: 'pending' | 'sent' | 'failed' | 'skipped' | 'unconfirmed';
}

/** Properties of each status, from which the API's enum, the CHECK constraint and the counters follow. */
export const DELIVERY_STATUSES: Readonly<Record<DeliveryStatus, StatusRow>> = {
  PENDING: { description: 'Waits for its turn.', counter: 'pending' },
  SENDING: { description: 'The request is under way; counted as pending.', counter: 'pending' },
  SENT: { description: 'Accepted by Telegram.', counter: 'sent' },
  FAILED: { description: 'Refused by Telegram for good; the reason says why.', counter: 'failed' },
  SKIPPED: { description: 'Not sent because no longer wanted; the reason says why.', counter: 'skipped' },
  UNCONFIRMED: {
    description: 'May or may not have been sent; not sent again unless requested.',
    counter: 'unconfirmed',
  },
};

registerEnumType(DeliveryStatus, {
  name: 'DeliveryStatus',
  description: 'State of one reminder.',
  valuesConfig: DELIVERY_STATUSES,
});

@Entity('delivery')
@Index('delivery_open_idx', ['campaignId', 'chunkNumber', 'userId'], {
  where: `status IN ('PENDING', 'SENDING')`,
})
@Index('delivery_finished_idx', ['campaignId', 'status', 'userId'], {
  where: `status NOT IN ('PENDING', 'SENDING')`,
})
@Index('delivery_sending_idx', ['campaignId', 'chunkNumber'], { where: `status = 'SENDING'` })
@Index('delivery_user_idx', ['userId'])
@Index('delivery_reason_idx', ['campaignId', 'reason', 'userId'], { where: 'reason IS NOT NULL' })
@Check('delivery_status_check', isOneOf('status', Object.values(DeliveryStatus)))
@ObjectType({ implements: Node, description: 'One reminder of a campaign to one recipient.' })
export class Delivery {
  @PrimaryColumn({ name: 'campaign_id', type: 'bigint', primaryKeyConstraintName: 'delivery_pk' })
  campaignId!: string;

  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'delivery_pk' })
  userId!: string;

  /** No foreign key: see the migration that drops it. */
  @Column({ name: 'chunk_number', type: 'integer' })
  chunkNumber!: number;

  @ManyToOne(() => TelegramUser)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'delivery_user_fk' })
  recipient?: Relation<TelegramUser>;

  @IdField('delivery', { description: 'Campaign and recipient, such as delivery_12_4200001.' })
  get id(): string {
    return `${this.campaignId}_${this.userId}`;
  }

  @Column({ type: 'text', default: DeliveryStatus.PENDING })
  @Field(() => DeliveryStatus, { description: 'State of the reminder.' })
  status!: DeliveryStatus;

  /** Fencing token: rises with every claim, so that the result of an older claim cannot settle a newer one. */
  @Column({ name: 'fence', type: 'integer', default: 0 })
  fencingToken!: number;

  /** Id of the claim that marked it SENDING, drawn by the worker. */
  @Column({ name: 'claim_id', type: 'uuid', nullable: true })
  claimId!: string | null;

  @Column({ type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      'Requests made for it in all, retries included, but not those that Telegram throttled; how many more the engine ' +
      'makes is up to the engine, and starts over with a retry.',
  })
  attempts!: number;

  /** Refusals without a reason in the recipient, while others were reached, since the last retry. */
  @Column({ type: 'smallint', default: 0 })
  refusals!: number;

  @Column({ type: 'text', nullable: true })
  @Field(() => PublicDeliveryReason, {
    nullable: true,
    description:
      'Why it is FAILED, SKIPPED or UNCONFIRMED; after a retry the old reason, until there is a new result.',
  })
  reason!: DeliveryReason | null;

  @Personal(null)
  @Column({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'What Telegram, or what stands before it, answered last, for people; null once it is SENT.',
  })
  detail!: string | null;

  @Column({ name: 'message_id', type: 'bigint', nullable: true })
  messageId!: string | null;

  /** Not to be tried before this instant, because of Telegram or the backoff. */
  @Column({ name: 'not_before', type: 'timestamptz', precision: 3, nullable: true })
  notBefore!: Date | null;

  @Column({ name: 'sent_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When Telegram accepted it.' })
  sentAt!: Date | null;

  /** When it was last requested of Telegram; until the answer comes, when it was claimed. */
  @Column({ name: 'requested_at', type: 'timestamptz', precision: 3, nullable: true })
  requestedAt!: Date | null;

  @Column({ name: 'opened_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description:
      "When the recipient first pressed the reminder's button or an option in it; Later and Not this poll do not count.",
  })
  openedAt!: Date | null;

  @Column({ name: 'converted_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description: 'When the recipient completed the poll, if this was the last reminder before that.',
  })
  convertedAt!: Date | null;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When its status last changed.' })
  updatedAt!: Date;
}
