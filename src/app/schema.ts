import type { GraphQLSchema } from 'graphql';
import {
  type AuthChecker,
  buildSchema,
  type ContainerType,
  type NonEmptyArray,
  type PubSub,
} from 'type-graphql';
import { AuditResolver } from '../access/audit.resolver.js';
import { recordMutations } from '../access/audited.js';
import { CampaignLifecycleResolver } from '../campaigns/campaign-lifecycle.resolver.js';
import { CampaignResolver } from '../campaigns/campaign.resolver.js';
import { DeliveryResolver } from '../campaigns/delivery.resolver.js';
import { PollCampaignsResolver } from '../campaigns/poll-campaigns.resolver.js';
import { ProgressResolver } from '../campaigns/progress.resolver.js';
import { PeopleResolver } from '../people/people.resolver.js';
import { PollResolver, QuestionOptionResolver, QuestionResolver } from '../polls/poll.resolver.js';
import { forbidden, type Role } from '../access/identity.js';
import type { GraphQLContext } from './context.js';
import { DateTimeScalar } from '../graphql/scalars.js';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type that type-graphql takes
const RESOLVERS: NonEmptyArray<Function> = [
  PollResolver,
  QuestionResolver,
  QuestionOptionResolver,
  PollCampaignsResolver,
  PeopleResolver,
  CampaignResolver,
  CampaignLifecycleResolver,
  DeliveryResolver,
  ProgressResolver,
  AuditResolver,
];

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
    resolvers: RESOLVERS,
    container,
    authChecker,
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    pubSub: NO_TOPICS,
    // Inputs are checked by the services, which answer with userErrors.
    validate: false,
  });
  recordMutations(schema);
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
