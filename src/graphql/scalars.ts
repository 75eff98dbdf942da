import { GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const { parseLiteral, parseValue, ...config } = GraphQLDateTimeISO.toConfig();

/** An offset may lead out of the years that have four digits in UTC, which is what clients and RFC 3339 can read. */
function withinYears(instant: Date): Date {
  const year = instant.getUTCFullYear();
  if (year >= 0 && year <= 9999) return instant;
  throw new GraphQLError('A DateTime must lie in the years 0000 to 9999 in UTC.');
}

/** RFC 3339 in UTC with milliseconds, which is the precision of the database. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  ...config,
  name: 'DateTime',
  description: 'RFC 3339 instant, UTC, millisecond precision, such as 2026-01-31T12:00:00.000Z.',
  parseValue: (value: unknown) => withinYears(parseValue(value)),
  parseLiteral: (node: ValueNode) => withinYears(parseLiteral(node)),
});
