import { Field, Int, ObjectType } from 'type-graphql';
import { Column } from 'typeorm';

/** The counters; every recipient of a campaign is in exactly one of them. */
const COUNTER_COLUMNS = ['pending_users', 'sent_users', 'failed_users', 'skipped_users', 'unconfirmed_users'];

export const LEDGER_CHECK = `total_users = ${COUNTER_COLUMNS.join(' + ')}`;
export const COUNTERS_CHECK = COUNTER_COLUMNS.map((column) => `${column} >= 0`).join(' AND ');

/** Counters of a campaign: `totalUsers` is always the sum of the other five. Not a type of its own. */
@ObjectType()
export abstract class Ledger {
  @Column({ name: 'total_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Recipients of the campaign, fixed when it starts.' })
  totalUsers!: number;

  @Column({ name: 'pending_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description: 'Recipients whose message was not sent yet, or whose answer is awaited.',
  })
  pendingUsers!: number;

  @Column({ name: 'sent_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Accepted by Telegram.' })
  sentUsers!: number;

  @Column({ name: 'failed_users', type: 'integer', default: 0 })
  @Field(() => Int, { description: 'Refused by Telegram for good; each delivery has the reason.' })
  failedUsers!: number;

  @Column({ name: 'skipped_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description: 'Not sent because no longer wanted: completed meanwhile, opted out, poll closed.',
  })
  skippedUsers!: number;

  @Column({ name: 'unconfirmed_users', type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      'A process or connection died between the request and its answer, so they may or may not be sent.',
  })
  unconfirmedUsers!: number;
}

type Counts = Record<keyof Ledger, number>;

/** Lists all counters, or it does not compile. */
const COUNTERS: Record<keyof Ledger, true> = {
  totalUsers: true,
  pendingUsers: true,
  sentUsers: true,
  failedUsers: true,
  skippedUsers: true,
  unconfirmedUsers: true,
};

/** Picks the counters. */
export function pickCounters(source: Counts): Counts {
  const names = Object.keys(COUNTERS) as (keyof Ledger)[];
  return Object.fromEntries(names.map((name) => [name, source[name]])) as Counts;
}
