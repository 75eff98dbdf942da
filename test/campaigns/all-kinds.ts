import type { TestDatabase } from '../support/database.js';

/** Each differs from the others in what is true of them. */
const ALL_KINDS = Array.from({ length: 256 }, (_, place) => {
  const is = (bit: number) => ((place >> bit) & 1) === 1;
  return {
    id: place + 1,
    done: is(0),
    opted_out_at: is(1) ? '2026-01-01' : null,
    declined: is(2),
    started: is(3),
    groups: ['Sales', 'Kitchen'].filter((_name, group) => is(4 + group)),
    status: ['ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE'][place >> 6] ?? '',
  };
});

/** Creates them, of all that a campaign of the poll looks at. The groups Sales and Kitchen exist. */
export async function createAllKinds(database: TestDatabase, pollId: string): Promise<void> {
  const people = `jsonb_to_recordset('${JSON.stringify(ALL_KINDS)}') AS person
    (id bigint, done boolean, opted_out_at timestamptz, declined boolean, started boolean, groups jsonb, status text)`;
  const those = `SELECT ${pollId.replace('poll_', '')}, id FROM ${people}`;
  await database.query(`
    TRUNCATE telegram_user CASCADE;
    INSERT INTO telegram_user (id, status, opted_out_at) SELECT id, status, opted_out_at FROM ${people};
    INSERT INTO group_member SELECT user_group.id, person.id FROM user_group JOIN ${people} ON groups ? name;
    INSERT INTO poll_completion (poll_id, user_id) ${those} WHERE done;
    INSERT INTO declined_poll (poll_id, user_id) ${those} WHERE declined;
    INSERT INTO poll_start (poll_id, user_id) ${those} WHERE started`);
}

/** What a preview of a campaign has to count, person by person: only members of each list of groups. */
export function countAllKinds(lists: (readonly string[])[], participation: string | undefined): unknown {
  const counts = new Map<string, number>();
  for (const { groups, done, opted_out_at, declined, status, started } of ALL_KINDS) {
    const reasons: [string, boolean][] = [
      ['NOT_IN_GROUP', lists.some((list) => !list.some((group) => groups.includes(group)))],
      ['COMPLETED', done],
      ['OPTED_OUT', opted_out_at !== null],
      ['DECLINED_POLL', declined],
      [status, status !== 'ACTIVE'],
      ['ALREADY_STARTED', participation === 'NOT_STARTED' && started],
      ['NOT_STARTED', participation === 'STARTED' && !started],
    ];
    const reason = reasons.find(([, applies]) => applies)?.[0] ?? '';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const { ['']: audienceSize, ...excluded } = Object.fromEntries(counts);
  return { audienceSize, excluded };
}
