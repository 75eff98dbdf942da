import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isolate } from '../../src/kernel/isolate.js';

const [LRE, RLE, PDF, LRO, RLO] = ['\u202A', '\u202B', '\u202C', '\u202D', '\u202E'];
const [LRI, RLI, FSI, PDI] = ['\u2066', '\u2067', '\u2068', '\u2069'];

/** Depth of the controls of direction after a text, or NaN where one closes what the text did not open. */
function depthAfter(text: string, depth: string[] = []): number {
  for (const character of text) {
    if ([LRE, RLE, LRO, RLO].includes(character)) depth.push(PDF);
    else if ([LRI, RLI, FSI].includes(character)) depth.push(PDI);
    else if (character === PDF && depth.pop() !== PDF) return NaN;
    else if (character === PDI) {
      while (depth.at(-1) === PDF) depth.pop();
      if (depth.pop() !== PDI) return NaN;
    }
  }
  return depth.length;
}

describe('a text that is filled in', () => {
  test.each([
    ['Ada', 'Ada'],
    [`${RLO}cod`, `${RLO}cod${PDF}`],
    [`${RLI}${RLO}x`, `${RLI}${RLO}x${PDF}${PDI}`],
    ['x' + PDI, 'x'],
    ['x' + PDF, 'x'],
    [`${LRI}${RLE}x${PDI}y`, `${LRI}${RLE}x${PDI}y`],
    [`${RLE}${LRI}x${PDF}${PDI}${PDF}`, `${RLE}${LRI}x${PDI}${PDF}`],
  ])('%j is isolated', (text, inner) => {
    expect(isolate(text)).toBe(FSI + inner + PDI);
  });

  test('leaves nothing open and closes nothing else, whatever it is', () => {
    const character = fc.constantFrom('a', 'ש', '\n', LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI);
    fc.assert(
      fc.property(fc.array(character, { maxLength: 64 }), (characters) => {
        const filled = isolate(characters.join(''));
        expect(depthAfter(filled)).toBe(0);
        // Its own isolate is the last to end: nothing in it closed that before.
        expect(depthAfter(filled.slice(0, -1))).toBe(1);
        const visible = /[a\u05E9\n]/g;
        expect(filled.match(visible)).toEqual(characters.join('').match(visible));
      }),
      { numRuns: 2000 },
    );
  });
});
