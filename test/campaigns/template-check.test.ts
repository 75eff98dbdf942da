import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTemplate } from '../../src/campaigns/template.js';
import { TemplateCheck, type PollTexts } from '../../src/campaigns/template-check.js';
import { TELEGRAM_MARKUP } from '../../src/telegram/markup.js';
import { readText } from '../../packages/bot-api-sandbox/src/text/message-text.js';
import { characterCount } from '@pollcast/telegram-text';

const templates = new TemplateCheck(TELEGRAM_MARKUP);

/** A poll with a title, as far as templates need it. */
function pollOf(title: string, closesAt: Date | null = new Date('2026-01-01T00:00:00Z')): PollTexts {
  return { title, closesAt, questions: [] };
}

const FIELD = ['input', 'messageTemplate'];

function errorsIn(template: string, pollTitle = 'Lunch'): { code: string; message: string }[] {
  return templates.errors(template, pollOf(pollTitle), FIELD).map(({ code, message }) => ({ code, message }));
}

/** What Telegram would show; throws what it would answer. */
function shown(template: string, firstName: string, pollTitle = 'Lunch'): string {
  const closesAt = { text: 'noon', at: new Date('2026-01-01T00:00:00Z') };
  const text = renderTemplate(template, { firstName, pollTitle, closesAt, questionsLeft: 12 });
  return readText({ text, parse_mode: 'HTML' }).text;
}

describe('a template is refused with the place and what would be right', () => {
  test.each([
    ['We <3 you, {{firstName}}', 'Line 1, column 4: ', '&lt;'],
    ['Hello\n😀 there<br>you', 'Line 2, column 8: ', 'break the line'],
    ['<p>Hello</p>', 'Line 1, column 1: ', '<p>'],
    ['<b>Hello', 'Line 1, column 1: ', '</b>'],
    ['<b>Hello <i>you</b></i>', 'Line 1, column 16: ', '</i> has to come first'],
    ['Hello</b>', 'Line 1, column 6: ', 'ends nothing'],
    ['Hello <b', 'Line 1, column 7: ', '">"'],
    ['Hello <b>you</b', 'Line 1, column 13: ', '">"'],
    ['Hello {{name}}', 'Line 1, column 7: ', '{{pollTitle}}, {{closesAt}}, and {{questionsLeft}} are known'],
    ['<a href=https://example.org/>x</a>', 'Line 1, column 14: ', 'quotes'],
    ['<b {{firstName}}>x</b>', 'Line 1, column 4: ', 'not in a tag'],
    ['<b {{pollTitle}}<b></b>', 'Line 1, column 4: ', 'not in a tag'],
    ['<span>x</span>', 'Line 1, column 1: ', 'tg-spoiler'],
    ['<tg-emoji emoji-id="x">🙂</tg-emoji>', 'Line 1, column 1: ', 'number of an emoji'],
    ['', '', 'invisible'],
    [' \n\u200B', '', 'invisible'],
    ['<b></b>', '', 'invisible'],
    ['&#8203;<i>\u3164</i>', '', 'invisible'],
  ])('%j', (template, place, advice) => {
    const [error, ...others] = errorsIn(template);
    expect(others).toEqual([]);
    expect(error?.code).toBe('TEMPLATE_INVALID');
    expect(error?.message.startsWith(place)).toBe(true);
    expect(error?.message).toContain(advice);
  });

  test('in linear time, whatever never ends', () => {
    const tags = errorsIn('<'.repeat(32_000) + '{{firstName}}');
    const quotes = errorsIn('<b a="'.repeat(5000) + '{{firstName}}');
    expect([...tags, ...quotes].map(({ code }) => code)).toContain('TEMPLATE_INVALID');
  });

  test('several things at once', () => {
    expect(errorsIn('{{name}} <br> {{age}}')).toHaveLength(3);
  });

  test.each([
    'x'.repeat(4096),
    '😀'.repeat(4096),
    `<b>${'x'.repeat(4096)}</b>`,
    '&amp;'.repeat(3000),
    '<a href="https://example.org/?n={{firstName}}">go</a>',
    '<span class="tg-spoiler">x</span><tg-time unix="1767225600" format="r">soon</tg-time>',
    '<tg-emoji emoji-id="5368324170671202286">🙂</tg-emoji>',
    '{{firstName}}',
    'a < b',
  ])('%# is not', (template) => {
    const errors = errorsIn(template);
    // A "<" before a space begins a tag without a name, to Telegram too.
    expect(errors).toHaveLength(template === 'a < b' ? 1 : 0);
    if (errors.length === 0) expect(() => shown(template, 'Ada')).not.toThrow();
    else expect(() => shown(template, 'Ada')).toThrow("can't parse entities");
  });
});

