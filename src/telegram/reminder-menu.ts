import type { Reference, References, Target } from '../questionnaire/reference.js';
import { findRemindTimes } from '../questionnaire/remind-times.js';
import type { WishOutcome, WishStore } from '../questionnaire/wish.store.js';
import type { TextKey } from '../texts/text-keys.js';
import type { Say } from '../texts/texts.js';
import type { Keyboard } from './keyboard.js';

/** The reminder that a menu is below. */
export interface MenuOf {
  userId: string;
  campaignId: string | null;
  pollId: string;
}

/** What a press in the menu leads to. */
export interface MenuStep {
  words?: TextKey;
  /** Undefined when the menu stays as it is. */
  keyboard?: Keyboard;
}

/** References of the menu below a reminder. */
export type MenuReference = Extract<
  Reference,
  { kind: 'menu' | 'laterMenu' | 'later' | 'decline' | 'accept' | 'stopMenu' | 'stop' }
>;

const KINDS: readonly string[] = ['menu', 'laterMenu', 'later', 'decline', 'accept', 'stopMenu', 'stop'];

export function isMenu(reference: Reference): reference is MenuReference {
  return KINDS.includes(reference.kind);
}

/** What can be done with a reminder instead of taking the poll: later, not this poll, no more. */
export class ReminderMenu {
  constructor(private readonly references: References) {}

  /** The rows below the button or the question of a reminder. */
  rows(of: MenuOf, say: Say): Keyboard {
    const { pollId } = of;
    return [
      [
        this.button(of, say('later'), { kind: 'laterMenu', pollId }),
        this.button(of, say('notThisPoll'), { kind: 'decline', pollId }),
      ],
      [this.button(of, say('noMoreReminders'), { kind: 'stopMenu', pollId })],
    ];
  }

  whole(of: MenuOf, say: Say): Keyboard {
    return [this.open(of, say), ...this.rows(of, say)];
  }

  times(of: MenuOf, say: Say, timeZone: string, now = new Date()): Keyboard {
    const { evening, morning } = findRemindTimes(now, timeZone);
    const later = (key: TextKey, at: Date) =>
      this.button(of, say(key), { kind: 'later', pollId: of.pollId, minute: at.getTime() / 60_000 });
    const times = [...(evening ? [later('thisEvening', evening)] : []), later('tomorrowMorning', morning)];
    return [times, [this.back(of, say)]];
  }

  confirmStop(of: MenuOf, say: Say): Keyboard {
    const stop = this.button(of, say('confirmStop'), { kind: 'stop', pollId: of.pollId });
    return [[stop], [this.back(of, say)]];
  }

  wished(of: MenuOf, say: Say): Keyboard {
    const change = this.button(of, say('changeTime'), { kind: 'laterMenu', pollId: of.pollId });
    return [this.open(of, say), [change]];
  }

  declined(of: MenuOf, say: Say): Keyboard {
    return [
      this.open(of, say),
      [this.button(of, say('remindAfterAll'), { kind: 'accept', pollId: of.pollId })],
    ];
  }

  open(of: MenuOf, say: Say): Keyboard[number] {
    return [this.button(of, say('openPoll'), { kind: 'open', pollId: of.pollId })];
  }

  private back(of: MenuOf, say: Say) {
    return this.button(of, say('back'), { kind: 'menu', pollId: of.pollId });
  }

  private button({ userId, campaignId }: MenuOf, text: string, target: Target) {
    return { text, callback_data: this.references.write(userId, { campaignId, ...target }) };
  }
}

export interface MenuPerson {
  userId: string;
  /** Update by which they press. */
  updateId: number;
  say: Say;
  timeZone: string;
}

/** Does what is pressed in the menu below a reminder. */
export class ReminderWishes {
  private readonly menu: ReminderMenu;

  constructor(
    references: References,
    private readonly wishes: WishStore,
  ) {
    this.menu = new ReminderMenu(references);
  }

  /** Whether the bot may write at all. */
  setBlocked(userId: string, updateId: number, blocked: boolean): Promise<WishOutcome> {
    return this.wishes.setBlocked({ userId, updateId }, blocked);
  }

  /** What is written to the bot: reminders of all polls, or none of any. */
  setReminders(userId: string, updateId: number, wanted: boolean): Promise<WishOutcome> {
    return this.wishes.setReminders({ userId, updateId }, wanted);
  }

  async press({ userId, updateId, say, timeZone }: MenuPerson, reference: MenuReference): Promise<MenuStep> {
    const { menu, wishes } = this;
    const { campaignId, pollId } = reference;
    const of = { userId, campaignId, pollId };
    const wisher = { userId, updateId };
    switch (reference.kind) {
      case 'menu':
        return { keyboard: menu.whole(of, say) };
      case 'laterMenu':
        return { keyboard: menu.times(of, say, timeZone) };
      case 'later': {
        const at = new Date(reference.minute * 60_000);
        const outcome = await wishes.remindLater(wisher, { pollId, campaignId, at });
        if (outcome === 'impossible') return { words: 'timePassed', keyboard: menu.times(of, say, timeZone) };
        return stepAfter(outcome, { words: 'willRemind', keyboard: menu.wished(of, say) });
      }
      case 'decline': {
        const step: MenuStep = { words: 'pollDeclined', keyboard: menu.declined(of, say) };
        return stepAfter(await wishes.decline(wisher, pollId), step);
      }
      case 'accept': {
        const step: MenuStep = { words: 'pollAccepted', keyboard: menu.whole(of, say) };
        return stepAfter(await wishes.accept(wisher, pollId), step);
      }
      case 'stopMenu':
        return { keyboard: menu.confirmStop(of, say) };
      case 'stop': {
        const step: MenuStep = { words: 'goodbye', keyboard: [menu.open(of, say)] };
        return stepAfter(await wishes.setReminders(wisher, false), step);
      }
    }
  }
}

/** A press that comes after a newer one leaves the message as it is. */
function stepAfter(outcome: WishOutcome, step: MenuStep): MenuStep {
  if (outcome === 'impossible') return { words: 'pollGone' };
  return outcome === 'older' ? { words: 'olderWish' } : step;
}
