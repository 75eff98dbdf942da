import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.js';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { ChunkStore } from '../../src/delivery/chunk.store.js';
import { ClaimStore } from '../../src/delivery/claim.store.js';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { DeliveryListService } from '../../src/delivery/delivery-list.service.js';
import { DeliveryListStore } from '../../src/delivery/delivery-list.store.js';
import type { DeliveryFilter } from '../../src/delivery/delivery.types.js';
import { UserDeliveryStore } from '../../src/delivery/user-deliveries.store.js';
import { GroupService } from '../../src/groups/group.service.js';
import { GroupStore } from '../../src/groups/group.store.js';
import { Participation } from '../../src/people/participation.js';
import { ParticipantService } from '../../src/people/participants.service.js';
import { ParticipantStore } from '../../src/people/participants.store.js';
import type { ParticipantFilter } from '../../src/people/participants.types.js';
import { PeopleListStore } from '../../src/people/people-list.store.js';
import { PeopleService } from '../../src/people/people.service.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserOrder, type TelegramUserFilter } from '../../src/people/people.types.js';
import { PollCountStore } from '../../src/people/poll-counts.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const PEOPLE = 1_000_000;
const GROUPS = 1000;
const POLLS = 20;
/** Of 1,000,000 deliveries each. */
const CAMPAIGNS = 10;
/** People who have completed, or only begun, each poll. */
const [COMPLETED, BEGUN] = [PEOPLE / 5, PEOPLE / 20];

/** Polls 1 to 18 are for everybody, 19 for a hundred groups, 20 for the group that everybody is in. */
const [FOR_ALL, FOR_SOME, FOR_GROUP_OF_ALL] = ['1', '19', '20'];

const STEPS: readonly string[] = [
  `INSERT INTO telegram_user (id, first_name, last_name, username, status)
   SELECT place, 'Person ' || place, 'Of ' || place % 977, 'person_' || place,
     CASE WHEN place % 100 = 0 THEN 'BLOCKED' ELSE 'ACTIVE' END FROM generate_series(1, ${PEOPLE}) place`,
  `INSERT INTO user_group (name, name_key) SELECT 'Group ' || place, 'group ' || place FROM generate_series(1, ${GROUPS}) place`,
  `INSERT INTO group_member (group_id, user_id) SELECT 2 + place % ${GROUPS - 1}, place FROM generate_series(1, ${PEOPLE}) place`,
  `INSERT INTO group_member (group_id, user_id) SELECT 1, place FROM generate_series(1, ${PEOPLE}) place`,
  `INSERT INTO poll (title, status) SELECT 'Poll ' || place, 'OPEN' FROM generate_series(1, ${POLLS}) place`,
  `INSERT INTO poll_group (poll_id, group_id) SELECT ${FOR_SOME}, place FROM generate_series(2, 101) place`,
  `INSERT INTO poll_group (poll_id, group_id) VALUES (${FOR_GROUP_OF_ALL}, 1)`,
  `INSERT INTO poll_completion (poll_id, user_id)
   SELECT poll, place FROM generate_series(1, ${POLLS}) poll, generate_series(1, ${COMPLETED}) place`,
  `INSERT INTO poll_start (poll_id, user_id)
   SELECT poll, ${COMPLETED} + place FROM generate_series(1, ${POLLS}) poll, generate_series(1, ${BEGUN}) place`,
  `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms, status,
     total_users, sent_users, failed_users, chunk_count, started_at, planned_at, created_at, updated_at)
   SELECT 2 + place % 17, 'Hello', 100, 0, 0, 'COMPLETED', ${PEOPLE}, ${PEOPLE} - ${PEOPLE / 50}, ${PEOPLE / 50}, ${PEOPLE / 100},
     now(), now(), now() - interval '30 days', now() - interval '30 days'
   FROM generate_series(1, ${CAMPAIGNS}) place`,
  ...Array.from(
    { length: CAMPAIGNS },
    (_, campaign) => `INSERT INTO delivery (campaign_id, user_id, chunk_number, status, reason, sent_at)
      SELECT ${campaign + 1}, place, place / 100, CASE WHEN place % 50 = 0 THEN 'FAILED' ELSE 'SENT' END,
        CASE WHEN place % 5000 = 0 THEN 'CHAT_NOT_FOUND' WHEN place % 50 = 0 THEN 'BOT_BLOCKED' END,
        CASE WHEN place % 50 <> 0 THEN now() - interval '30 days' END
      FROM generate_series(1, ${PEOPLE}) place`,
  ),
  'VACUUM ANALYZE',
];

