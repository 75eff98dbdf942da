import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { Personal } from '../access/personal.js';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';

/** Whether the bot may remind a user. Only ACTIVE users belong to an audience. */
export enum TelegramUserStatus {
  ACTIVE = 'ACTIVE',
  BLOCKED = 'BLOCKED',
  DEACTIVATED = 'DEACTIVATED',
  UNREACHABLE = 'UNREACHABLE',
  OPTED_OUT = 'OPTED_OUT',
}

/** Whether the bot reaches a user; whether the user wants reminders is another fact. */
export type Reachability = Exclude<TelegramUserStatus, TelegramUserStatus.OPTED_OUT>;

registerEnumType(TelegramUserStatus, {
  name: 'TelegramUserStatus',
  description: 'Whether the bot may remind a user.',
  valuesConfig: {
    ACTIVE: { description: 'Can be reminded.' },
    BLOCKED: { description: 'Has blocked the bot.' },
    DEACTIVATED: { description: 'Has deleted the Telegram account.' },
    UNREACHABLE: {
      description: 'Telegram does not let the bot write to this user before the user writes to it.',
    },
    OPTED_OUT: { description: 'Wants no reminders, whether or not the bot can reach the user.' },
  },
});

@Entity('telegram_user')
@Index('telegram_user_status_idx', ['reachability', 'id'], { where: 'opted_out_at IS NULL' })
@Index('telegram_user_opted_out_idx', ['id'], { where: 'opted_out_at IS NOT NULL' })
@Index('telegram_user_username_idx', { synchronize: false })
@Index('telegram_user_search_idx', { synchronize: false })
@Index('telegram_user_name_idx', { synchronize: false })
@Index('telegram_user_created_idx', ['createdAt', 'id'])
@Check('telegram_user_status_check', `status IN ('ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE')`)
@ObjectType({ implements: Node, description: 'A user of the bot in Telegram.' })
export class TelegramUser {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'telegram_user_pk' })
  @IdField('user', { description: 'Such as user_4200001.' })
  id!: string;

  @Personal('hidden')
  @Field(() => String, { description: 'The Telegram user id, such as 4200001.' })
  get telegramId(): string {
    return this.id;
  }

  /** Set if Telegram has moved the chat; otherwise the user id is the chat's. */
  @Column({ name: 'chat_id', type: 'bigint', nullable: true })
  chatId!: string | null;

  @Column({ type: 'text', nullable: true })
  @Personal(null)
  @Field(() => String, { nullable: true, description: 'Telegram name without the @.' })
  username!: string | null;

  @Column({ name: 'first_name', type: 'text', nullable: true })
  @Personal(null)
  @Field(() => String, { nullable: true, description: 'First name; {{firstName}} in reminders.' })
  firstName!: string | null;

  @Column({ name: 'last_name', type: 'text', nullable: true })
  @Personal(null)
  @Field(() => String, { nullable: true, description: 'Last name.' })
  lastName!: string | null;

  @Column({ name: 'language_code', type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'IETF language tag of the Telegram client.' })
  languageCode!: string | null;

  @Column({ name: 'time_zone', type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'IANA name, such as Europe/Lisbon; null when it is not known.',
  })
  timeZone!: string | null;

  @Column({ name: 'status', type: 'text', default: TelegramUserStatus.ACTIVE })
  reachability!: Reachability;

  /** When they asked for no more reminders. */
  @Column({ name: 'opted_out_at', type: 'timestamptz', precision: 3, nullable: true })
  optedOutAt!: Date | null;

  /** When the user last wrote to the bot or unblocked it, and so could be reached. */
  @Column({ name: 'reachable_at', type: 'timestamptz', precision: 3, nullable: true })
  reachableAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When this user became known.' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When what is known of this user last changed.' })
  updatedAt!: Date;

  @Field(() => TelegramUserStatus, {
    description: 'Whether the bot may remind this user. OPTED_OUT takes precedence over other obstacles.',
  })
  get status(): TelegramUserStatus {
    return this.optedOutAt ? TelegramUserStatus.OPTED_OUT : this.reachability;
  }
}