test('a closing time is refused where the poll has none', () => {
  const [error] = templates.errors('By {{closesAt}}', pollOf('Lunch', null), FIELD);
  expect(error?.message).toContain('no closing time');
});

describe('the length of a message', () => {
  test.each([
    'x'.repeat(4097),
    '😀'.repeat(4097),
    `<b>${'x'.repeat(4097)}</b>`,
    '&amp;'.repeat(3276) + 'x'.repeat(821),
  ])('%# is too long', (template) => {
    expect(errorsIn(template)).toMatchObject([
      { code: 'TOO_LONG', message: expect.stringContaining('4097') },
    ]);
    expect(() => shown(template, 'Ada')).toThrow('message is too long');
  });

  test('counts the title of the poll', () => {
    const template = `${'x'.repeat(4090)}{{pollTitle}}`;
    expect(errorsIn(template, 'abcd')).toEqual([]);
    expect(errorsIn(template, 'abcde')).toMatchObject([{ code: 'TOO_LONG' }]);
  });

  test('is warned of where only a long name makes it too long', () => {
    const template = `${'x'.repeat(4000)}{{firstName}}`;
    expect(errorsIn(template)).toEqual([]);
    expect(templates.excessiveLength(template, pollOf('Lunch'))).toBeGreaterThan(4096);
    expect(templates.excessiveLength(template.slice(100), pollOf('Lunch'))).toBeUndefined();
  });

  test('counts the longest question where the reminder asks one', () => {
    const options = Array.from({ length: 50 }, (_, place) => ({ id: String(place), text: 'o'.repeat(200) }));
    const questions = [
      { text: 'q', options: [] },
      { text: 'q'.repeat(1000), options },
    ];
    const poll = { ...pollOf('Lunch'), questions };
    expect(templates.errors('x'.repeat(700), poll, FIELD, true)).toEqual([]);
    expect(templates.errors('x'.repeat(1000), poll, FIELD, true)).toMatchObject([{ code: 'TOO_LONG' }]);
    expect(templates.errors('x'.repeat(1000), poll, FIELD)).toEqual([]);
  });

  test('is not exceeded by any name where there is no warning', () => {
    const character = fc.constantFrom('a', '😀', '<', '&', '\u202E', '\u2067', '\u2069', '\u202C', ' ');
    const name = fc.array(character, { maxLength: 64 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(name, fc.integer({ min: 3900, max: 4090 }), (firstName, length) => {
        const template = 'x'.repeat(length) + '{{firstName}}';
        if (templates.excessiveLength(template, pollOf('')) !== undefined) return;
        expect(characterCount(shown(template, firstName))).toBeLessThanOrEqual(4096);
      }),
    );
  });
});

describe('the check and Telegram agree', () => {
  // Most texts are refused by an error, whose stack nobody reads: 40,000 of them take more time than the check.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  const part = fc.constantFrom(
    ...[
      '<b>',
      '</b>',
      '<i>',
      '</i>',
      '</>',
      '<',
      '>',
      '&',
      '&lt;',
      '&#65;',
      '"',
      "'",
      '=',
      ' ',
      '\n',
      'x',
      '😀',
      '/',
    ],
    ...[
      '<a href="',
      '">',
      '</a>',
      "<a href='",
      "'>",
      '<code class="language-',
      '</code>',
      '<span class="tg-spoiler">',
    ],
    ...[
      '</span>',
      '<br>',
      '{{firstName}}',
      '{{ pollTitle }}',
      '{{closesAt}}',
      '{{questionsLeft}}',
      '{{',
      '}}',
      '<pre>',
      '</pre>',
      '<b ',
      '<tg-emoji emoji-id="',
    ],
  );
  const template = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom('<', '>', '&', '"', "'", '/', '=', 'lt;', '{{firstName}}', '\u202E', '\u2069', 'b'),
      )
      .map((parts) => parts.join('')),
  );

  test('what passes the check is never refused, whatever the names', () => {
    fc.assert(
      fc.property(template, text, text, (source, firstName, pollTitle) => {
        if (templates.errors(source, pollOf(pollTitle), FIELD).length > 0) return true;
        if (templates.excessiveLength(source, pollOf(pollTitle)) !== undefined) return true;
        return shown(source, firstName, pollTitle) !== '';
      }),
      { numRuns: 20_000 },
    );
  });

  test('what the sandbox refuses does not pass the check', () => {
    fc.assert(
      fc.property(template, (source) => {
        const isRefused = (() => {
          try {
            return shown(source, 'Ada') === '';
          } catch {
            return true;
          }
        })();
        return !isRefused || errorsIn(source).length > 0;
      }),
      { numRuns: 20_000 },
    );
  });
});
