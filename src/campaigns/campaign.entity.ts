import { Field, Int, ObjectType } from 'type-graphql';
import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { isOneOf } from '../kernel/sql.js';
import type { AddressedParticipation } from '../people/participation.js';
import { Poll } from '../polls/poll.entity.js';
import { COUNTERS_CHECK, Ledger, LEDGER_CHECK } from './ledger.entity.js';
import type { FailureCode } from './ending.js';
import { CampaignStatus } from './lifecycle.js';

@ObjectType({ description: 'Texts of a reminder in one language.' })
export class MessageTranslation {
  @Field(() => String, { description: 'IETF language tag, such as ru or pt-br.' })
  languageCode!: string;

  @Field(() => String, { description: 'Text of the reminder; placeholders as in the messageTemplate.' })
  messageTemplate!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Text of the button that opens the poll; null for that of the bot in this language.',
  })
  buttonText!: string | null;
}

@Entity('notification_campaign')
@Index('notification_campaign_created_idx', ['createdAt', 'id'])
@Index('notification_campaign_started_idx', { synchronize: false })
@Index('notification_campaign_scheduled_idx', { synchronize: false })
@Index('notification_campaign_total_idx', ['totalUsers', 'id'])
@Index('notification_campaign_search_idx', { synchronize: false })
@Index('notification_campaign_status_idx', ['status', 'createdAt', 'id'])
@Index('notification_campaign_topic_idx', ['topicId', 'createdAt', 'id'])
@Unique('notification_campaign_idempotency_key', ['idempotencyKey'])
@Check('notification_campaign_status_check', isOneOf('status', Object.values(CampaignStatus)))
@Check('notification_campaign_ledger_check', LEDGER_CHECK)
@Check('notification_campaign_counters_check', COUNTERS_CHECK)
@Check('notification_campaign_participation_check', `participation IN ('NOT_STARTED', 'STARTED')`)
@Check(
  'notification_campaign_pacing_check',
  'chunk_size > 0 AND chunk_interval_ms >= 0 AND send_interval_ms >= 0',
)
@ObjectType({
  implements: Node,
  description:
    'One round of reminders to everyone who has not completed a poll. At every instant: ' +
    'totalUsers = pendingUsers + sentUsers + failedUsers + skippedUsers + unconfirmedUsers.',
})
export class NotificationCampaign extends Ledger {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'notification_campaign_pk',
  })
  @IdField('campaign', { description: 'Such as campaign_12.' })
  id!: string;

  @Column({ name: 'topic_id', type: 'bigint' })
  topicId!: string;

  @ManyToOne(() => Poll)
  @JoinColumn({ name: 'topic_id', foreignKeyConstraintName: 'notification_campaign_topic_fk' })
  topicPoll?: Relation<Poll>;

  @Column({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Name of the campaign; null if it has none.' })
  name!: string | null;

  @Column({ name: 'message_template', type: 'text' })
  @Field(() => String, {
    description:
      'Text of the reminder; {{firstName}}, {{pollTitle}}, {{closesAt}} and {{questionsLeft}} are replaced for each recipient.',
  })
  messageTemplate!: string;

  @Column({ type: 'jsonb', default: [] })
  @Field(() => [MessageTranslation], {
    description:
      'The same for recipients of other languages, by the language of their Telegram; a language without texts gets those ' +
      'of the language that it is a variety of, or else the messageTemplate.',
  })
  translations!: MessageTranslation[];

  @Column({ name: 'button_text', type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Text of the button that opens the poll; null for the default.',
  })
  buttonText!: string | null;

  @Column({ name: 'asks_first_question', type: 'boolean', default: false })
  @Field(() => Boolean, {
    description:
      "Whether the reminder carries the recipient's next open question with its options: one press is one answer.",
  })
  asksFirstQuestion!: boolean;

  /** Rises when texts or pacing change. */
  @Column({ name: 'content_version', type: 'integer', default: 1 })
  contentVersion!: number;

  @Column({ name: 'chunk_size', type: 'integer' })
  chunkSize!: number;

  @Column({ name: 'chunk_interval_ms', type: 'integer' })
  chunkIntervalMs!: number;

  @Column({ name: 'send_interval_ms', type: 'integer' })
  sendIntervalMs!: number;

  /** Leaves out users who were reminded of the poll within so many hours; null leaves out none. */
  @Column({ name: 'not_reminded_for_hours', type: 'integer', nullable: true })
  notRemindedForHours!: number | null;

  /** Addresses only those who have not started the poll, or only those who have; null addresses both. */
  @Column({ type: 'text', nullable: true })
  participation!: AddressedParticipation | null;

  @Column({ type: 'text', default: CampaignStatus.PENDING })
  @Field(() => CampaignStatus, { description: 'State of the campaign.' })
  status!: CampaignStatus;

  @Column({ type: 'boolean', default: false })
  @Field(() => Boolean, {
    description: 'Whether the built-in sandbox took its messages, so that nothing was sent.',
  })
  sandbox!: boolean;

  @Column({ name: 'opened_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      "Recipients who pressed the reminder's button or an option in it; Later and Not this poll do not count.",
  })
  openedUsers!: number;

  @Column({ name: 'converted_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      "Recipients who completed the poll after this campaign's reminder (SENT or UNCONFIRMED, by the time of its request). " +
      'Each completion is credited to one campaign, that of the last reminder before it.',
  })
  convertedUsers!: number;

  @Column({ name: 'chunk_count', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Chunks that the audience was split into.' })
  chunkCount!: number;

  /** Rises with every change of the row, by a trigger. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'scheduled_for', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When the campaign starts by itself.' })
  scheduledFor!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When the campaign was created.' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When the campaign or one of its counters last changed.' })
  updatedAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When the campaign was first started.' })
  startedAt!: Date | null;

  /** When it was last started, resumed or retried. */
  @Column({ name: 'running_since', type: 'timestamptz', precision: 3, nullable: true })
  runningSince!: Date | null;

  /** How many recipients were no longer pending then. */
  @Column({ name: 'done_before', type: 'integer', default: 0 })
  doneBefore!: number;

  /** When the audience was fixed: chunks and deliveries exist from then on. */
  @Column({ name: 'planned_at', type: 'timestamptz', precision: 3, nullable: true })
  plannedAt!: Date | null;

  /** When a delivery was last settled, or the campaign last started or resumed. */
  @Column({ name: 'progressed_at', type: 'timestamptz', precision: 3, nullable: true })
  progressedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When the campaign was completed, failed or cancelled.' })
  finishedAt!: Date | null;

  @Column({ name: 'failure_code', type: 'text', nullable: true })
  failureCode!: FailureCode | null;

  @Column({ name: 'failure_message', type: 'text', nullable: true })
  failureMessage!: string | null;

  /** Why it makes no progress although it is PROCESSING; kept by the installation's watch. */
  @Column({ name: 'standstill_code', type: 'text', nullable: true })
  standstillCode!: string | null;

  @Column({ name: 'standstill_since', type: 'timestamptz', precision: 3, nullable: true })
  standstillSince!: Date | null;

  @Column({ name: 'standstill_until', type: 'timestamptz', precision: 3, nullable: true })
  standstillUntil!: Date | null;

  /** Null for campaigns of earlier versions. */
  @Column({ name: 'created_by', type: 'text', nullable: true })
  createdBy!: string | null;

  /** Consecutive failures with the same reason; enough of them pause the campaign. */
  @Column({ name: 'failure_streak', type: 'integer', default: 0 })
  failureStreak!: number;

  @Column({ name: 'failure_streak_reason', type: 'text', nullable: true })
  failureStreakReason!: string | null;

  @Column({ name: 'idempotency_key', type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Column({ name: 'idempotency_fingerprint', type: 'text', nullable: true })
  idempotencyFingerprint!: string | null;
}
