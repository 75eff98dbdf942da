import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { createSchema } from './schema.js';

const HEADER = '# Emitted from the code by "npm run generate"; a test holds it against the code.\n\n';

/** The public schema to print, not to execute: nothing is connected for it. */
export function createDetachedSchema(): Promise<GraphQLSchema> {
  return createSchema({
    get: () => {
      throw new Error('This schema is for printing only.');
    },
  });
}

/** The public schema as text, as schema/schema.graphql has it. */
export async function emitSchema(): Promise<string> {
  const schema = await createDetachedSchema();
  return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
}