let database: TestDatabase;
let dataSource: DataSource;
const figures: [what: string, ms: number][] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  for (const step of STEPS) await database.query(step);
  dataSource = await createDataSource({ url: database.url }).initialize();
}, 3_600_000);
afterAll(async () => {
  console.log(figures.map(([what, ms]) => `| ${what} | ${ms.toFixed(ms < 10 ? 1 : 0)} ms |`).join('\n'));
  await dataSource.destroy();
  await database.drop();
}, 600_000);

/** The middle of several times, in milliseconds. */
async function measure(what: string, work: () => Promise<unknown>, times = 5): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const before = performance.now();
    await work();
    took.push(performance.now() - before);
  }
  const middle = took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Infinity;
  figures.push([what, middle]);
  return middle;
}

test('a page of polls is read from counters, and they say what the rows say', async () => {
  const counts = new PollCountStore(dataSource);
  const polls = Array.from({ length: POLLS }, (_, place) => String(place + 1));
  // Polls 19 and 20 have got groups: the reconciler counts them.
  while ((await counts.reconcile()) > 0);
  await counts.reconcile();
  const page = await measure('counts of a page of 20 polls', () => counts.read(polls));
  const read = await counts.read(polls);
  await database.query('DELETE FROM poll_count');
  const byRows = await measure('the same by counting rows', () => counts.read(polls), 1);
  const byId = (a: { pollId: string }, b: { pollId: string }) => Number(a.pollId) - Number(b.pollId);
  expect(read.sort(byId)).toEqual((await counts.read(polls)).sort(byId));
  expect(page / byRows).toBeLessThan(0.02);
  for (const poll of polls) await counts.count(poll);
});

