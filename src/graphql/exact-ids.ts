import { GraphQLError, GraphQLID, type GraphQLSchema } from 'graphql';

const parse = GraphQLID.parseValue.bind(GraphQLID);

/**
 * Refuses ids that came as JSON numbers above 2^53: JSON.parse has rounded them, and they may be somebody else's by
 * now. Written as strings, or as numbers within the document itself, they are exact.
 */
export function refuseRoundedIds(schema: GraphQLSchema): void {
  const id = schema.getType('ID');
  if (id !== GraphQLID) throw new Error('The schema has an ID of its own.');
  GraphQLID.parseValue = (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new GraphQLError(`A JSON number cannot hold the id ${value} exactly: give it as a string.`);
    }
    return parse(value);
  };
}
