import type { GraphQLSchema } from 'graphql';
import { type AuthChecker, buildSchema, type ContainerType, type PubSub } from 'type-graphql';
import { recordMutations } from '../access/audited.js';
import { hidePeople } from '../access/personal.js';
import { forbidden, type Role } from '../access/identity.js';
import { refuseRoundedIds } from '../graphql/exact-ids.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { convertIds } from '../graphql/typed-ids.js';
import type { GraphQLContext } from './context.js';
import { RESOLVER_CLASSES } from './resolvers.js';

const authChecker: AuthChecker<GraphQLContext, Role> = ({ context }, roles) => {
  if (!roles.includes(context.identity.role)) throw forbidden(roles);
  return true;
};

/** type-graphql requires one, but the subscriptions of this schema bring their own source. */
const NO_TOPICS: PubSub = {
  publish: () => {
    throw new Error('There are no topics.');
  },
  subscribe: () => {
    throw new Error('There are no topics.');
  },
};

/** Creates the public schema. @param container provides the instance of each resolver class */
export async function createSchema(container: ContainerType): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: RESOLVER_CLASSES,
    container,
    authChecker,
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    pubSub: NO_TOPICS,
    // Services validate inputs, and return userErrors.
    validate: false,
    // graphql checks it before the first request, and the tests do: at each start this would take 40 ms.
    skipCheck: true,
  });
  hidePeople(schema);
  recordMutations(schema);
  convertIds(schema);
  refuseRoundedIds(schema);
  describe(schema.getQueryType(), 'Queries. Any token may use them unless stated otherwise.');
  describe(schema.getMutationType(), 'Mutations. Errors that a user can correct are returned as userErrors.');
  describe(schema.getSubscriptionType(), 'Live updates, over graphql-ws on the same path.');
  return schema;
}

/** Describes a root type, which type-graphql cannot. */
function describe(type: { description?: string | null } | null | undefined, description: string): void {
  if (type) type.description = description;
}
