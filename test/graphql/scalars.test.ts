import { describe, expect, test } from '@jest/globals';
import { parseValue } from 'graphql';
import { DateTimeScalar } from '../../src/graphql/scalars.js';

describe('a DateTime', () => {
  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456+02:00', '2026-01-31T10:00:00.123Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('of %s is the instant %s', (given, instant) => {
    expect(DateTimeScalar.serialize(DateTimeScalar.parseValue(given))).toBe(instant);
    expect(DateTimeScalar.parseLiteral(parseValue(JSON.stringify(given)))).toEqual(new Date(instant));
  });

  test.each([
    '9999-12-31T23:59:59-12:00',
    '0000-01-01T00:00:00+12:00',
    '+010000-01-01T00:00:00Z',
    '12026-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-01-01',
  ])('is not %s', (given) => {
    expect(() => DateTimeScalar.parseValue(given)).toThrow('DateTime');
    expect(() => DateTimeScalar.parseLiteral(parseValue(JSON.stringify(given)))).toThrow('DateTime');
  });
});
