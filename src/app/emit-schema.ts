import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { createSchema } from './schema.js';

const HEADER = '# Emitted from the code by "npm run generate"; a test holds it against the code.\n\n';

/** Creates the public schema for printing, without connections. */
export function createDetachedSchema(): Promise<GraphQLSchema> {
  return createSchema({
    get: () => {
      throw new Error('This schema is for printing only.');
    },
  });
}

/** Prints the public schema, as in schema/schema.graphql. */
export async function emitSchema(): Promise<string> {
  const schema = await createDetachedSchema();
  return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
}
