import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.js';

const HEADER = '# Emitted from the code by "npm run generate"; a test holds it against the code.\n\n';

/** The public schema as text, as schema/schema.graphql has it. Nothing is connected for it. */
export async function emitSchema(): Promise<string> {
  const schema = await createSchema({
    get: () => {
      throw new Error('This schema is for printing only.');
    },
  });
  return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
}
