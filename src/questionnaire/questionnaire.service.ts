import type { GivenAnswer, ListedPolls, Place, QuestionnaireStore, Standing } from './questionnaire.store.js';

/** What a person is to see after a step. */
export interface Step {
  /** Undefined if there is no such poll. */
  standing: Standing | undefined;
  /**
   * stored: the answer was taken; completed: and was the last one; older: it was pressed on an older rendering and changes
   * nothing; shown: nothing was answered.
   */
  outcome: 'stored' | 'completed' | 'older' | 'shown';
}

/** Polls that one person is offered at a time. */
const POLLS_PER_PAGE = 20;

/** One page of the polls that a person can answer. */
export interface PollPage extends ListedPolls {
  /** From 1. */
  page: number;
  pages: number;
}

/** Takes people through polls, question by question. */
export class QuestionnaireService {
  constructor(private readonly store: QuestionnaireStore) {}

  async show(userId: string, place: Place): Promise<Step> {
    return { standing: await this.store.read(userId, place), outcome: 'shown' };
  }

  async answer(userId: string, answer: GivenAnswer): Promise<Step> {
    const { stored, completed } = await this.store.answer(userId, answer);
    const afterId = answer.questionId;
    if (stored) {
      const standing = await this.store.read(userId, { afterId });
      return { standing, outcome: completed ? 'completed' : 'stored' };
    }
    // The poll is found by the question that was pressed, and goes on where it stopped.
    const found = await this.store.read(userId, { questionId: answer.questionId });
    const standing = found && (await this.store.read(userId, { pollId: found.pollId }));
    return { standing, outcome: standing?.isOpen && standing.isForPerson ? 'older' : 'shown' };
  }

  /** A page that no longer exists is the first. */
  async list(userId: string, page = 1): Promise<PollPage> {
    const listed = await this.store.list(userId, POLLS_PER_PAGE, (page - 1) * POLLS_PER_PAGE);
    if (page > 1 && listed.polls.length === 0) return this.list(userId);
    return { ...listed, page, pages: Math.ceil(listed.count / POLLS_PER_PAGE) };
  }
}