/** A campaign that is about to be planned. */
async function runningCampaign(
  pollId: string,
  participation: string | null = null,
  groupId?: number,
): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms, status,
       started_at, progressed_at, participation) VALUES ($1, 'Hello', 100, 0, 0, 'PROCESSING', now(), now(), $2) RETURNING id`,
    [pollId, participation],
  );
  const id = campaign?.id ?? '';
  if (groupId !== undefined)
    await database.query('INSERT INTO campaign_group VALUES ($1, $2)', [id, groupId]);
  return id;
}

interface Planned {
  id: string;
  /** For each recipient. */
  ms: number;
}

/** Plans a campaign. */
async function plan(
  what: string,
  pollId: string,
  ...narrowed: [participation?: string | null, groupId?: number]
): Promise<Planned> {
  const id = await runningCampaign(pollId, ...narrowed);
  let recipients = 0;
  const ms = await measure(
    what,
    async () => {
      recipients = (await new AudienceStore(dataSource).plan(pollId, id))?.totalUsers ?? 0;
    },
    1,
  );
  return { id, ms: ms / recipients };
}

describe('an audience', () => {
  test('is planned in at most 1.5 times the time for each recipient where groups and participation narrow it', async () => {
    // In turns, since checkpoints and what is cached weigh more than the groups.
    const rounds: Record<'plain' | 'grouped' | 'narrowed', Planned>[] = [];
    for (const round of [1, 2]) {
      rounds.push({
        plain: await plan(`plan for everybody (${round})`, FOR_ALL),
        grouped: await plan(`plan of a poll for a group of everybody (${round})`, FOR_GROUP_OF_ALL),
        narrowed: await plan(
          `the same, of those who have not started (${round})`,
          FOR_GROUP_OF_ALL,
          'NOT_STARTED',
          1,
        ),
      });
    }
    const least = (which: 'plain' | 'grouped' | 'narrowed') =>
      Math.min(...rounds.map((round) => round[which].ms));
    expect(least('grouped') / least('plain')).toBeLessThan(1.5);
    expect(least('narrowed') / least('plain')).toBeLessThan(1.5);
    await claims(rounds[1]?.plain.id ?? '', rounds[1]?.narrowed.id ?? '');
  }, 1_200_000);

  test('is surveyed in at most 1.5 times the time where groups and participation narrow it', async () => {
    const audience = new AudienceStore(dataSource);
    const [plain, grouped] = [await audience.scope(FOR_ALL), await audience.scope(FOR_GROUP_OF_ALL)];
    const some = await audience.scope(FOR_SOME);
    const narrowed = { ...grouped, campaignGroups: ['1'], participation: Participation.NOT_STARTED as const };
    const base = await measure('preview: counts of everybody', () => audience.survey(plain), 3);
    const full = await measure('preview: with groups and participation', () => audience.survey(narrowed), 3);
    await measure('preview: of a poll for 100 groups', () => audience.survey(some), 3);
    expect(full / base).toBeLessThan(1.5);
    const lately = await measure('preview: who was reminded lately, where nobody was', () =>
      audience.reminded(some, 24),
    );
    expect(lately).toBeLessThan(PAGE_MS);
  });
});

/** Claims recipients of a campaign for everybody, and of one that looks at groups. */
async function claims(plainId: string, groupedId: string): Promise<void> {
  const claim = async (what: string, id: string) => {
    await database.query(
      `UPDATE notification_campaign SET status = CASE WHEN id = $1 THEN 'PROCESSING' ELSE 'PAUSED' END WHERE id > ${CAMPAIGNS}`,
      [id],
    );
    const lease = { leaseMs: 600_000, capacity: { messages: 1_000_000, withinMs: 240_000 }, holderKey: null };
    const chunk = await new ChunkStore(dataSource).claimDue(lease);
    if (chunk?.campaignId !== id) throw new Error(`No chunk of ${id} is due.`);
    const store = new ClaimStore(dataSource);
    const request = { wanted: 1, lookAhead: 2, sendInMs: 0, contentVersion: 1 };
    return measure(what, () => store.claim(chunk, { ...request, claimId: randomUUID() }), 51);
  };
  const plain = await claim('claim of one recipient', plainId);
  const grouped = await claim('the same where the poll and the campaign are for groups', groupedId);
  expect(grouped / plain).toBeLessThan(1.5);
}

/** More than any page takes; what is read without an index takes a second. */
const PAGE_MS = 50;

test('the first pages of lists take milliseconds', async () => {
  const groups = new GroupService(new GroupStore(dataSource));
  const counts = new PollCountStore(dataSource);
  const participants = new ParticipantService(new ParticipantStore(dataSource), groups, (ids) =>
    counts.read(ids),
  );
  const people = new PeopleService(
    new PeopleStore(dataSource),
    new PeopleListStore(dataSource),
    () => Promise.resolve(true),
    groups,
  );
  const deliveries = new DeliveryListService(
    new DeliveryListStore(dataSource),
    new UserDeliveryStore(dataSource),
  );
  const took: number[] = [];
  const { STARTED, COMPLETED: DONE, NOT_STARTED } = Participation;
  const ofPoll: [string, string, ParticipantFilter][] = [
    ['participants of a poll for everybody', FOR_ALL, {}],
    ['those who have begun', FOR_ALL, { participation: [STARTED] }],
    ['those who have completed it', FOR_ALL, { participation: [DONE] }],
    ['those who have not', FOR_ALL, { participation: [NOT_STARTED, STARTED] }],
    ['participants of a poll for 100 groups who have begun', FOR_SOME, { participation: [STARTED] }],
    [
      'participants of a poll for a group of everybody, by name',
      FOR_GROUP_OF_ALL,
      { search: 'person 77777' },
    ],
  ];
  for (const [what, poll, filter] of ofPoll) {
    took.push(await measure(what, () => participants.ofPoll(poll, filter, {})));
  }
  const ofPeople: [string, TelegramUserFilter][] = [
    ['people by a frequent name', { search: 'person' }],
    ['people by a rare name', { search: 'son 777777' }],
    ['people by two letters', { search: 'pe' }],
    ['people by @username', { search: '@person_999999' }],
    ['people of a group', { groups: ['Group 500'] }],
    ['people of a group of everybody', { groups: ['Group 1'] }],
  ];
  for (const [what, filter] of ofPeople)
    took.push(await measure(what, () => people.list(filter, TelegramUserOrder.ID_ASC, {})));
  const ofDeliveries: [string, DeliveryFilter][] = [
    ['deliveries of a campaign', {}],
    ['deliveries that failed', { status: [DeliveryStatus.FAILED] }],
    ['deliveries by a rare reason', { reason: ['CHAT_NOT_FOUND'] }],
    ['deliveries by name', { search: 'person 77777' }],
  ];
  for (const [what, filter] of ofDeliveries) {
    took.push(await measure(what, () => deliveries.deliveries('5', filter, {})));
  }
  took.push(await measure('deliveries to a person', () => deliveries.toUser('777777', {})));
  expect(took.filter((ms) => ms > PAGE_MS)).toEqual([]);
});
