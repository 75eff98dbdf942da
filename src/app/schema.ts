import type { GraphQLSchema } from 'graphql';
import { type AuthChecker, buildSchema, type ContainerType, type PubSub } from 'type-graphql';
import { recordMutations } from '../access/audited.js';
import { forbidden, type Role } from '../access/identity.js';
import { refuseRoundedIds } from '../graphql/exact-ids.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import type { GraphQLContext } from './context.js';
import { RESOLVER_CLASSES } from './resolvers.js';

const authChecker: AuthChecker<GraphQLContext, Role> = ({ context }, roles) => {
  if (!roles.includes(context.identity.role)) throw forbidden(roles);
  return true;
};

/** type-graphql insists on one; the subscription of this schema has a source of its own instead of topics. */
const NO_TOPICS: PubSub = {
  publish: () => {
    throw new Error('There are no topics.');
  },
  subscribe: () => {
    throw new Error('There are no topics.');
  },
};

/** The public schema. @param container gives the instance of each resolver class */
export async function createSchema(container: ContainerType): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: RESOLVER_CLASSES,
    container,
    authChecker,
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    pubSub: NO_TOPICS,
    // Inputs are checked by the services, which answer with userErrors.
    validate: false,
  });
  recordMutations(schema);
  refuseRoundedIds(schema);
  describe(schema.getQueryType(), 'What can be read, with any token where nothing else is said.');
  describe(
    schema.getMutationType(),
    'What can be changed. What a user can put right comes back as userErrors.',
  );
  describe(schema.getSubscriptionType(), 'What can be followed live, over graphql-ws on the same path.');
  return schema;
}

/** type-graphql has no place for the descriptions of the root types. */
function describe(type: { description?: string | null } | null | undefined, description: string): void {
  if (type) type.description = description;
}
