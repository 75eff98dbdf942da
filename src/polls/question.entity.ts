import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { Poll } from './poll.entity.js';

@Entity('question')
@Unique('question_position_key', ['pollId', 'position'])
@ObjectType({ description: 'One question of a poll.' })
export class Question {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'question_pk',
  })
  @Field(() => ID, { description: 'Number of the question.' })
  id!: string;

  @Column({ name: 'poll_id', type: 'bigint' })
  pollId!: string;

  @ManyToOne(() => Poll, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'poll_id', foreignKeyConstraintName: 'question_poll_fk' })
  poll?: Relation<Poll>;

  @Column({ type: 'integer' })
  @Field(() => Int, { description: 'Position of the question in its poll, from 1.' })
  position!: number;

  @Column({ type: 'text' })
  @Field(() => String, { description: 'Text of the question.' })
  text!: string;
}

@Entity('question_option')
@Unique('question_option_position_key', ['questionId', 'position'])
@Unique('question_option_question_key', ['questionId', 'id'])
@ObjectType({ description: 'One answer that can be chosen for a question.' })
export class QuestionOption {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'question_option_pk',
  })
  @Field(() => ID, { description: 'Number of the option.' })
  id!: string;

  @Column({ name: 'question_id', type: 'bigint' })
  questionId!: string;

  @ManyToOne(() => Question, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'question_id', foreignKeyConstraintName: 'question_option_question_fk' })
  question?: Relation<Question>;

  @Column({ type: 'integer' })
  @Field(() => Int, { description: 'Position of the option in its question, from 1.' })
  position!: number;

  @Column({ type: 'text' })
  @Field(() => String, { description: 'Text of the answer.' })
  text!: string;
}
