import { characterCount } from '@pollcast/telegram-text';
import type { References, Target } from '../questionnaire/reference.js';
import type { ShownOption, ShownQuestion } from '../questionnaire/questionnaire.store.js';
import type { Say } from '../texts/texts.js';
import { quoted } from './html.js';
import { inRows, type Button, type Keyboard } from './keyboard.js';

/** A question to show to one person. */
export interface QuestionView {
  userId: string;
  campaignId: string | null;
  question: ShownQuestion;
  /** The option that was chosen. */
  chosenId: string | null;
  questionCount: number;
  revision: number;
  /** From 1; 0 is that of the option that was chosen. */
  page: number;
}

/** Longer labels are cut off on phones: then the options are numbered, with their text above the buttons. */
const MAX_LABEL_CHARACTERS = 34;
const NUMBERS_PER_ROW = 5;
/** Options on one page. With the longest texts a page has about 3,400 of the 4,096 characters of a message. */
const PER_PAGE = 10;

/** Shows questions as text and buttons. */
export class QuestionRenderer {
  constructor(private readonly references: References) {}

  text(view: QuestionView, say: Say): string {
    const { question, questionCount } = view;
    const place = say('place', { number: question.number, count: questionCount });
    const note = question.isAnonymous ? [say('anonymousNote')] : [];
    const lines = [place, ...note, '', `<b>${quoted(question.text)}</b>`];
    if (isNumbered(question.options)) {
      const { options, first } = choosePage(view);
      const numbered = options.map(
        (option, index) => `${first + index + 1}. ${mark(view, option)}${quoted(option.text)}`,
      );
      lines.push('', ...numbered);
    }
    return lines.join('\n');
  }

  keyboard(view: QuestionView, say: Say): Keyboard {
    const { question, revision } = view;
    const { options, first, page, pages } = choosePage(view);
    const numbered = isNumbered(question.options);
    const buttons = options.map((option, index) => {
      const label = mark(view, option) + (numbered ? String(first + index + 1) : option.text);
      return this.button(view, label, {
        kind: 'answer',
        questionId: question.id,
        optionId: option.id,
        revision,
      });
    });
    const keyboard = inRows(buttons, numbered ? NUMBERS_PER_ROW : 1);
    if (pages > 1) {
      const following = (page % pages) + 1;
      const label = say('moreOptions', { page, pages });
      keyboard.push([this.button(view, label, { kind: 'show', questionId: question.id, page: following })]);
    }
    const steps = this.steps(view, say);
    return steps.length > 0 ? [...keyboard, steps] : keyboard;
  }

  /** Back to the question before, and on to the next one where this one is answered. */
  private steps(view: QuestionView, say: Say): Button[] {
    const { chosenId, question } = view;
    const { previousId, nextId } = question;
    const steps: Button[] = [];
    const show = (label: string, questionId: string) => {
      steps.push(this.button(view, label, { kind: 'show', questionId, page: 0 }));
    };
    if (previousId !== null) show(say('back'), previousId);
    if (nextId !== null && chosenId !== null) show(say('next'), nextId);
    return steps;
  }

  private button({ userId, campaignId }: QuestionView, text: string, target: Target): Button {
    return { text, callback_data: this.references.write(userId, { campaignId, ...target }) };
  }
}

/** Room for "12 of 100" and for what is said of anonymous polls, in any language, and the lines between. */
const PLACE_CHARACTERS = 240;
/** An option has its number, a mark and two characters of direction beside its text. */
const OPTION_CHARACTERS = 10;

/** Most characters that a question takes in a message, whatever the page. */
export function countQuestion({ text, options }: Pick<ShownQuestion, 'text' | 'options'>): number {
  const shown = isNumbered(options) ? options : [];
  const lengths = shown.map((option) => characterCount(option.text) + OPTION_CHARACTERS);
  const longest = lengths.sort((one, other) => other - one).slice(0, PER_PAGE);
  return longest.reduce((sum, length) => sum + length, PLACE_CHARACTERS + characterCount(text));
}

function mark({ chosenId }: QuestionView, { id }: ShownOption): string {
  return id === chosenId ? '✓ ' : '';
}

function isNumbered(options: readonly ShownOption[]): boolean {
  return options.some(({ text }) => characterCount(text) > MAX_LABEL_CHARACTERS);
}

interface Page {
  options: ShownOption[];
  /** Place of its first option in the whole list. */
  first: number;
  page: number;
  pages: number;
}

/** A page that does not exist is the first. */
function choosePage({ question: { options }, chosenId, page: wanted }: QuestionView): Page {
  const pages = Math.ceil(options.length / PER_PAGE);
  const chosen = options.findIndex(({ id }) => id === chosenId);
  const asked = wanted || 1 + Math.floor(Math.max(0, chosen) / PER_PAGE);
  const page = asked <= pages ? asked : 1;
  const first = (page - 1) * PER_PAGE;
  return { options: options.slice(first, first + PER_PAGE), first, page, pages };
}
