import type { Reference, References } from '../questionnaire/reference.js';
import type { QuestionnaireService, Step } from '../questionnaire/questionnaire.service.js';
import type { Standing } from '../questionnaire/questionnaire.store.js';
import type { TextKey } from '../texts/text-keys.js';
import type { Say } from '../texts/texts.js';
import { quoted } from './html.js';
import { messageContent, type Keyboard } from './keyboard.js';
import type { Outbox } from './outbox.js';
import type { ReminderEvents } from './ports.js';
import { PollListView } from './poll-list-view.js';
import type { MenuReference } from './reminder-menu.js';
import { QuestionRenderer } from './question-view.js';

/** Somebody who talks to the bot in private, in their language. */
export interface Interlocutor {
  userId: string;
  chatId: string;
  say: Say;
}

/** References of the poll itself. */
export type PollReference = Exclude<Reference, MenuReference>;

/** What a press shows at once, and the message that follows. */
export interface Response {
  /** For the answer to the press, a few words without markup. */
  words?: TextKey;
  /** @param words to be shown in the message, when the answer came too late for them */
  show: (words?: TextKey) => void;
}

/** Confetti, which Telegram shows in private chats. */
const THANKS_EFFECT = '5046509860389126442';

/** Takes people through a poll, in one message that changes from question to question. */
export class PollConversation {
  private readonly questions: QuestionRenderer;
  private readonly lists: PollListView;

  constructor(
    private readonly questionnaires: QuestionnaireService,
    private readonly references: References,
    private readonly outbox: Outbox,
    private readonly reminders: ReminderEvents,
  ) {
    this.questions = new QuestionRenderer(references);
    this.lists = new PollListView(references);
  }

  /** Opens a poll in a message of its own. */
  async open(person: Interlocutor, pollId: string, campaignId: string | null): Promise<void> {
    if (campaignId !== null) await this.reminders.opened(campaignId, person.userId);
    const step = await this.questionnaires.show(person.userId, { pollId });
    this.put(person, `open ${pollId}`, this.content(person, step, campaignId, 0));
  }

  /** Offers the open polls; the only one that is left is opened at once. */
  async list(person: Interlocutor): Promise<void> {
    const page = await this.questionnaires.list(person.userId);
    const [only] = page.polls;
    if (only && page.count === 1 && !only.isCompleted) await this.open(person, only.id, null);
    else this.put(person, 'polls', this.lists.content(person, page));
  }

  /** Does what a button is for. @param messageId the message that it belongs to */
  async press(person: Interlocutor, reference: PollReference, messageId: number): Promise<Response> {
    if (reference.kind === 'polls') return this.turnPage(person, reference.page, messageId);
    const { campaignId } = reference;
    if (campaignId !== null) await this.reminders.opened(campaignId, person.userId);
    const step = await this.take(person.userId, reference);
    if (step.outcome === 'completed') await this.reminders.upToDate(person.userId, String(messageId));
    const page = reference.kind === 'show' ? reference.page : 0;
    const show = (words?: TextKey) => {
      const content = this.content(person, step, campaignId, page, words);
      this.put(person, `edit ${messageId}`, content, messageId);
      if (step.outcome === 'completed') this.thank(person, step.standing);
    };
    return { words: wordsFor(step), show };
  }

  private async turnPage(person: Interlocutor, wanted: number, messageId: number): Promise<Response> {
    const page = await this.questionnaires.list(person.userId, wanted);
    const show = () => {
      this.put(person, `edit ${messageId}`, this.lists.content(person, page), messageId);
    };
    return { show };
  }

  private take(userId: string, reference: Exclude<PollReference, { kind: 'polls' }>): Promise<Step> {
    switch (reference.kind) {
      case 'open':
        return this.questionnaires.show(userId, { pollId: reference.pollId });
      case 'show':
        return this.questionnaires.show(userId, { questionId: reference.questionId });
      case 'answer':
        return this.questionnaires.answer(userId, reference);
    }
  }

  private thank(person: Interlocutor, standing: Standing | undefined): void {
    if (!standing) return;
    const text = person.say('thanks', { title: quoted(standing.title) });
    const content = { ...messageContent(text), message_effect_id: THANKS_EFFECT };
    this.put(person, `thanks ${standing.pollId}`, content);
  }

  private content(
    person: Interlocutor,
    { standing }: Step,
    campaignId: string | null,
    page: number,
    words?: TextKey,
  ): Record<string, unknown> {
    const { say, userId } = person;
    const notice = words === undefined ? '' : `${say(words)}\n\n`;
    if (!standing) return messageContent(notice + say('pollGone'));
    const { question, chosenId, questionCount, revision } = standing;
    const title = `<b>${quoted(standing.title)}</b>`;
    const obstacle = obstacleIn(standing);
    // An invitation is an unsigned number: the title is told to those alone whom a poll that was opened is for, or who were reminded.
    const isTold = obstacle === 'pollClosed' || campaignId !== null;
    if (obstacle) return messageContent(notice + (isTold ? `${title}\n\n` : '') + say(obstacle));
    if (question && !(standing.isAnonymous && standing.isCompleted)) {
      const view = { userId, campaignId, question, chosenId, questionCount, revision, page };
      const text = `${notice}${title}\n${this.questions.text(view, say)}`;
      return messageContent(text, this.questions.keyboard(view, say));
    }
    return this.completedContent(person, standing, campaignId, `${notice}✓ ${title}`);
  }

  private completedContent(
    { say, userId }: Interlocutor,
    { openCount, questionCount, firstId, isAnonymous }: Standing,
    campaignId: string | null,
    heading: string,
  ): Record<string, unknown> {
    const text = openCount > 0 ? say('completedElsewhere') : say('completed', { count: questionCount });
    const change: Keyboard =
      firstId === null || isAnonymous
        ? []
        : [
            [
              {
                text: say('changeAnswers'),
                callback_data: this.references.write(userId, {
                  kind: 'show',
                  questionId: firstId,
                  page: 0,
                  campaignId,
                }),
              },
            ],
          ];
    return messageContent(`${heading}\n\n${text}`, change);
  }

  private put(
    { chatId }: Interlocutor,
    key: string,
    content: Record<string, unknown>,
    messageId?: number,
  ): void {
    this.outbox.put(chatId, { key, content, messageId });
  }
}

/** Why somebody cannot take a poll. */
function obstacleIn({ status, isOpen, isForPerson }: Standing): TextKey | undefined {
  if (!isForPerson) return 'pollNotForYou';
  if (status === 'DRAFT') return 'pollNotOpen';
  return isOpen ? undefined : 'pollClosed';
}

/** What the answer to a press says where the message alone would not. */
function wordsFor({ standing, outcome }: Step): TextKey | undefined {
  if (!standing) return 'pollGone';
  const obstacle = obstacleIn(standing);
  if (obstacle) return obstacle;
  if (outcome === 'completed') return 'thanksShort';
  return outcome === 'older' ? 'olderButton' : undefined;
}
