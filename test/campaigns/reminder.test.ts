import { describe, expect, test } from '@jest/globals';
import type { Addressee, ReminderContent } from '../../src/campaigns/ports.js';
import { areTextsPersonal, ReminderWriter } from '../../src/campaigns/reminder.js';
import { projectPath } from '../../src/config/paths.js';
import { Texts } from '../../src/texts/texts.js';

const writer = new ReminderWriter(new Texts(projectPath('locales')), 'Europe/Lisbon');

const NOBODY: Addressee = {
  userId: '1',
  chatId: '1',
  firstName: null,
  languageCode: null,
  timeZone: null,
  questionsLeft: 2,
  asked: null,
};

const CONTENT: ReminderContent = {
  campaignId: '1',
  messageTemplate: 'Hello {{firstName}}, …',
  buttonText: null,
  translations: [],
  asksFirstQuestion: false,
  pollId: '1',
  pollTitle: 'Lunch',
  closesAt: null,
};

describe('a reminder', () => {
  test.each(['', '   ', '\u00A0', '\u3164', '\u200B', '\u2800', '\u2060', '\u202E\uFE0F\u0007\t', null])(
    'greets somebody who is called %j as nobody is called',
    (firstName) => {
      expect(writer.write({ ...NOBODY, firstName }, CONTENT).text).toBe('Hello \u2068there\u2069, …');
      const russian = writer.write({ ...NOBODY, firstName, languageCode: 'ru' }, CONTENT);
      expect(russian.text).toBe('Hello \u2068уважаемый участник\u2069, …');
    },
  );

  const translations = [
    { languageCode: 'ru', messageTemplate: 'Привет', buttonText: 'Вперёд' },
    { languageCode: 'pt-br', messageTemplate: 'Oi', buttonText: null },
  ];

  test.each([
    [null, 'Hello', 'Open the poll'],
    ['en-GB', 'Hello', 'Open the poll'],
    ['ru', 'Привет', 'Вперёд'],
    ['ru-RU', 'Привет', 'Вперёд'],
    ['pt-BR', 'Oi', 'Open the poll'],
    ['pt', 'Hello', 'Open the poll'],
  ])('is in the language of %j', (languageCode, text, buttonText) => {
    const content = { ...CONTENT, messageTemplate: 'Hello', translations };
    expect(writer.write({ ...NOBODY, languageCode }, content)).toMatchObject({ text, buttonText });
  });

  test('has the texts of the bot in its languages where the campaign names none', () => {
    const content = { ...CONTENT, messageTemplate: writer.defaultTemplate() };
    const texts = ['en', 'ru'].map((languageCode) => writer.write({ ...NOBODY, languageCode }, content).text);
    expect(texts).toEqual([
      'Hello \u2068there\u2069, you have not finished the poll “\u2068Lunch\u2069” yet. It only takes a moment.',
      'Здравствуйте, \u2068уважаемый участник\u2069! Вы ещё не закончили опрос «\u2068Lunch\u2069». Это займёт всего минуту.',
    ]);
  });

  test.each([
    [{ timeZone: null, languageCode: null }, 'July 1, 2026 at 1:30 PM GMT+1'],
    [{ timeZone: 'Asia/Tokyo', languageCode: 'en' }, 'July 1, 2026 at 9:30 PM'],
    [{ timeZone: 'Asia/Tokyo', languageCode: 'ru' }, '1 июля 2026 г. в 21:30'],
  ])('tells the closing time for %j', (person, words) => {
    const content = {
      ...CONTENT,
      messageTemplate: '{{closesAt}}',
      closesAt: new Date('2026-07-01T12:30:00Z'),
    };
    const { text } = writer.write({ ...NOBODY, ...person }, content);
    expect(text.replaceAll('\u202F', ' ')).toBe(
      `<tg-time unix="1782909000" format="Dt">\u2068${words}\u2069</tg-time>`,
    );
  });

  test('says what it can where the closing time was removed', () => {
    expect(writer.write(NOBODY, { ...CONTENT, messageTemplate: '{{closesAt}}' }).text).toContain(
      'no set time',
    );
  });

  test('is personal with a question or translations', () => {
    const content = { ...CONTENT, messageTemplate: 'Hello' };
    expect(areTextsPersonal(content)).toBe(false);
    expect(areTextsPersonal({ ...content, asksFirstQuestion: true })).toBe(true);
    expect(areTextsPersonal({ ...content, translations })).toBe(true);
  });
});
