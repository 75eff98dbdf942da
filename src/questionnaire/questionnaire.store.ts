import { rows, type SqlExecutor } from '../database/rows.js';
import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { pollIsFor } from './poll-for.js';
import { QUESTION_JSON } from './question-json.js';

/**
 * Stores an answer, and the completion of the poll with the last one. The revision decides: of two presses on one rendering the
 * first counts, whatever the device, and a repeated one finds a newer revision. The share lock keeps the poll open until the
 * answer is stored. The answers of an anonymous poll become counts with the last one, and are final.
 */
const ANSWER = `
  WITH poll AS (
    SELECT poll.id, poll.anonymous, NOT EXISTS (
      SELECT FROM question other WHERE other.poll_id = poll.id AND other.id <> :questionId
        AND NOT EXISTS (SELECT FROM answer WHERE answer.question_id = other.id AND answer.user_id = :userId)) AS last
    FROM poll
    JOIN question ON question.poll_id = poll.id
    JOIN question_option offered ON offered.question_id = question.id
    WHERE question.id = :questionId AND offered.id = :optionId AND ${POLL_IS_OPEN} AND ${pollIsFor(':userId')}
      AND NOT (poll.anonymous AND EXISTS (
        SELECT FROM poll_completion done WHERE done.poll_id = poll.id AND done.user_id = :userId))
    FOR SHARE OF poll
  ), taken AS (
    INSERT INTO questionnaire AS known (poll_id, user_id, revision)
    SELECT poll.id, :userId::bigint, :revision::integer + 1 FROM poll
    WHERE :revision = 0
      OR EXISTS (SELECT FROM questionnaire begun WHERE begun.poll_id = poll.id AND begun.user_id = :userId)
    ON CONFLICT (poll_id, user_id) DO UPDATE SET revision = known.revision + 1 WHERE known.revision = :revision
    RETURNING poll_id
  ), answered AS (
    INSERT INTO answer (question_id, user_id, option_id)
    SELECT :questionId::bigint, :userId::bigint, :optionId::bigint FROM taken, poll WHERE NOT (poll.anonymous AND poll.last)
    ON CONFLICT (question_id, user_id) DO UPDATE SET option_id = excluded.option_id, answered_at = clock_timestamp()
  ), completed AS (
    INSERT INTO poll_completion (poll_id, user_id) SELECT poll.id, :userId::bigint FROM taken, poll WHERE poll.last
    ON CONFLICT DO NOTHING
    RETURNING poll_id
  ), erased AS (
    DELETE FROM answer USING question, poll, completed
    WHERE poll.anonymous AND question.poll_id = poll.id AND answer.question_id = question.id AND answer.user_id = :userId
    RETURNING answer.option_id, answer.question_id
  ), tally AS (
    -- First, so that those who complete the poll at once take turns.
    INSERT INTO anonymous_tally AS tally (poll_id, completed) SELECT poll.id, 1 FROM poll, completed WHERE poll.anonymous
    ON CONFLICT (poll_id) DO UPDATE SET completed = tally.completed + 1
    RETURNING poll_id
  ), counted AS (
    INSERT INTO anonymous_count AS known (option_id, counted)
    SELECT chosen.option_id, 1 FROM tally, (
      SELECT option_id FROM erased WHERE question_id <> :questionId UNION ALL SELECT :optionId::bigint
    ) chosen ORDER BY chosen.option_id
    ON CONFLICT (option_id) DO UPDATE SET counted = known.counted + 1
  )
  SELECT EXISTS (SELECT FROM taken) AS stored, EXISTS (SELECT FROM completed) AS completed
`;

/**
 * Where a person is with a poll, and the question to show: :questionId if it is given; otherwise the first open one after
 * :afterId, from the start again when there is none; once the poll is completed the one that follows :afterId, or none.
 */
const READ = `
  WITH poll AS (
    SELECT poll.id, poll.title, poll.anonymous, poll.status, poll.closes_at, ${POLL_IS_OPEN} AS open,
      ${pollIsFor(':userId')} AS mine FROM poll
    WHERE poll.id = coalesce(:pollId::bigint,
      (SELECT poll_id FROM question WHERE id = coalesce(:questionId::bigint, :afterId::bigint)))
  ), asked AS (
    SELECT question.id, question.position, answer.option_id AS chosen,
      lag(question.id) OVER (ORDER BY question.position) AS previous,
      bool_and(answer.option_id IS NOT NULL) OVER () OR EXISTS (
        SELECT FROM poll_completion done WHERE done.poll_id = poll.id AND done.user_id = :userId) AS complete
    FROM poll JOIN question ON question.poll_id = poll.id
    LEFT JOIN answer ON answer.question_id = question.id AND answer.user_id = :userId::bigint
  ), shown AS (
    SELECT asked.* FROM asked
    LEFT JOIN asked after ON after.id = :afterId
    WHERE CASE
      WHEN :questionId::bigint IS NOT NULL THEN asked.id = :questionId
      WHEN asked.complete THEN asked.previous = after.id
      ELSE asked.chosen IS NULL END
    ORDER BY asked.position <= coalesce(after.position, 0), asked.position LIMIT 1
  )
  SELECT poll.id AS "pollId", poll.title, poll.status, poll.open AS "isOpen", poll.mine AS "isForPerson", poll.anonymous AS "isAnonymous",
    coalesce((SELECT revision FROM questionnaire WHERE poll_id = poll.id AND user_id = :userId), 0) AS revision,
    EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = poll.id AND done.user_id = :userId) AS "isCompleted",
    (SELECT count(*)::integer FROM asked) AS "questionCount",
    (SELECT count(*)::integer FROM asked WHERE chosen IS NULL) AS "openCount",
    (SELECT id::text FROM asked ORDER BY position LIMIT 1) AS "firstId",
    (SELECT shown.chosen::text FROM shown) AS "chosenId",
    (SELECT ${QUESTION_JSON} FROM question WHERE question.id = (SELECT id FROM shown)) AS question
  FROM poll
`;

