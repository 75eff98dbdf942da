import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** Called `user_group` in the database, where `group` is a reserved word. */
@Entity('user_group')
@Unique('user_group_name_key', ['nameKey'])
@ObjectType({ description: 'People who belong together, such as a department or a class.' })
export class Group {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'user_group_pk',
  })
  id!: string;

  @Column({ type: 'text' })
  @Field(() => String, {
    description: 'Name of the group, as it was first written. Unique, letter case aside.',
  })
  name!: string;

  /** What names are compared by: see groupKey. */
  @Column({ name: 'name_key', type: 'text' })
  nameKey!: string;
}
