import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { isOneOf } from '../kernel/sql.js';

/** A poll is drafted, opened for answers, and closed by hand or by its closing time. */
export enum PollStatus {
  DRAFT = 'DRAFT',
  OPEN = 'OPEN',
  CLOSED = 'CLOSED',
}

registerEnumType(PollStatus, {
  name: 'PollStatus',
  description: 'State of a poll.',
  valuesConfig: {
    DRAFT: { description: 'Being prepared. Campaigns need an open poll.' },
    OPEN: { description: 'Takes answers. Users can be reminded.' },
    CLOSED: { description: 'No longer takes answers. Nobody is reminded.' },
  },
});

@Entity('poll')
@Index('poll_created_idx', ['createdAt', 'id'])
@Index('poll_title_idx', { synchronize: false })
@Index('poll_closes_idx', { synchronize: false })
@Index('poll_search_idx', { synchronize: false })
@Unique('poll_idempotency_key', ['idempotencyKey'])
@Check('poll_status_check', isOneOf('status', Object.values(PollStatus)))
@ObjectType({ implements: Node, description: 'A poll that an organisation runs in Telegram.' })
export class Poll {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'poll_pk',
  })
  @IdField('poll', { description: 'Such as poll_1.' })
  id!: string;

  @Column({ type: 'text' })
  @Field(() => String, { description: 'Title of the poll; {{pollTitle}} in reminders.' })
  title!: string;

  @Column({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Description of the poll.' })
  description!: string | null;

  @Column({ type: 'text', default: PollStatus.DRAFT })
  @Field(() => PollStatus, { description: 'Whether the poll takes answers.' })
  status!: PollStatus;

  @Column({ name: 'closes_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description: 'After this instant no reminder of the poll is sent.',
  })
  closesAt!: Date | null;

  @Column({ name: 'idempotency_key', type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Column({ name: 'idempotency_fingerprint', type: 'text', nullable: true })
  idempotencyFingerprint!: string | null;

  @Column({ type: 'boolean', default: false })
  @Field(() => Boolean, {
    description:
      'Whether answers are counted and never tied to a person once the poll is completed; who has completed it is still known. ' +
      'Counts are shown from 5 completed on and then in steps of 5, or when it closes, but never with one person more than before, ' +
      'so that no difference of two counts tells what somebody chose.',
  })
  anonymous!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When the poll was created.' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When the poll was last changed.' })
  updatedAt!: Date;
}
