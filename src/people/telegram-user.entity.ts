import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Whether the bot may write to somebody. Only ACTIVE people belong to an audience. */
export enum TelegramUserStatus {
  ACTIVE = 'ACTIVE',
  BLOCKED = 'BLOCKED',
  DEACTIVATED = 'DEACTIVATED',
  UNREACHABLE = 'UNREACHABLE',
  OPTED_OUT = 'OPTED_OUT',
}

registerEnumType(TelegramUserStatus, {
  name: 'TelegramUserStatus',
  description: 'Whether the bot may write to somebody.',
  valuesConfig: {
    ACTIVE: { description: 'Can be reminded.' },
    BLOCKED: { description: 'Has blocked the bot.' },
    DEACTIVATED: { description: 'Has deleted the Telegram account.' },
    UNREACHABLE: { description: 'Has never written to the bot, or is a bot.' },
    OPTED_OUT: { description: 'Wants no reminders.' },
  },
});

@Entity('telegram_user')
@Index('telegram_user_status_idx', ['status', 'id'])
@Index('telegram_user_username_idx', { synchronize: false })
@Check(
  'telegram_user_status_check',
  `status IN ('ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE', 'OPTED_OUT')`,
)
@ObjectType({ description: 'Somebody who uses the bot in Telegram.' })
export class TelegramUser {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'telegram_user_pk' })
  @Field(() => ID, { description: 'The Telegram user id.' })
  id!: string;

  /** The chat to write to where Telegram has moved it; otherwise it is the user id. */
  @Column({ name: 'chat_id', type: 'bigint', nullable: true })
  chatId!: string | null;

  @Column({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Telegram name without the @.' })
  username!: string | null;

  @Column({ name: 'first_name', type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'First name; reminders name it as {{firstName}}.' })
  firstName!: string | null;

  @Column({ name: 'last_name', type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Last name.' })
  lastName!: string | null;

  @Column({ name: 'language_code', type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'IETF language tag of the Telegram client.' })
  languageCode!: string | null;

  @Column({ type: 'text', default: TelegramUserStatus.ACTIVE })
  @Field(() => TelegramUserStatus, { description: 'Whether the bot may write to this person.' })
  status!: TelegramUserStatus;

  /** When they last wrote to the bot, by which it knows that it can reach them. */
  @Column({ name: 'reachable_at', type: 'timestamptz', precision: 3, nullable: true })
  reachableAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When this person became known.' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