const QUESTIONS = `
  SELECT ${QUESTION_JSON} AS question FROM question WHERE question.poll_id = $1 ORDER BY question.position
`;

/** Polls that a person can answer: those that are not completed first, then the newest. Each row has the counts of all pages. */
const LIST = `
  SELECT poll.id, poll.title, done.user_id IS NOT NULL AS "isCompleted", count(*) OVER ()::integer AS count,
    (count(*) FILTER (WHERE done.user_id IS NULL) OVER ())::integer AS "openCount"
  FROM poll
  LEFT JOIN poll_completion done ON done.poll_id = poll.id AND done.user_id = $1
  WHERE ${POLL_IS_OPEN} AND ${pollIsFor('$1')}
  ORDER BY done.user_id IS NOT NULL, poll.created_at DESC, poll.id DESC LIMIT $2 OFFSET $3
`;

export interface ShownOption {
  id: string;
  text: string;
}

/** A question as it is shown to one person. */
export interface ShownQuestion {
  id: string;
  /** From 1. */
  number: number;
  text: string;
  previousId: string | null;
  nextId: string | null;
  /** Whether its poll is. */
  isAnonymous: boolean;
  options: ShownOption[];
}

/** Where a person is with a poll. */
export interface Standing {
  pollId: string;
  title: string;
  status: 'DRAFT' | 'OPEN' | 'CLOSED';
  isOpen: boolean;
  isForPerson: boolean;
  isAnonymous: boolean;
  /** To be written into each answer that is offered. */
  revision: number;
  isCompleted: boolean;
  questionCount: number;
  openCount: number;
  firstId: string | null;
  /** The question to show; null when none is left. */
  question: ShownQuestion | null;
  /** The option of that question which the person has chosen. */
  chosenId: string | null;
}

/** The question that a reminder asks. */
export interface AskedQuestion {
  question: ShownQuestion;
  questionCount: number;
  revision: number;
}

/** Where somebody is with a poll, as far as a reminder says it. */
export interface ReminderStanding {
  questionsLeft: number;
  /** The first open question. */
  asked: AskedQuestion | null;
}

/** What to read of a poll: one of the three says which poll. */
export interface Place {
  pollId?: string;
  /** The question to show. */
  questionId?: string;
  /** The question that was answered last. */
  afterId?: string;
}

export interface GivenAnswer {
  questionId: string;
  optionId: string;
  /** Revision at which the question was shown. */
  revision: number;
}

export interface ListedPoll {
  id: string;
  title: string;
  isCompleted: boolean;
}

/** Some of the polls that a person can answer. */
export interface ListedPolls {
  polls: ListedPoll[];
  /** Of all that there are. */
  count: number;
  /** Those that the person has not completed. */
  openCount: number;
}

export class QuestionnaireStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** @returns whether the answer was stored, and whether it has completed the poll */
  async answer(userId: string, answer: GivenAnswer): Promise<{ stored: boolean; completed: boolean }> {
    const [result] = await rows<{ stored: boolean; completed: boolean }>(this.sql, ANSWER, {
      userId,
      ...answer,
    });
    return result ?? { stored: false, completed: false };
  }

  /** @returns undefined if there is no such poll */
  async read(userId: string, { pollId, questionId, afterId }: Place): Promise<Standing | undefined> {
    const [standing] = await rows<Standing>(this.sql, READ, {
      userId,
      pollId: pollId ?? null,
      questionId: questionId ?? null,
      afterId: afterId ?? null,
    });
    return standing;
  }

  /** All questions of a poll, in their order. */
  async questions(pollId: string): Promise<ShownQuestion[]> {
    const found = await rows<{ question: ShownQuestion }>(this.sql, QUESTIONS, [pollId]);
    return found.map(({ question }) => question);
  }

  /** What a reminder says of where somebody is with a poll. */
  async forReminder(userId: string, pollId: string): Promise<ReminderStanding> {
    const standing = await this.read(userId, { pollId });
    if (!standing?.question || standing.openCount === 0)
      return { questionsLeft: standing?.openCount ?? 0, asked: null };
    const { question, questionCount, revision, openCount } = standing;
    return { questionsLeft: openCount, asked: { question, questionCount, revision } };
  }

  /** The counts are 0 where no poll is left after the first `skipped`. */
  async list(userId: string, limit: number, skipped: number): Promise<ListedPolls> {
    const found = await rows<ListedPoll & Omit<ListedPolls, 'polls'>>(this.sql, LIST, [
      userId,
      limit,
      skipped,
    ]);
    const { count = 0, openCount = 0 } = found[0] ?? {};
    return { polls: found, count, openCount };
  }
}
