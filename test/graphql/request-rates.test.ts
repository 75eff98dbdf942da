import { describe, expect, test } from '@jest/globals';
import { addressKey } from '../../src/graphql/request-rates.js';

describe('an address counts as', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:db8:1:2::9', '2001:db8:1:2::'],
    ['2001:db8:1:3::9', '2001:db8:1:3::'],
    ['unknown', 'unknown'],
  ])('%s: %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
