const { default: Sequencer } = require('@jest/test-sequencer');
const { hasTag } = require('./tags.cjs');

/** Files that say @long begin first: one that begins last would keep the others' workers idle until it ends. */
module.exports = class LongFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = new Map(sorted.map((test) => [test, hasTag(test.path, 'long')]));
    return [...sorted.filter((test) => isLong.get(test)), ...sorted.filter((test) => !isLong.get(test))];
  }
};
