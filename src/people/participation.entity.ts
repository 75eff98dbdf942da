import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Poll } from '../polls/poll.entity.js';
import { QuestionOption } from '../polls/question.entity.js';
import { TelegramUser } from './telegram-user.entity.js';

/** The fact that a user has completed a poll, which alone removes the user from its audience. */
@Entity('poll_completion')
@Index('poll_completion_user_idx', ['userId'])
export class PollCompletion {
  @PrimaryColumn({ name: 'poll_id', type: 'bigint', primaryKeyConstraintName: 'poll_completion_pk' })
  pollId!: string;

  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'poll_completion_pk' })
  userId!: string;

  @Column({ name: 'completed_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  completedAt!: Date;

  @ManyToOne(() => Poll, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'poll_id', foreignKeyConstraintName: 'poll_completion_poll_fk' })
  poll?: Relation<Poll>;

  @ManyToOne(() => TelegramUser, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'poll_completion_user_fk' })
  user?: Relation<TelegramUser>;
}

/** The option that a user chose for a question. */
@Entity('answer')
@Index('answer_option_idx', ['optionId'])
@Index('answer_user_idx', ['userId'])
export class Answer {
  @PrimaryColumn({ name: 'question_id', type: 'bigint', primaryKeyConstraintName: 'answer_pk' })
  questionId!: string;

  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'answer_pk' })
  userId!: string;

  @Column({ name: 'option_id', type: 'bigint' })
  optionId!: string;

  @Column({ name: 'answered_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  answeredAt!: Date;

  @ManyToOne(() => TelegramUser, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'answer_user_fk' })
  user?: Relation<TelegramUser>;

  @ManyToOne(() => QuestionOption, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'question_id', referencedColumnName: 'questionId', foreignKeyConstraintName: 'answer_option_fk' },
    { name: 'option_id', referencedColumnName: 'id', foreignKeyConstraintName: 'answer_option_fk' },
  ])
  option?: Relation<QuestionOption>;
}
