import { Field, Int, ObjectType } from 'type-graphql';
import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { Poll } from './poll.entity.js';

@Entity('question')
@Unique('question_position_key', ['pollId', 'position'])
@ObjectType({ implements: Node, description: 'One question of a poll.' })
export class Question {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'question_pk',
  })
  @IdField('question', { description: 'Such as question_3.' })
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
@ObjectType({ implements: Node, description: 'One answer that can be chosen for a question.' })
export class QuestionOption {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'question_option_pk',
  })
  @IdField('option', { description: 'Such as option_9.' })
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
