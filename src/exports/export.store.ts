import { writeGroups } from '@pollcast/people-file';
import { rows, type SqlExecutor } from '../database/rows.js';
import { DELIVERY_REASONS, type DeliveryReason } from '../delivery/reasons.js';
import type { UserDeliveryStore } from '../delivery/user-deliveries.store.js';
import type { ParticipantStore } from '../people/participants.store.js';
import { SHOWN_STATUS } from '../people/reachable.js';
import { SHOWN_COUNT } from '../polls/poll-open.js';

export const EXPORT_KINDS = ['deliveries', 'participants', 'answers'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** What the lines are about. */
export type ExportShape = ExportKind | 'counts';

/** Cells by column. */
export type ExportRow = Record<string, unknown>;

type PersonRow = ExportRow & { userId: string };

/** Each batch is a statement of its own, so that a slow reader holds no transaction and no connection. */
const BATCH = 1000;

const PERSON = `person.id::text AS "userId", person.username, person.first_name AS "firstName", person.last_name AS "lastName"`;

/** $1 campaign, $2 the last user of the batch before. */
const DELIVERIES = `
  SELECT ${PERSON}, delivery.status, delivery.reason, delivery.detail, delivery.attempts, delivery.sent_at AS "sentAt",
    delivery.opened_at AS "openedAt", delivery.converted_at AS "convertedAt", delivery.updated_at AS "updatedAt"
  FROM delivery JOIN telegram_user person ON person.id = delivery.user_id
  WHERE delivery.campaign_id = $1 AND delivery.user_id > $2 ORDER BY delivery.user_id LIMIT ${BATCH}
`;

/** $1 poll, $2 the last user of the batch before. */
const PARTICIPANTS = `
  SELECT ${PERSON}, ${SHOWN_STATUS} AS status,
    (SELECT array_agg(named.name ORDER BY named.name) FROM group_member member
      JOIN user_group named ON named.id = member.group_id WHERE member.user_id = person.id) AS groups
  FROM telegram_user person
  WHERE person.id > $2 AND (NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = $1) OR EXISTS (
    SELECT FROM poll_group JOIN group_member member USING (group_id)
    WHERE poll_group.poll_id = $1 AND member.user_id = person.id))
  ORDER BY person.id LIMIT ${BATCH}
`;

const IS_ANONYMOUS = 'SELECT FROM poll WHERE id = $1 AND anonymous';

/** How often each option of an anonymous poll was chosen, as far as it may be shown. */
const COUNTS = `
  SELECT question.position, question.text AS question, option.text AS answer, coalesce(${SHOWN_COUNT}, 0) AS count
  FROM poll JOIN question ON question.poll_id = poll.id JOIN question_option option ON option.question_id = question.id
  LEFT JOIN anonymous_count ON option_id = option.id
  LEFT JOIN anonymous_tally tally ON tally.poll_id = poll.id
  WHERE poll.id = $1 ORDER BY question.position, option.position
`;

/** None of an anonymous poll: its answers are tied to people only while they take it. */
const QUESTIONS = `
  SELECT question.id, position, text FROM question JOIN poll ON poll.id = poll_id AND NOT poll.anonymous
  WHERE poll_id = $1 ORDER BY position
`;

/** Question by question, in the order of the primary key. $1 question, $2 the last user of the batch before. */
const ANSWERS = `
  SELECT ${PERSON}, option.text AS answer, answer.answered_at AS "answeredAt"
  FROM answer JOIN question_option option ON option.id = answer.option_id
  JOIN telegram_user person ON person.id = answer.user_id
  WHERE answer.question_id = $1 AND answer.user_id > $2 ORDER BY answer.user_id LIMIT ${BATCH}
`;

const SUBJECTS: Readonly<Record<ExportKind, string>> = {
  deliveries: 'SELECT FROM notification_campaign WHERE id = $1',
  participants: 'SELECT FROM poll WHERE id = $1',
  answers: 'SELECT FROM poll WHERE id = $1',
};

const ADD_LINK = `
  WITH expired AS (DELETE FROM export_link WHERE expires_at < clock_timestamp())
  INSERT INTO export_link (code_hash, kind, subject_id, expires_at)
  VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond') RETURNING expires_at AS "expiresAt"
`;

/** Of several processes that are asked at once, one gets it. */
const TAKE_LINK = `
  DELETE FROM export_link WHERE code_hash = $1
  RETURNING kind, subject_id AS "subjectId", expires_at > clock_timestamp() AS valid
`;

export interface ExportSubject {
  kind: ExportKind;
  subjectId: string;
}

/** Reads what is exported, and keeps the one-time addresses. */
export class ExportStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly participations: Pick<ParticipantStore, 'standings'>,
    private readonly reminders: Pick<UserDeliveryStore, 'reminders'>,
  ) {}

  async exists({ kind, subjectId }: ExportSubject): Promise<boolean> {
    return (await rows(this.sql, SUBJECTS[kind], [subjectId])).length > 0;
  }

  async addLink(codeHash: Buffer, { kind, subjectId }: ExportSubject, lifetimeMs: number): Promise<Date> {
    const [link] = await rows<{ expiresAt: Date }>(this.sql, ADD_LINK, [
      codeHash,
      kind,
      subjectId,
      lifetimeMs,
    ]);
    if (!link) throw new Error('A statement that returns one row returned none.');
    return link.expiresAt;
  }

  /** @returns undefined for an address that is unknown, used or expired */
  async takeLink(codeHash: Buffer): Promise<ExportSubject | undefined> {
    const [link] = await rows<ExportSubject & { valid: boolean }>(this.sql, TAKE_LINK, [codeHash]);
    return link?.valid ? { kind: link.kind, subjectId: link.subjectId } : undefined;
  }

  /** Answers of an anonymous poll are tied to nobody: their counts stand for them. */
  async shape({ kind, subjectId }: ExportSubject): Promise<ExportShape> {
    const isAnonymous = kind === 'answers' && (await rows(this.sql, IS_ANONYMOUS, [subjectId])).length > 0;
    return isAnonymous ? 'counts' : kind;
  }

  /** In constant memory: reads on as the rows are taken. */
  rows(shape: ExportShape, subjectId: string): AsyncGenerator<ExportRow, void, void> {
    switch (shape) {
      case 'deliveries':
        return this.deliveries(subjectId);
      case 'participants':
        return this.participants(subjectId);
      case 'answers':
        return this.answers(subjectId);
      case 'counts':
        return this.counts(subjectId);
    }
  }

  private async *counts(pollId: string): AsyncGenerator<ExportRow, void, void> {
    yield* await rows<ExportRow>(this.sql, COUNTS, [pollId]);
  }

  private async *deliveries(campaignId: string): AsyncGenerator<ExportRow, void, void> {
    for await (const row of this.batches(DELIVERIES, campaignId)) {
      const reason = row.reason as DeliveryReason | null;
      yield { ...row, reason: reason && (DELIVERY_REASONS[reason].publicName ?? reason) };
    }
  }

  private async *answers(pollId: string): AsyncGenerator<ExportRow, void, void> {
    const questions = await rows<{ id: string; position: number; text: string }>(this.sql, QUESTIONS, [
      pollId,
    ]);
    for (const { id, position, text } of questions) {
      for await (const row of this.batches(ANSWERS, id)) yield { position, question: text, ...row };
    }
  }

  /** How far people are, and how often they were reminded, is read as for the API. */
  private async *participants(pollId: string): AsyncGenerator<ExportRow, void, void> {
    for await (const people of this.readBatches(PARTICIPANTS, pollId)) {
      const keys = people.map(({ userId }) => `${pollId}_${userId}`);
      const [standings, reminders] = await Promise.all([
        this.participations.standings(keys),
        this.reminders.reminders(keys),
      ]);
      const standing = new Map(standings.map((of) => [of.key, of]));
      const reminded = new Map(reminders.map((of) => [of.key, of]));
      for (const person of people) {
        const key = `${pollId}_${person.userId}`;
        const { sent = 0, lastAt = null } = reminded.get(key) ?? {};
        const groups = writeGroups((person.groups as string[] | null) ?? []);
        yield { ...standing.get(key), ...person, groups, remindersSent: sent, lastRemindedAt: lastAt };
      }
    }
  }

  private async *batches(statement: string, id: string): AsyncGenerator<ExportRow, void, void> {
    for await (const batch of this.readBatches(statement, id)) yield* batch;
  }

  private async *readBatches(statement: string, id: string): AsyncGenerator<PersonRow[], void, void> {
    let last = '0';
    for (;;) {
      const batch = await rows<PersonRow>(this.sql, statement, [id, last]);
      yield batch;
      const end = batch.at(-1);
      if (!end || batch.length < BATCH) return;
      last = end.userId;
    }
  }
}
