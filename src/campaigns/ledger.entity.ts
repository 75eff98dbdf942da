import { Field, Int, ObjectType } from 'type-graphql';
import { Column } from 'typeorm';

/** The columns in which every recipient of a campaign is counted once. */
const COUNTER_COLUMNS = ['pending_users', 'sent_users', 'failed_users', 'skipped_users', 'unconfirmed_users'];

export const LEDGER_CHECK = `total_users = ${COUNTER_COLUMNS.join(' + ')}`;
export const COUNTERS_CHECK = COUNTER_COLUMNS.map((column) => `${column} >= 0`).join(' AND ');

/** The ledger of a campaign: at every instant `totalUsers` is the sum of the five others. It is no type by itself. */
@ObjectType()
export abstract class Ledger {
  @Column({ name: 'total_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Recipients of the campaign, fixed when it starts.' })
  totalUsers!: number;

  @Column({ name: 'pending_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description: 'Recipients to whom nothing has been sent yet, or whose answer is awaited.',
  })
  pendingUsers!: number;

  @Column({ name: 'sent_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Accepted by Telegram.' })
  sentUsers!: number;

  @Column({ name: 'failed_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Refused by Telegram for good; each delivery says why.' })
  failedUsers!: number;

  @Column({ name: 'skipped_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description: 'Not sent because no longer wanted: completed meanwhile, opted out, poll closed.',
  })
  skippedUsers!: number;

  @Column({ name: 'unconfirmed_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      'A process or a connection died between the request and its answer: sent or not, nobody knows.',
  })
  unconfirmedUsers!: number;
}

type Counts = Record<keyof Ledger, number>;

/** Complete, or it does not compile. */
const COUNTERS: Record<keyof Ledger, true> = {
  totalUsers: true,
  pendingUsers: true,
  sentUsers: true,
  failedUsers: true,
  skippedUsers: true,
  unconfirmedUsers: true,
};

/** The ledger alone of what has one. */
export function ledgerOf(source: Counts): Counts {
  const names = Object.keys(COUNTERS) as (keyof Ledger)[];
  return Object.fromEntries(names.map((name) => [name, source[name]])) as Counts;
}
