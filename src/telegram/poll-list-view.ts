import { shorten } from '../kernel/shorten.js';
import type { PollPage } from '../questionnaire/questionnaire.service.js';
import type { References } from '../questionnaire/reference.js';
import type { Say } from '../texts/texts.js';
import { messageContent, type Button, type Keyboard } from './keyboard.js';

const MAX_LABEL_LENGTH = 60;

/** Shows the polls that a person can answer, a button each, in pages. */
export class PollListView {
  constructor(private readonly references: References) {}

  content({ userId, say }: { userId: string; say: Say }, page: PollPage): Record<string, unknown> {
    const { polls, openCount, pages } = page;
    if (polls.length === 0) return messageContent(say('noPolls'));
    const keyboard: Keyboard = polls.map(({ id, title, isCompleted }) => {
      const label = (isCompleted ? '✓ ' : '') + shorten(title, MAX_LABEL_LENGTH);
      const data = this.references.write(userId, { kind: 'open', pollId: id, campaignId: null });
      return [{ text: label, callback_data: data }];
    });
    const text = say('pollsToAnswer', { count: openCount });
    if (pages === 1) return messageContent(text, keyboard);
    const place = say('pageOfPolls', { page: page.page, pages });
    return messageContent(`${text}\n${place}`, [...keyboard, this.steps(userId, say, page)]);
  }

  private steps(userId: string, say: Say, { page, pages }: PollPage): Button[] {
    const step = (text: string, to: number): Button => ({
      text,
      callback_data: this.references.write(userId, { kind: 'polls', page: to, campaignId: null }),
    });
    return [
      ...(page > 1 ? [step(say('back'), page - 1)] : []),
      ...(page < pages ? [step(say('next'), page + 1)] : []),
    ];
  }
}
