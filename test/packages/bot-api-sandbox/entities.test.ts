import { describe, expect, test } from '@jest/globals';
import { UNLIMITED, send, startSandbox } from './support.js';

const HTML = [
  ['plain & simple', 'plain & simple', undefined],
  ['&lt;&gt;&amp;&quot;&#33;&#x21;&nbsp;', '<>&"!!&nbsp;', undefined],
  ['a <STRONG>b</STRONG>', 'a b', [{ type: 'bold', offset: 2, length: 1 }]],
  [
    '<i>1</i><em>2</em>',
    '12',
    [
      { type: 'italic', offset: 0, length: 1 },
      { type: 'italic', offset: 1, length: 1 },
    ],
  ],
  ['<u>1</u>', '1', [{ type: 'underline', offset: 0, length: 1 }]],
  ['<s>1</s>', '1', [{ type: 'strikethrough', offset: 0, length: 1 }]],
  ['<tg-spoiler>1</tg-spoiler>', '1', [{ type: 'spoiler', offset: 0, length: 1 }]],
  ['<span class="tg-spoiler">1</span>', '1', [{ type: 'spoiler', offset: 0, length: 1 }]],
  ['<blockquote expandable>1</blockquote>', '1', [{ type: 'blockquote', offset: 0, length: 1 }]],
  [
    '😀<a href="https://example.org/?a=1&amp;b=2">x</a>',
    '😀x',
    [{ type: 'text_link', offset: 2, length: 1, url: 'https://example.org/?a=1&b=2' }],
  ],
  [
    '<b>1<i>2</i></b>',
    '12',
    [
      { type: 'bold', offset: 0, length: 2 },
      { type: 'italic', offset: 1, length: 1 },
    ],
  ],
  [
    '<pre><code class="language-ts">x</code></pre>',
    'x',
    [{ type: 'pre', offset: 0, length: 1, language: 'ts' }],
  ],
  [
    '<b><i>x</i></b>',
    'x',
    [
      { type: 'bold', offset: 0, length: 1 },
      { type: 'italic', offset: 0, length: 1 },
    ],
  ],
  ['  <b> x</b>  ', 'x', [{ type: 'bold', offset: 0, length: 1 }]],
] as const;

const BAD_HTML = [
  ['<div>x</div>', 'Unsupported start tag "div" at byte offset 0'],
  ['a < b', 'Unsupported start tag "" at byte offset 2'],
  ['ж <b', 'Unclosed start tag at byte offset 3'],
  ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
  ['x</b>', 'Unexpected end tag at byte offset 1'],
  ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
  ['<b>x</b', 'Unclosed end tag at byte offset 4'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ['<a href="x>y</a>', 'Unclosed start tag at byte offset 0'],
  ['<a href=x/y>z</a>', 'Unexpected end of name token at byte offset 9'],
  ['<a =x>z</a>', 'Empty attribute name in the tag "a" at byte offset 0'],
] as const;

const MARKDOWN = [
  ['1\\.5 *b* _i_ __u__', '1.5 b i u', ['bold', 'italic', 'underline']],
  ['~s~ ||h|| `a_b` ```\nx\n```', 's h a_b \nx', ['strikethrough', 'spoiler', 'code', 'pre']],
  ['[x](https://example.org/\\))', 'x', ['text_link']],
] as const;

const BAD_MARKDOWN = [
  ['1.5', "Character '.' is reserved and must be escaped with the preceding '\\'"],
  ['a *b', "Can't find end of Bold entity at byte offset 2"],
] as const;

describe('markup of messages', () => {
  test.each(HTML)('HTML %j is shown as %j', async (text, shown, entities) => {
    const sandbox = await startSandbox(UNLIMITED);
    const { result } = await send(sandbox, 7, { text, parse_mode: 'HTML' });
    expect(result).toMatchObject({ text: shown });
    expect((result as { entities?: unknown }).entities).toEqual(entities);
  });

  test.each(BAD_HTML)('HTML %j is refused', async (text, reason) => {
    const sandbox = await startSandbox(UNLIMITED);
    const reply = await send(sandbox, 7, { text, parse_mode: 'HTML' });
    expect(reply).toMatchObject({ status: 400, description: `Bad Request: can't parse entities: ${reason}` });
  });

  test('markup stands for itself without a parse mode', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    expect((await send(sandbox, 7, { text: 'a < b *c' })).result).toMatchObject({ text: 'a < b *c' });
  });

  test.each(MARKDOWN)('MarkdownV2 %j is shown as %j', async (text, shown, kinds) => {
    const sandbox = await startSandbox(UNLIMITED);
    const { result } = await send(sandbox, 7, { text, parse_mode: 'MarkdownV2' });
    const message = result as { text: string; entities: { type: string }[] };
    expect(message.text).toBe(shown);
    expect(message.entities.map(({ type }) => type)).toEqual(kinds);
  });

  test.each(BAD_MARKDOWN)('MarkdownV2 %j is refused', async (text, reason) => {
    const sandbox = await startSandbox(UNLIMITED);
    const reply = await send(sandbox, 7, { text, parse_mode: 'MarkdownV2' });
    expect(reply).toMatchObject({ status: 400, description: `Bad Request: can't parse entities: ${reason}` });
  });
});
