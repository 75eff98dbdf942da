import { Ctx, Query, Resolver } from 'type-graphql';
import { forbidden, Role } from '../access/identity.js';
import { requirePeople } from '../access/personal.js';
import { IdArg } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { badUserInput } from '../kernel/errors.js';
import { parseId, type IdType } from '../kernel/ids.js';
import type { GraphQLContext } from './context.js';

interface NodeSource {
  /** Who may read it; by default everybody. */
  roles?: readonly Role[];
  /** Whether its id tells who somebody is. */
  isPersonal?: true;
  load: (loaders: GraphQLContext['loaders'], key: string) => Promise<Node | null>;
}

/** Where the objects of each type are read. */
const SOURCES: Readonly<Record<IdType, NodeSource>> = {
  poll: { load: ({ poll }, key) => poll.load(key) },
  question: { load: ({ question }, key) => question.load(key) },
  option: { load: ({ option }, key) => option.load(key) },
  user: { isPersonal: true, load: ({ user }, key) => user.load(key) },
  campaign: { load: ({ campaign }, key) => campaign.load(key) },
  delivery: { isPersonal: true, load: ({ delivery }, key) => delivery.load(key) },
  token: { roles: [Role.ADMIN], load: ({ apiToken }, key) => apiToken.load(key) },
  audit: { roles: [Role.ADMIN], load: ({ auditEntry }, key) => auditEntry.load(key) },
};

const MAX_NODES = 100;

async function loadNode(id: string, context: GraphQLContext): Promise<Node | null> {
  const { identity, loaders } = context;
  const typed = parseId(id);
  if (!typed) return null;
  const { roles, isPersonal, load } = SOURCES[typed.type];
  if (roles && !roles.includes(identity.role)) throw forbidden(roles);
  if (isPersonal) requirePeople(context);
  return load(loaders, typed.key);
}

/** Finds objects of any type by their ids, as Relay's clients do to read an object again. */
@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'The object with this id, or null if there is none. Some types need the role ADMIN.',
  })
  node(
    @IdArg('id', 'node', { description: 'Id with its type, such as poll_1.' }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Node | null> {
    return loadNode(id, context);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'The objects with these ids, in their order; null where there is none. At most 100 at a time.',
  })
  nodes(
    @IdArg('ids', 'node', { list: true, description: 'Ids with their types, such as poll_1.' })
    ids: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Node | null>[] {
    if (ids.length > MAX_NODES) {
      throw badUserInput(`ids must have at most ${MAX_NODES} items; these are ${ids.length}.`);
    }
    return ids.map((id) => loadNode(id, context));
  }
}
