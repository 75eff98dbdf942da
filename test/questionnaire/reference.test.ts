import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { References, type Reference } from '../../src/questionnaire/reference.js';

const references = new References(randomBytes(32));
const LARGEST = String(2n ** 63n - 1n);

const KINDS: Reference[] = [
  { kind: 'open', campaignId: '12', pollId: '1' },
  { kind: 'open', campaignId: null, pollId: LARGEST },
  { kind: 'polls', campaignId: null, page: 3 },
  { kind: 'show', campaignId: LARGEST, questionId: LARGEST, page: 5 },
  { kind: 'answer', campaignId: '1', questionId: '127', optionId: '128', revision: 0 },
  { kind: 'answer', campaignId: LARGEST, questionId: LARGEST, optionId: LARGEST, revision: 2 ** 31 - 1 },
];

describe('a reference', () => {
  test.each(KINDS)('is read as it was written, and fits a button and a deep link: %j', (reference) => {
    const text = references.write('4200001', reference);
    expect(text).toMatch(/^[\w-]{1,64}$/);
    expect(references.read('4200001', text)).toEqual(reference);
  });

  test('is worth nothing to another person, to another installation, or with any change', () => {
    const text = references.write('42', {
      kind: 'answer',
      campaignId: '1',
      questionId: '2',
      optionId: '3',
      revision: 4,
    });
    expect(references.read('43', text)).toBeUndefined();
    expect(new References(randomBytes(32)).read('42', text)).toBeUndefined();
    const bytes = Buffer.from(text, 'base64url');
    for (const place of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(references.read('42', changed.toString('base64url'))).toBeUndefined();
      expect(references.read('42', bytes.subarray(0, place).toString('base64url'))).toBeUndefined();
    }
  });

  test.each(['', '-', 'poll_1', 'A'.repeat(65), 'ё', '\0', ' ', '='])('is not read from %j', (text) => {
    expect(references.read('42', text)).toBeUndefined();
  });
});
