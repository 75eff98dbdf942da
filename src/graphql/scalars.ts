import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/** Instants travel as RFC 3339 strings in UTC, to the millisecond, as the database keeps them. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'RFC 3339 instant, UTC, millisecond precision, such as 2026-01-31T12:00:00.000Z.',
});
