import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { projectPath } from '../../src/config/paths.js';
import { TEXT_KEYS } from '../../src/texts/text-keys.js';
import { Texts } from '../../src/texts/texts.js';

const texts = new Texts(projectPath('locales'));

/** Names of a message's placeholders. */
function placeholders(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name = '']) => name))].sort();
}

function read(language: string): Record<string, string> {
  return JSON.parse(readFileSync(projectPath('locales', `${language}.json`), 'utf8')) as Record<
    string,
    string
  >;
}

describe.each(texts.languages)('the texts in %s', (language) => {
  test('are complete, with the same placeholders, and can be read', () => {
    const messages = read(language);
    expect(Object.keys(messages).sort()).toEqual([...TEXT_KEYS].sort());
    for (const [key, message] of Object.entries(read('en'))) {
      expect([key, placeholders(messages[key] ?? '')]).toEqual([key, placeholders(message)]);
      const values = Object.fromEntries(placeholders(message).map((name) => [name, 2]));
      const said = texts.in(language)(key as (typeof TEXT_KEYS)[number], values);
      // The placeholders of reminders are filled in later.
      expect(said.replaceAll(/\{\{\w+}}/g, '')).not.toMatch(/[{}']/);
    }
  });
});

describe('the language', () => {
  test.each([
    ['ru', 'Спасибо!'],
    ['ru-RU', 'Спасибо!'],
    ['RU_ru', 'Спасибо!'],
    ['rue', 'Thank you!'],
    ['zh-hans', 'Thank you!'],
    ['', 'Thank you!'],
    [null, 'Thank you!'],
  ])('%j has the nearest texts', (language, expected) => {
    expect(texts.in(language)('thanksShort')).toBe(expected);
  });

  test('has its own plurals', () => {
    const counted = (count: number) => texts.in('ru')('pollsToAnswer', { count });
    expect([1, 2, 5, 21].map(counted)).toEqual([
      'Для вас есть 1 опрос:',
      'Для вас есть 2 опроса:',
      'Для вас есть 5 опросов:',
      'Для вас есть 21 опрос:',
    ]);
  });

  test('inserts values as they are', () => {
    expect(texts.in('en')('thanks', { title: '<{"a"}>' })).toContain('“<{"a"}>”');
  });
});
