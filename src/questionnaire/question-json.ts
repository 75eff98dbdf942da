/** A question as ShownQuestion, apart from the chosen option. Reads the table `question` by that name. SQL. */
export const QUESTION_JSON = `json_build_object(
  'id', question.id::text, 'text', question.text,
  'isAnonymous', (SELECT anonymous FROM poll WHERE poll.id = question.poll_id),
  'number', (SELECT count(*) FROM question other WHERE other.poll_id = question.poll_id AND other.position <= question.position),
  'previousId', (SELECT id::text FROM question other
    WHERE other.poll_id = question.poll_id AND other.position < question.position ORDER BY other.position DESC LIMIT 1),
  'nextId', (SELECT id::text FROM question other
    WHERE other.poll_id = question.poll_id AND other.position > question.position ORDER BY other.position LIMIT 1),
  'options', (SELECT json_agg(json_build_object('id', id::text, 'text', text) ORDER BY position)
    FROM question_option WHERE question_id = question.id))`;

/** What `openQuestionsJson` gives. */
export interface OpenQuestions {
  left: number;
  /** The first of them; null if none is left. */
  questionId: string | null;
  revision: number;
}

/**
 * Where somebody is with a poll: how many questions are open, the first of them, and the revision. SQL of one JSON value; reads
 * the few answers of one person by index, whatever the statistics say.
 */
export function openQuestionsJson(pollId: string, userId: string): string {
  return `(
    SELECT json_build_object('left', count(*), 'questionId', (array_agg(question.id ORDER BY question.position))[1]::text,
      'revision', coalesce((SELECT revision FROM questionnaire begun WHERE begun.poll_id = ${pollId} AND begun.user_id = ${userId}), 0))
    FROM question
    WHERE question.poll_id = ${pollId} AND (
      SELECT option_id FROM answer WHERE answer.question_id = question.id AND answer.user_id = ${userId}) IS NULL)`;
}
