import { GraphQLError, GraphQLID, type GraphQLSchema } from 'graphql';

const parse = GraphQLID.parseValue.bind(GraphQLID);

/**
 * Refuses ids that came as JSON numbers above 2^53: JSON.parse has rounded them, perhaps to the id of another user. Strings
 * are exact, and so are numbers in the document itself.
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
