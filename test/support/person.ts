import type { CallbackAnswer, Press, RecordedMessage } from '@pollcast/bot-api-sandbox';
import type { TestApp } from './app.js';

let lastId = 6_000_000;

/** Somebody in Telegram, who writes to the bot and presses its buttons. */
export class Person {
  readonly id: number;

  constructor(
    private readonly app: TestApp,
    private readonly names: { first_name?: string; language_code?: string } = {},
    id = ++lastId,
  ) {
    this.id = id;
  }

  get messages(): readonly RecordedMessage[] {
    return this.app.sandbox.messagesTo(this.id).filter(({ deleted }) => !deleted);
  }

  /** The newest message of the bot. */
  get newest(): RecordedMessage {
    const message = this.messages.at(-1);
    if (!message) throw new Error(`The bot has not written to ${this.id}.`);
    return message;
  }

  /** Labels of the buttons of a message, the newest by default. */
  labels(message = this.newest): string[] {
    return (message.replyMarkup?.inline_keyboard.flat() ?? []).map(({ text }) => text);
  }

  /** @returns what the button with this label carries */
  dataOf(text: string, message = this.newest): string {
    const button = message.replyMarkup?.inline_keyboard.flat().find((candidate) => candidate.text === text);
    if (button?.callback_data === undefined)
      throw new Error(`No button ${text} among ${this.labels(message).join(', ')}.`);
    return button.callback_data;
  }

  says(text: string): void {
    this.app.sandbox.userSays({ id: this.id, ...this.names }, text);
  }

  /** Writes something, and waits for the next message of the bot. */
  async asks(text: string): Promise<RecordedMessage> {
    const { length } = this.messages;
    this.says(text);
    await this.app.sandbox.waitUntil(() => this.messages.length > length);
    return this.newest;
  }

  /** Presses a button without waiting for anything. */
  presses(text: string, message = this.newest): Press {
    const from = { id: this.id, ...this.names };
    return this.app.sandbox.press(this.id, { text, messageId: message.messageId, from });
  }

  /** Presses a button, and waits for the answer to the press and for words in the message. */
  async chooses(
    text: string,
    words: string | RegExp,
    message = this.newest,
  ): Promise<CallbackAnswer | undefined> {
    const press = this.presses(text, message);
    await this.sees(words, message);
    return press.answered;
  }

  async sees(words: string | RegExp, message?: RecordedMessage): Promise<void> {
    const shows = (text: string) => (typeof words === 'string' ? text.includes(words) : words.test(text));
    await this.app.sandbox.waitUntil(() =>
      (message ? [message] : this.messages.slice(-1)).some(({ currentText }) => shows(currentText)),
    );
  }
}
